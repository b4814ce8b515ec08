"""Compute pinyin of many names: each character once, phrases only where they occur. Pure."""

from functools import cache, lru_cache

from dakehu.domains.clients.rules import pinyin_of


@lru_cache(maxsize=200_000)
def pinyin_readings(name: str) -> tuple[str, str]:
    """Return rules.pinyin_of for names in bulk, cached.

    Characters are read one by one unless some of them form a phrase that pypinyin reads as a word (单于, 重庆), or the name
    is not made of Chinese characters only.
    """
    from pypinyin.phrases_dict import phrases_dict  # slow to import: see foundation.search.text

    if 1 < len(name) <= 4 and all("\u4e00" <= character <= "\u9fff" for character in name):
        pieces = (name[a:b] for a in range(len(name) - 1) for b in range(a + 2, len(name) + 1))
        if not any(piece in phrases_dict for piece in pieces):
            readings = [_sign(character) for character in name]
            return "".join(whole for whole, _ in readings), "".join(first for _, first in readings)
    return pinyin_of(name)


@cache
def _sign(sign: str) -> tuple[str, str]:
    """Return pinyin of one character."""
    return pinyin_of(sign)
