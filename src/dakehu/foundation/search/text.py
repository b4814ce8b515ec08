"""Convert text to search tokens, and typed text to conditions on tokens. Pure.

Databases split Chinese into words badly or not at all, so tokens are made here: each Chinese character is a token and a
fragment is a phrase of them; runs of letters and digits become overlapping threes, so that any fragment of a number is
a phrase too. Tokens are plain ASCII beginning with a letter, so that every database reads them alike:

    u5f20           one character (its code point)
    tdk0            three letters or digits of a run; the run's last two and last one follow
    nm…, cd…, py…   a whole name, a whole code, and the spellings of a name by pinyin and initials
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from itertools import product

import opencc

LONGEST = 4000  # characters of a row that are indexed
ASKED = 200  # characters of a search text that are used: databases limit patterns and tokens
_RUNS = re.compile(r"[a-z0-9]+|[^\Wa-z0-9_]")
_ASCII = re.compile(r"[a-z0-9]+")
_SPELLED = 4  # characters of a name that may each be abbreviated; the rest is spelled in full
_script: opencc.OpenCC | None = None


@functools.lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Normalise all ways of writing: width, case, traditional and simplified characters."""
    global _script
    folded = unicodedata.normalize("NFKC", text).lower()
    if folded.isascii():
        return folded
    _script = _script or opencc.OpenCC("t2s")
    folded = _script.convert(folded)
    marks = unicodedata.normalize("NFD", folded)
    return "".join(c for c in marks if not unicodedata.combining(c))


def bare(text: str) -> str:
    """Fold text and keep letters and digits only, to compare whole names and codes."""
    return "".join(c for c in fold(text) if c.isalnum())


def _letters(text: str) -> str:
    """Write characters as ASCII, to be part of a token."""
    return "".join(c if c.isascii() else f"u{ord(c):x}" for c in text)


def _cut(run: str) -> list[str]:
    """Return the tokens of one run: a character, or overlapping threes with the last two and last one."""
    if not run.isascii():
        return [f"u{ord(run):x}"]
    return [f"t{run[i : i + 3]}" for i in range(len(run))]


@functools.lru_cache(maxsize=50_000)
def tokens(text: str) -> str:
    """Return the tokens of running text in order, separated by spaces."""
    return " ".join(token for run in _RUNS.findall(fold(text)[:LONGEST]) for token in _cut(run))


@functools.lru_cache(maxsize=20_000)
def _readings(character: str) -> tuple[str, ...]:
    """Return the pinyin readings of a character without tones, the usual one first."""
    from pypinyin import Style, pinyin  # a quarter of a second, which a command that searches nothing need not wait

    readings = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(reading for reading in readings[0] if reading.isascii())) if readings else ()


@functools.lru_cache(maxsize=200_000)
def spellings(name: str) -> tuple[str, ...]:
    """Return the ways to type a name in letters; anything typed is a prefix of one.

    Each character but the last in full or by its initial, the first in each of its readings (曾: zeng, ceng). 张伟 →
    zhangwei, zwei.
    """
    runs = _RUNS.findall(fold(name))
    if not runs:
        return ()
    parts: list[tuple[str, ...]] = []
    for index, run in enumerate(runs):
        if run.isascii():
            options: tuple[str, ...] = (run,)
        else:
            options = _readings(run) or (run,)
            options = options[:3] if index == 0 else options[:1]
        if index < min(len(runs) - 1, _SPELLED):
            options = tuple(dict.fromkeys([*options, *(option[0] for option in options)]))
        parts.append(options)
    return tuple(
        dict.fromkeys("".join(piece for piece in combination if piece.isascii()) for combination in product(*parts))
    )


def name_tokens(name: str) -> str:
    """Return the tokens of a name: as a whole, by its spellings, and as running text."""
    whole = bare(name)
    spelled_tokens = [f"py{spelling}" for spelling in spellings(name) if spelling]
    return " ".join([f"nm{_letters(whole)}", *spelled_tokens, tokens(name)]) if whole else ""


def code_tokens(code: str) -> str:
    """Return the tokens of a code: as a whole and as running text."""
    whole = bare(code)
    return f"cd{_letters(whole)} {tokens(code)}" if whole else ""


@dataclass(frozen=True)
class Wanted:
    """A search condition: every phrase (consecutive tokens) must occur.

    The last token of a phrase is a prefix where `open_end` is set.
    """

    phrases: tuple[tuple[tuple[str, ...], bool], ...]

    def for_sqlite(self) -> str:
        """Return the condition in the language of FTS5."""
        return " AND ".join(f'"{" ".join(words)}"{" *" if open_end else ""}' for words, open_end in self.phrases)

    def patterns(self) -> list[str]:
        """Return LIKE patterns on the tokens with a space before and after."""
        return [f"% {' '.join(words)}{'' if open_end else ' '}%" for words, open_end in self.phrases]

    def for_postgres(self) -> tuple[str, list[str]]:
        """Return (all tokens as a tsquery, LIKE patterns of phrases with several tokens).

        PostgreSQL checks a phrase by tokenising every line again; LIKE does so ten times as fast.
        """
        tokens = [[*words[:-1], words[-1] + (":*" if open_end else "")] for words, open_end in self.phrases]
        multi_token = Wanted(tuple(phrase for phrase in self.phrases if len(phrase[0]) > 1))
        return " & ".join(" & ".join(phrase) for phrase in tokens), multi_token.patterns()


def whole(kind: str, text: str, *, beginning: bool = False) -> Wanted | None:
    """Return the condition for a whole name ("nm") or code ("cd"), or one with this beginning."""
    folded = bare(text)[:ASKED]
    return Wanted(((((kind + _letters(folded)),), beginning),)) if folded else None


def spelled(text: str) -> Wanted | None:
    """Return the condition for a name typed in letters, in full, abbreviated or mixed.

    None for other text.
    """
    folded = fold(text).replace(" ", "").replace("'", "")[:ASKED]
    return Wanted(((("py" + folded,), True),)) if _ASCII.fullmatch(folded) and not folded.isdigit() else None


def fragment(text: str) -> Wanted | None:
    """Return the condition for text that contains each typed word anywhere, None for an empty text."""
    phrases = []
    for word in fold(text)[:ASKED].split():
        words: list[str] = []
        for run in _RUNS.findall(word):
            run_tokens = _cut(run)
            if run.isascii():
                # The last threes of a run may continue in the text: "00" is found inside "0012".
                if words:
                    phrases.append((tuple(words), False))
                whole_threes = run_tokens[: max(1, len(run) - 2)]
                phrases.append((tuple(whole_threes), len(run) < 3))
                words = []
            else:
                words += run_tokens
        if words:
            phrases.append((tuple(words), False))
    return Wanted(tuple(phrases)) if phrases else None
