"""Writing as tokens, and what is typed as questions about tokens. Pure.

Databases cut Chinese into words badly or not at all, so we cut: each Chinese character is a token of its own and a
fragment is a phrase of them; runs of letters and digits become overlapping threes, so that any fragment of a number is a
phrase as well. Tokens are plain ASCII, each beginning with a letter, so that every database reads them alike:

    u5f20           one character (its code point)
    tdk0            three letters or digits of a run; the run's last two and last one follow it
    nm…, cd…, py…   a whole name, a whole code, and the ways a name is spelled by pinyin and initials
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from itertools import product

import opencc
from pypinyin import Style, pinyin

LONGEST = 4000  # characters of one row that are worth finding it by
ASKED = 200  # characters of what is typed that are looked for: neither database takes patterns or words of any length
_RUNS = re.compile(r"[a-z0-9]+|[^\Wa-z0-9_]")
_ASCII = re.compile(r"[a-z0-9]+")
_SPELLED = 4  # characters of a name that may be spelled or abbreviated one by one; the rest is spelled
_script: opencc.OpenCC | None = None


@functools.lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """One form for all ways of writing: full and half width, upper and lower case, traditional and simplified."""
    global _script
    flat = unicodedata.normalize("NFKC", text).lower()
    if flat.isascii():
        return flat
    _script = _script or opencc.OpenCC("t2s")
    flat = _script.convert(flat)
    marks = unicodedata.normalize("NFD", flat)
    return "".join(c for c in marks if not unicodedata.combining(c))


def bare(text: str) -> str:
    """Folded, letters and digits only: how whole names and codes are compared."""
    return "".join(c for c in fold(text) if c.isalnum())


def _letters(text: str) -> str:
    """Characters as ASCII, to stand inside one token."""
    return "".join(c if c.isascii() else f"u{ord(c):x}" for c in text)


def _cut(run: str) -> list[str]:
    """The tokens of one run: a character, or overlapping threes with their last two and last one."""
    if not run.isascii():
        return [f"u{ord(run):x}"]
    return [f"t{run[i : i + 3]}" for i in range(len(run))]


@functools.lru_cache(maxsize=50_000)
def tokens(text: str) -> str:
    """The tokens of running text, in order, parted by spaces."""
    return " ".join(token for run in _RUNS.findall(fold(text)[:LONGEST]) for token in _cut(run))


@functools.lru_cache(maxsize=20_000)
def _readings(character: str) -> tuple[str, ...]:
    """How a character may be read, the usual way first, without tones."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(r for r in found[0] if r.isascii())) if found else ()


@functools.lru_cache(maxsize=200_000)
def spellings(name: str) -> tuple[str, ...]:
    """The ways to type a name in letters, of which everything typed is a beginning: each character but the last in full
    or by its initial, the first in each of its readings (曾: zeng, ceng). 张伟 → zhangwei, zwei."""
    runs = _RUNS.findall(fold(name))
    if not runs:
        return ()
    parts: list[tuple[str, ...]] = []
    for place, run in enumerate(runs):
        if run.isascii():
            read: tuple[str, ...] = (run,)
        else:
            read = _readings(run) or (run,)
            read = read[:3] if place == 0 else read[:1]
        if place < min(len(runs) - 1, _SPELLED):
            read = tuple(dict.fromkeys([*read, *(r[0] for r in read)]))
        parts.append(read)
    return tuple(dict.fromkeys("".join(p for p in way if p.isascii()) for way in product(*parts)))


def name_tokens(name: str) -> str:
    """A name as a whole, by its spellings, and as running text."""
    whole = bare(name)
    ways = [f"py{way}" for way in spellings(name) if way]
    return " ".join([f"nm{_letters(whole)}", *ways, tokens(name)]) if whole else ""


def code_tokens(code: str) -> str:
    """A code as a whole and as running text."""
    whole = bare(code)
    return f"cd{_letters(whole)} {tokens(code)}" if whole else ""


@dataclass(frozen=True)
class Wanted:
    """One question: each phrase (tokens that follow one another) must be there; the last token of a phrase may be the
    beginning of one where `open_end` says so."""

    phrases: tuple[tuple[tuple[str, ...], bool], ...]

    def for_sqlite(self) -> str:
        """In the language of FTS5."""
        return " AND ".join(f'"{" ".join(words)}"{" *" if open_end else ""}' for words, open_end in self.phrases)

    def patterns(self) -> list[str]:
        """As LIKE patterns upon the tokens with a space before and after."""
        return [f"% {' '.join(words)}{'' if open_end else ' '}%" for words, open_end in self.phrases]

    def for_postgres(self) -> tuple[str, list[str]]:
        """All tokens in the language of to_tsquery, and the phrases of several of them as patterns. Asked for a phrase, the
        index leaves it to the words of every line, cut anew, whether the tokens follow one another; LIKE tells ten times
        as quickly."""
        tokens = [[*words[:-1], words[-1] + (":*" if open_end else "")] for words, open_end in self.phrases]
        several = Wanted(tuple(phrase for phrase in self.phrases if len(phrase[0]) > 1))
        return " & ".join(" & ".join(phrase) for phrase in tokens), several.patterns()


def whole(kind: str, text: str, *, beginning: bool = False) -> Wanted | None:
    """A whole name ("nm") or code ("cd"), or one that begins so."""
    flat = bare(text)[:ASKED]
    return Wanted(((((kind + _letters(flat)),), beginning),)) if flat else None


def spelled(text: str) -> Wanted | None:
    """A name typed in letters, in full, abbreviated or mixed."""
    flat = fold(text).replace(" ", "").replace("'", "")[:ASKED]
    return Wanted(((("py" + flat,), True),)) if _ASCII.fullmatch(flat) and not flat.isdigit() else None


def fragment(text: str) -> Wanted | None:
    """Text that contains each word of what was typed, anywhere."""
    phrases = []
    for word in fold(text)[:ASKED].split():
        words: list[str] = []
        for run in _RUNS.findall(word):
            cut = _cut(run)
            if run.isascii():
                # The last threes of a run may go on in the text: "00" is found inside "0012".
                if words:
                    phrases.append((tuple(words), False))
                whole_threes = cut[: max(1, len(run) - 2)]
                phrases.append((tuple(whole_threes), len(run) < 3))
                words = []
            else:
                words += cut
        if words:
            phrases.append((tuple(words), False))
    return Wanted(tuple(phrases)) if phrases else None
