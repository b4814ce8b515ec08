"""Pinyin of many names: each sign is looked up once, and each name only where its signs stand in a phrase. Pure."""

from functools import cache, lru_cache

from pypinyin.phrases_dict import phrases_dict

from dakehu.domains.clients.rules import pinyin_of


@lru_cache(maxsize=200_000)
def pinyin_readings(name: str) -> tuple[str, str]:
    """rules.pinyin_of for names met in bulk. Signs are read alone unless some of them stand together in the phrases
    by which pypinyin reads words (单于, 重庆), and unless the name is not made of Chinese signs only."""
    if 1 < len(name) <= 4 and all("\u4e00" <= sign <= "\u9fff" for sign in name):
        pieces = (name[a:b] for a in range(len(name) - 1) for b in range(a + 2, len(name) + 1))
        if not any(piece in phrases_dict for piece in pieces):
            read = [_sign(sign) for sign in name]
            return "".join(whole for whole, _ in read), "".join(first for _, first in read)
    return pinyin_of(name)


@cache
def _sign(sign: str) -> tuple[str, str]:
    return pinyin_of(sign)
