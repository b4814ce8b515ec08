"""Split a question into tokens: words of the language, names of columns and of values, numbers, spans and days. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from dakehu.domains.insight.questions import words

CJK = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[a-z0-9_'@.]+(?:-[a-z0-9]+)*")
DAY = re.compile(r"(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?")
YEAR = re.compile(r"((?:19|20)\d\d)年|in ((?:19|20)\d\d)(?![\d-])")
MONTH = re.compile(r"(1[0-2]|[1-9])月份?")
NUMERAL = r"(\d+(?:,\d{3})*(?:\.\d+)?|[零一二两三四五六七八九]?十[一二三四五六七八九]?|[零一二两三四五六七八九半])"


def _alternatives(spellings: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))


SPAN = re.compile(NUMERAL + rf"\s*({_alternatives(words.SPANS)})(?![a-z])")
AMOUNT = re.compile(
    rf"(?:[¥$]|cny|rmb)?\s*{NUMERAL}\s*((?:{_alternatives(words.SCALES)})*)(?![a-z])\s*((?:{_alternatives(words.CURRENCY)})?)"
)
PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:%|percent)")
ORDER = "CSPBTE&|XMHLRAI=O_VF"  # precedence of kinds for words with several
PLAIN = re.compile(r"-?\d+(?:\.\d+)?(?![a-z_])")


@dataclass(frozen=True)
class Choice:
    """A value of a column: the filter value (several for a name that denotes all of them), and its spellings."""

    values: tuple[Any, ...]
    zh: str
    en: str
    spellings: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()  # used only if nothing else has this name


@dataclass(frozen=True)
class Column:
    """A column by which the reader may filter. `kind`: choice, key (of a row, by name), number, date, text, flag, or blank
    (only empty or filled). `is_default`: used for amounts without a column's name. `spellings` of lower rank are `variants`."""

    name: str
    zh: str
    en: str
    kind: str
    spellings: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    is_default: bool = False


@dataclass(frozen=True)
class Token:
    """A piece of a question. `kind`: F column, V value, N number, Q percentage, D span, P period, Y day, U unknown, _ noise,
    ? a column or a value,
    and the kinds of `words`. `meanings`: its possible meanings."""

    kind: str
    text: str
    start: int
    end: int
    meanings: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Amount:
    value: Decimal
    scale: int
    is_money: bool


@cache
def lexicon(columns: tuple[Column, ...]) -> dict[str, dict[str, list[tuple[str, Any]]]]:
    """Return {first character: {spelling: [(kind, meaning)]}} of a vocabulary and of the words of the language."""
    found: dict[str, list[tuple[str, Any]]] = words.words_by_kind()
    for own in (True, False):
        taken = {spelling for spelling, all_of in found.items() if any(kind == "F" for kind, _ in all_of)}
        for column in columns:
            for spelling in column.spellings if own else column.variants:
                word = normal(spelling)
                if word and not (not own and word in taken) and ("F", column) not in found.setdefault(word, []):
                    found[word].append(("F", column))
    for column in columns:
        for choice in column.choices:
            for spelling in choice.spellings:
                word = normal(spelling)
                if word and ("V", (column, choice)) not in found.setdefault(word, []):
                    found[word].append(("V", (column, choice)))
    for column in columns:
        for choice in column.choices:
            for spelling in choice.variants:
                if (word := normal(spelling)) and not found.get(word):
                    found[word] = [("V", (column, choice))]
    by_first: dict[str, dict[str, list[tuple[str, Any]]]] = {}
    for word, meanings in found.items():
        if meanings:
            by_first.setdefault(word[0], {})[word] = meanings
    return by_first


def normal(text: str) -> str:
    """Return a text normalised for comparison: one width, lower case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def tokens_of(text: str, columns: tuple[Column, ...]) -> list[Token]:
    """Return all tokens of a normal text in order, unknown and noise included."""
    known = lexicon(columns)
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        token = _word(text, place, known, found) or _number(text, place) or _unknown_token(text, place)
        numeric = _number(text, place)
        if numeric is not None and (token.kind not in "FV" or numeric.end > token.end):
            token = numeric
        if token.kind == "U" and found and found[-1].kind == "U" and found[-1].end == place and CJK.match(token.text):
            last = found.pop()
            token = Token("U", last.text + token.text, last.start, token.end)
        found.append(token)
        place = token.end
    return list(_demote_single_characters(found))


def _word(text: str, place: int, known: dict[str, Any], before: list[Token]) -> Token | None:
    """Return the longest word of the lexicon here, None without one; Latin ones only at word boundaries."""
    best, matched = "", 0
    for word in known.get(text[place], ()):
        if len(word) > len(best) and text.startswith(word, place) and (end := _end(text, place, word)):
            best, matched = word, end
    if not best:
        return None
    meanings = known[text[place]][best]
    kinds = [kind for kind, _ in meanings]
    named = next((token for token in reversed(before) if token.kind not in "_="), None)
    fits = [m for kind, m in meanings if kind == "V" and named and named.kind == "F" and m[0] in named.meanings]
    is_weak = best[0].isdigit() or (
        len(best) == 1 and not CJK.match(best)
    )  # a code that means nothing without its column
    if fits:
        kind = "V"
    elif is_weak and set(kinds) <= {"V", "F"}:
        return None
    elif {"V", "F"} <= set(kinds):
        kind = "?"
    else:
        kind = next(kind for kind in ORDER if kind in kinds)
    chosen = tuple(fits) if fits else tuple(meaning for one, meaning in meanings if one == kind or kind == "?")
    return Token(kind, best, place, matched, chosen)


def _end(text: str, place: int, word: str) -> int:
    """Return the end of a word here, 0 if it is only part of a longer Latin word. A plural s is included."""
    latin = re.compile(r"[a-z0-9_]")
    end = place + len(word)
    if latin.match(word[0]) and place and latin.match(text[place - 1]):
        return 0
    if not latin.match(word[-1]) or not latin.match(text[end : end + 1]):
        return end
    is_plural = len(word) > 3 and text[end] == "s" and not latin.match(text[end + 1 : end + 2])
    return end + 1 if is_plural else 0


def _number(text: str, place: int) -> Token | None:
    def token(kind: str, match: re.Match[str], meaning: Any) -> Token:
        return Token(kind, match.group().strip(), place, place + len(match.group().rstrip()), (meaning,))

    if place and re.match(r"[a-z0-9_.]", text[place - 1]) and not text.startswith("in ", place):
        return None
    if match := DAY.match(text, place):
        try:
            return token("Y", match, date(*(int(part) for part in match.groups())))
        except ValueError:
            return None
    if match := YEAR.match(text, place):
        return token("P", match, ("in_year", int(match[1] or match[2])))
    if match := SPAN.match(text, place):
        number, (unit, count) = words.read_number(match[1]), words.SPANS[match[2]]
        total = None if number is None else number * count
        return token("D", match, (unit, int(total))) if total is not None and total == int(total) else None
    if match := MONTH.match(text, place):
        return token("P", match, ("in_month", int(match[1])))
    if match := PERCENT.match(text, place):
        return token("Q", match, Decimal(match[1]))
    match = AMOUNT.match(text, place)
    if match and (match[1][0].isdigit() or match[2]):
        number, scale = words.read_number(match[1]), 1
        for unit in re.findall(_alternatives(words.SCALES), match[2]):
            scale *= words.SCALES[unit]
        if number is not None:
            return token("N", match, Amount(number, scale, bool(match[2] or match[3] or not match[0][0].isalnum())))
    if match := PLAIN.match(text, place):
        return token("N", match, Amount(Decimal(match.group()), 1, False))
    return None


def _unknown_token(text: str, place: int) -> Token:
    word = LATIN.match(text, place)
    end = word.end() if word else place + 1
    return Token("U", text[place:end], place, end)


def _demote_single_characters(tokens: list[Token]) -> Iterator[Token]:
    """Treat values of one Chinese character as unknown if adjacent to an unknown word: 金 of 金融街 is not a tier."""
    for place, token in enumerate(tokens):
        beside = [*tokens[max(place - 1, 0) : place], *tokens[place + 1 : place + 2]]
        touches = any(one.kind == "U" and (one.end == token.start or one.start == token.end) for one in beside)
        is_ending = (
            bool(beside) and place > 0 and tokens[place - 1].kind == "U" and tokens[place - 1].end == token.start
        )
        is_part = (token.kind == "V" and len(token.text) == 1 and touches) or (token.kind == "F" and is_ending)
        if is_part and CJK.search(token.text):
            token = Token("U", token.text, token.start, token.end)
        yield token
