"""Convert text to search tokens, and typed text to conditions on tokens. Pure.

Databases tokenise Chinese badly or not at all, so tokens are made here: each Chinese character is a token and a
fragment is a phrase of them; runs of letters and digits become overlapping trigrams, so that any fragment of a number
is a phrase too. Tokens are plain ASCII beginning with a letter, so that every database handles them equally:

    u5f20           one character (its code point)
    tdk0            three letters or digits of a run; the run's last two and last one follow
    nm…, cd…, py…   a whole name, a whole code, and the spellings of a name by pinyin and initials

In a line of the search table each token has a prefix mark: which readers may find the row by it.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from itertools import product

import opencc

LONGEST = 4000  # characters of a row that are indexed
ASKED = 200  # characters of a search text that are used: databases limit patterns and tokens
OPEN, CLEARED = (
    "o",
    "x",
)  # marks of tokens: of fields visible to every reader, and of those visible only to cleared readers
_RUNS = re.compile(r"[a-z0-9]+|[^\Wa-z0-9_]")
_ASCII = re.compile(r"[a-z0-9]+")
_HAN = re.compile("[\u4e00-\u9fff]+")  # characters without marks
_SPELLED = 4  # maximum characters of a name that may be abbreviated; the rest is spelled in full
_script: opencc.OpenCC | None = None


@functools.lru_cache(maxsize=100_000)
def normalize_text(text: str) -> str:
    """Normalise spelling variants: width, case, traditional and simplified characters."""
    global _script
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).lower()
    if folded.isascii():
        return folded
    _script = _script or opencc.OpenCC("t2s")
    folded = _script.convert(folded)
    if _HAN.fullmatch(folded):
        return folded
    marks = unicodedata.normalize("NFD", folded)
    return "".join(c for c in marks if not unicodedata.combining(c))


def letters_and_digits(text: str) -> str:
    """Fold text and keep letters and digits only, to compare whole names and codes."""
    folded = normalize_text(text)
    return folded if folded.isalnum() else "".join(c for c in folded if c.isalnum())


@functools.lru_cache(maxsize=50_000)
def _letter(character: str) -> str:
    """Write a character as ASCII, to be part of a token."""
    return character if character.isascii() else f"u{ord(character):x}"


def _letters(text: str) -> str:
    """Write characters as ASCII, to be part of a token."""
    return text if text.isascii() else "".join(map(_letter, text))


def _tokenize_run(run: str) -> list[str]:
    """Return the tokens of one run: a character, or overlapping trigrams with the last two and last one."""
    if not run.isascii():
        return [_letter(run)]
    return ["t" + run[i : i + 3] for i in range(len(run))]


@functools.lru_cache(maxsize=50_000)
def tokens(text: str) -> str:
    """Return the tokens of running text in order, separated by spaces."""
    return _tokens_of(normalize_text(text))


def _tokens_of(folded: str) -> str:
    """Return the tokens of folded text."""
    return " ".join([token for run in _RUNS.findall(folded[:LONGEST]) for token in _tokenize_run(run)])


@functools.lru_cache(maxsize=20_000)
def _pinyin_readings(character: str) -> tuple[str, ...]:
    """Return the pinyin readings of a character without tones, the usual one first."""
    from pypinyin import Style, pinyin  # takes 0.25 s: only where search is used

    readings = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(reading for reading in readings[0] if reading.isascii())) if readings else ()


@functools.lru_cache(maxsize=200_000)
def spellings(name: str) -> tuple[str, ...]:
    """Return the ways to type a name in letters; anything typed is a prefix of one.

    Each character but the last in full or by its initial, the first in each of its readings (曾: zeng, ceng). 张伟 →
    zhangwei, zwei.
    """
    return _spellings_of(normalize_text(name))


def _spellings_of(folded: str) -> tuple[str, ...]:
    """Return the ways to type a folded name."""
    runs = _RUNS.findall(folded)
    if not runs:
        return ()
    short = min(len(runs) - 1, _SPELLED)
    parts = [_options(run, index == 0, index < short) for index, run in enumerate(runs)]
    return tuple(dict.fromkeys(map("".join, product(*parts))))


@functools.lru_cache(maxsize=50_000)
def _options(run: str, is_first: bool, is_short: bool) -> tuple[str, ...]:
    """Return the spellings of one run of a name: the first in up to three readings, `is_short` with initials; "" for a
    character without a reading."""
    options = (run,) if run.isascii() else (_pinyin_readings(run) or (run,))[: 3 if is_first else 1]
    if is_short:
        options = tuple(dict.fromkeys([*options, *(option[0] for option in options)]))
    return tuple(option if option.isascii() else "" for option in options)


def name_tokens(name: str) -> str:
    """Return the tokens of a name: as a whole, by its spellings, and as running text."""
    whole, folded = letters_and_digits(name), normalize_text(name)
    spelled_tokens = ["py" + spelling for spelling in _spellings_of(folded) if spelling]
    return " ".join(["nm" + _letters(whole), *spelled_tokens, _tokens_of(folded)]) if whole else ""


def code_tokens(code: str) -> str:
    """Return the tokens of a code: as a whole and as running text."""
    whole = letters_and_digits(code)
    return f"cd{_letters(whole)} {_tokens_of(normalize_text(code))}" if whole else ""


def mark(tokens_of_field: str, sign: str) -> str:
    """Put a mark before each of some tokens."""
    return sign + tokens_of_field.replace(" ", f" {sign}") if tokens_of_field else ""


@dataclass(frozen=True)
class Wanted:
    """A search condition: every phrase (consecutive tokens) must occur.

    The last token of a phrase is a prefix where `open_end` is set. `marks` holds the marks under which a phrase may
    occur (all its tokens under the same one, another phrase under another); "" where tokens are stored without marks.
    """

    phrases: tuple[tuple[tuple[str, ...], bool], ...]
    marks: str = ""

    def for_sqlite(self) -> str:
        """Return the condition in FTS5 syntax."""
        return " AND ".join(
            f"({' OR '.join(self._fts_phrase(sign, *phrase) for sign in self.marks or ('',))})"
            for phrase in self.phrases
        )

    @staticmethod
    def _fts_phrase(sign: str, words: tuple[str, ...], open_end: bool) -> str:
        """Return one phrase under one mark in FTS5 syntax."""
        return f'"{" ".join(sign + word for word in words)}"{" *" if open_end else ""}'

    def patterns(self) -> list[str]:
        """Return LIKE patterns on the tokens with a space before and after."""
        sign = "_" if len(self.marks) > 1 else self.marks  # any one character
        return [
            f"% {' '.join(sign + word for word in words)}{'' if open_end else ' '}%" for words, open_end in self.phrases
        ]

    def for_postgres(self) -> tuple[str, list[str]]:
        """Return (all tokens as a tsquery, LIKE patterns of phrases with several tokens).

        PostgreSQL checks a phrase by tokenising every line again; LIKE does so ten times as fast.
        """
        phrases = [(*words[:-1], words[-1] + (":*" if open_end else "")) for words, open_end in self.phrases]
        tokens = [token for phrase in phrases for token in phrase]
        under = [" | ".join(sign + token for sign in self.marks or ("",)) for token in tokens]
        multi_token = Wanted(tuple(phrase for phrase in self.phrases if len(phrase[0]) > 1), self.marks)
        return " & ".join(f"({token})" for token in under), multi_token.patterns()


def whole_text_condition(kind: str, text: str, *, beginning: bool = False) -> Wanted | None:
    """Return the condition for a whole name ("nm") or code ("cd"), or one with this prefix."""
    folded = letters_and_digits(text)[:ASKED]
    return Wanted(((((kind + _letters(folded)),), beginning),)) if folded else None


def pinyin_condition(text: str) -> Wanted | None:
    """Return the condition for a name typed in letters, in full, abbreviated or mixed.

    None for other text.
    """
    folded = normalize_text(text).replace(" ", "").replace("'", "")[:ASKED]
    return Wanted(((("py" + folded,), True),)) if _ASCII.fullmatch(folded) and not folded.isdigit() else None


def fragment(text: str) -> Wanted | None:
    """Return the condition for text that contains each typed word anywhere, None for empty text."""
    phrases = []
    for word in normalize_text(text)[:ASKED].split():
        words: list[str] = []
        for run in _RUNS.findall(word):
            run_tokens = _tokenize_run(run)
            if run.isascii():
                # The last trigrams of a run may continue in the text: "00" is found inside "0012".
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
