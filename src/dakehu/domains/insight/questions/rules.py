"""Convert a natural-language question to filters of the list of clients. Pure.

The vocabulary consists of the fields, their choices and the names of the desk (`Column`); no field is named here. A question
is split into tokens, whose kinds are matched against the patterns below from left to right. Tokens matched by no pattern
are listed as not understood, with a remedy; nothing is guessed.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dakehu.domains.insight.questions import conditions
from dakehu.domains.insight.questions.conditions import Condition
from dakehu.domains.insight.questions.tokens import CJK, Column, Token, normal, tokens_of
from dakehu.foundation.base.i18n import Bilingual, bilingual

LONGEST = 300  # characters per question
SILENT = "_OTEH=AI&"  # connecting words without meaning once the adjacent conditions are understood
Reader = Callable[[list[Token], date, tuple[Column, ...]], "Condition | None"]
# (kinds of tokens, reader), tried in this order at each place. F column, V value, N number, Q per cent, D span, P period,
# Y day, C comparison before and S after, X not, M empty, H filled, L past, R coming, A ago, I within, B T E between, O or.
PATTERNS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(kinds), read)
    for kinds, read in (
        (
            r"C?L?D[SI]?X[=H]*F|[XH]+F[=CL]*D[SI]?(?!I?X?F)|XFIL?D(?!I?X?F)|F=?X[=CL]*D(?!I?X?F)|C?DCF",
            conditions.quiet_since,
        ),
        (r"F=?C?DS?A|F=?CD", conditions.span_ago),
        (r"[LR]?DI?HF|[LR]DI?F|F=?H?I?[LR]DI?(?!X?F)|DIF|F=?I?DI(?!X?F)|F=?ID(?!X?F)", conditions.within_span),
        (r"PX[=H]*F|XFP(?!X?F)", conditions.quiet_in_period),
        (r"PF|F=?P(?!X?F)", conditions.in_period),
        (r"FB?=?B?Y[T&]YE?", conditions.between_days),
        (r"F=?CY|F=?YS|F=?YA|F=?Y", conditions.compared_day),
        (r"F?=?B?[NQ]T[NQ]E?F?|F?=?B[NQ]&[NQ]E?F?|F?=?[NQ]&[NQ]EF?", conditions.between_numbers),
        (r"F?X=?C[NQ]|XF=?C[NQ]|F?X=?[NQ]S|XF=?[NQ]S", conditions.not_compared_number),
        (r"F=?C[NQ]|F=?[NQ][SI]|C[NQ]F|[NQ]SF|C[NQ]|[NQ][SI]|F=[NQ]", conditions.compared_number),
        (r"F?=?B?VTVE?|F?=?BV&VE?|F?=?V&VE", conditions.between_values),
        (r"F?=?V(?:[O|&]+V)+", conditions.one_of),
        (r"F?X=?V[S]?|F?=?C?VS?|XF=?V", conditions.of_value),
        (r"XF|MF|F=?M", conditions.is_empty),
        (r"HF", conditions.is_filled),
        (r"F=?U", conditions.has_text),
        (r"F", conditions.is_set),
    )
)


@dataclass(frozen=True)
class Miss:
    """Words that were not understood: the text, its position in the question (from 0), and a remedy."""

    text: str
    place: int
    remedy: Bilingual


@dataclass
class Reading:
    """The reading of a question: filters in the format of the client list, each condition as text, and the words not understood."""

    filters: dict[str, Any] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)


def read_question(text: str, columns: tuple[Column, ...], today: date) -> Reading:
    """Return the reading of a question for a reader who may filter by these columns."""
    plain = normal(text)
    reading = Reading()
    tokens = tokens_of(plain, columns)
    content = [token for token in tokens if token.kind != "_"]
    kinds = "".join(token.kind for token in content)
    left = [token for token in tokens if token.kind == "_"]
    place = 0
    while place < len(content):
        condition, length = _condition(content, kinds, place, columns, today)
        if condition is None:
            left += content[place : place + length]
            place += length
            continue
        used = content[place : place + length]
        words = plain[used[0].start : used[-1].end]
        if _clashes(condition.filters, reading.filters):
            reading.misses.append(Miss(words, used[0].start, _CLASH))
        else:
            reading.filters |= condition.filters
            reading.conditions.append(condition.said_as(words))
        place += length
    reading.misses += _misses(plain, sorted(left, key=lambda token: token.start), columns)
    reading.misses.sort(key=lambda miss: miss.place)
    return reading


_CLASH = bilingual(
    "与前面的条件互相矛盾或重复，每个条件只写一次。",
    "Contradicts or repeats a condition before; say each condition once.",
)


def _clashes(new: dict[str, Any], old: dict[str, Any]) -> bool:
    """Return whether a filter is given twice with different values, or a column would have to equal two values."""
    for key, value in new.items():
        name, _, op = key.partition(".")
        others = (name, f"{name}.in") if op in ("", "in") else (key,)
        if any(other in old and (other, old[other]) != (key, value) for other in others):
            return True
    return False


def _condition(
    content: list[Token], kinds: str, place: int, columns: tuple[Column, ...], today: date
) -> tuple[Condition | None, int]:
    if kinds.startswith("HF", place):  # "with assets over 3m" does not mean "assets filled in"
        condition, length = _condition(content, kinds, place + 1, columns, today)
        if condition is not None:
            return condition, length + 1
    for pattern, read in PATTERNS:
        match = pattern.match(kinds, place)
        if match is None:
            continue
        has_column = any(token.kind in "FV" for token in content[place : match.end()])
        if not has_column and "U" in (kinds[place - 1 : place] + kinds[match.end() : match.end() + 1]):
            continue  # an amount next to an unknown word probably belongs to it
        try:
            condition = read(content[place : match.end()], today, columns)
        except (OverflowError, ValueError):  # a day outside the calendar
            condition = None
        except conditions.Unsayable:
            return None, match.end() - place
        if condition is not None:
            return condition, match.end() - place
    return None, 1


def _misses(text: str, left: list[Token], columns: tuple[Column, ...]) -> Iterable[Miss]:
    """Return what was not understood, word by word; connecting words only as part of an unknown Chinese word."""
    runs: list[list[Token]] = []
    for token in left:
        is_joined = bool(runs) and runs[-1][-1].end == token.start
        if is_joined and CJK.search(token.text) and CJK.search(runs[-1][-1].text):
            runs[-1].append(token)
        else:
            runs.append([token])
    for run in runs:
        while len(run) > 1 and _is_connecting(run[-1]):
            run.pop()
        while len(run) > 1 and _is_connecting(run[0]):
            run.pop(0)
        meant = [token for token in run if token.kind not in SILENT]
        if not meant:
            continue
        whole = any(token.kind == "U" for token in run)
        for first, last in [(run[0], run[-1])] if whole else [(token, token) for token in meant]:
            words = text[first.start : last.end]
            yield Miss(words, first.start, _advice_for_words(words, first if not whole else None, columns))


def _is_connecting(token: Token) -> bool:
    """Return whether a token at the edge of an unknown word is not part of it."""
    return token.kind == "_" and (token.text == "的" or len(token.text) > 1)


def _advice_for_words(words: str, token: Token | None, columns: tuple[Column, ...]) -> Bilingual:
    """Return the remedy for words: choose among several meanings, complete them, or use the nearest names."""
    if token is not None and token.kind in "VF?" and len({_column(meaning).name for meaning in token.meanings}) > 1:
        meant = [_column(meaning) for meaning in token.meanings]
        return bilingual(
            "“{words}”可以指几列：{listed}。请在前面写明是哪一列。",
            "“{words}” may belong to several columns: {named}. Name the column before it.",
            words=words,
            listed="、".join(one.zh for one in meant),
            named=", ".join(one.en for one in meant),
        )
    if token is not None and token.kind == "V" and len(token.meanings) > 1:
        values = ", ".join(f"{choice.zh} ({choice.values[0]})" for _, choice in token.meanings)
        return bilingual(
            "“{words}”不止一个：{values}。请写全名、编号或登录名。",
            "There are several called “{words}”: {values}. Write the whole name, the code or the user name.",
            words=words,
            values=values,
        )
    if token is not None and token.kind == "F":
        return bilingual(
            "请写明“{words}”的条件，如 以上、以下、为空，或日期范围。",
            "Say the condition on “{words}”: at least, below, empty, or a span of days.",
            words=words,
        )
    if token is not None and token.kind == "|":
        return bilingual(
            "“{words}”只能用在同一列的几个选项之间；不同列的条件同时生效，请分两次提问。",
            "“{words}” joins values of one column only; conditions on several hold together: ask twice.",
            words=words,
        )
    if token is not None and token.kind in "NQDPYCS":
        return bilingual(
            "请写明“{words}”说的是哪一列以及如何比较，如“资产规模 500万以上”。",
            "Say which column “{words}” is about and how to compare, as in “assets at least 5 million”.",
            words=words,
        )
    near = _nearest_names(words, columns)
    if near:
        return bilingual(
            "没有听说过“{words}”，相近的有：{near}。",
            "“{words}” is not known here; near to it: {near}.",
            words=words,
            near=near,
        )
    return bilingual(
        "没有“{words}”这个列名、选项或人名；可删去，或改用客户列表的列名。",
        "No column, choice or name is called “{words}”; leave it out or use the name of a column of the client list.",
        words=words,
    )


def _nearest_names(words: str, columns: tuple[Column, ...]) -> list[str]:
    """Return up to three names similar to these words, of columns and of choices that the reader may filter by."""
    names: dict[str, str] = {}
    for column in columns:
        for label in (column.zh, column.en, *column.spellings):
            names.setdefault(normal(label), label)
        for choice in column.choices:
            for label in choice.spellings:
                names.setdefault(normal(label), label)
    return [names[one] for one in difflib.get_close_matches(words, names, n=3, cutoff=0.6)]


def _column(meaning: Any) -> Column:
    column: Column = meaning if isinstance(meaning, Column) else meaning[0]
    return column
