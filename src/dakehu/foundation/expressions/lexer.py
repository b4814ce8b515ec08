"""The lexer: known names first, then signs, numbers with units, dates, quoted texts and the words of the language.

Chinese is written without spaces, so a run of characters is split at the words of the language, unless all of it is
the name of a field. No regular expression here backtracks: every step moves forward.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from dakehu.foundation.expressions import words
from dakehu.foundation.expressions.errors import refuse
from dakehu.foundation.expressions.nodes import Node, Place

DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?![\d])", re.ASCII)
NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+", re.ASCII)  # no thousands separators: [1,200] is two numbers
SPACE = re.compile(r"\s+")
CLOSING = {'"': '"', "'": "'", "“": "”", "‘": "’", "”": "”", "’": "’"}
NAME_QUOTES = {"「": "」", "`": "`"}
UNITS = sorted(words.UNITS, key=len, reverse=True)
BARE_NUMBER = re.compile(r"[\d.,%]*[万亿天日元]*")


@dataclass(frozen=True)
class Word:
    """One word of a rule: the terminal of the grammar, its value (a sign, a function, or a Node), its place."""

    terminal: str
    value: Any
    place: Place
    has_unit: bool = False


def half_width(text: str) -> str:
    """Return the text with full-width signs, digits and letters as half-width ones, of equal length."""
    return "".join(
        chr(ord(sign) - 0xFEE0) if "！" <= sign <= "～" else " " if sign in "\u3000\u00a0" else sign for sign in text
    )


def normal(name: str) -> str:
    """Return a name normalised for comparison: half-width, lower case, single spaces."""
    return SPACE.sub(" ", half_width(name)).strip().lower()


def is_name_sign(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def is_chinese(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


class Lexer:
    """Tokenizes one text. `names`: known names in the form of `normal`, longest match first."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.source, self.text = text, half_width(text)
        self.small = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in self.text)
        self.position = 0
        self.starts = [0] + [index + 1 for index, sign in enumerate(text) if sign == "\n"]
        self.by_first: dict[str, list[str]] = {}
        for name in names:
            if name and not BARE_NUMBER.fullmatch(name):
                self.by_first.setdefault(name[0], []).append(name)
        self.range_open = False  # between the word BETWEEN and the word between its bounds

    def place(self, start: int, end: int) -> Place:
        """Return a place of the text."""
        line = sum(1 for begin in self.starts if begin <= start)
        return Place(start, max(end, start), line, start - self.starts[line - 1] + 1)

    def words(self) -> list[Word]:
        """Return all words. Raises ExpressionError for an invalid word, and for a text beyond the limits."""
        if len(self.text) > words.MAX_LENGTH:
            refuse(
                self.place(words.MAX_LENGTH, words.MAX_LENGTH),
                "规则太长（最多 {n} 个字符），请拆成几条规则。",
                "This rule is too long (at most {n} characters): split it into several.",
                n=words.MAX_LENGTH,
            )
        found: list[Word] = []
        while True:
            while self.position < len(self.text) and self.text[self.position].isspace():
                self.position += 1
            if self.position >= len(self.text):
                return found
            if len(found) >= words.MAX_TOKENS:
                refuse(
                    self.place(self.position, self.position + 1),
                    "规则过于复杂（最多 {n} 个词），请拆成几条规则。",
                    "This rule has too many words (at most {n}): split it into several.",
                    n=words.MAX_TOKENS,
                )
            found.append(self.word())

    def word(self) -> Word:
        """Return the word that begins here and move past it."""
        start = self.position
        known = self.known_name(start)
        if known:
            return self.name(start, start + known)
        for reader in (self.quoted, self.date, self.number, self.symbol, self.chinese_word, self.english_word):
            word = reader(start)
            if word is not None:
                self.range_open = word.terminal == "BETWEEN" or (self.range_open and word.terminal not in ("TO", "AND"))
                return word
        end = self.run_end(start)
        if end > start:
            return self.name(start, end)
        refuse(
            self.place(start, start + 1),
            "规则里不能使用“{sign}”。",
            "“{sign}” has no meaning in a rule.",
            sign=self.source[start],
        )

    def take(self, terminal: str, value: Any, start: int, end: int) -> Word:
        self.position = end
        return Word(terminal, value, self.place(start, end))

    def name(self, start: int, end: int) -> Word:
        """Return a name, or a function if a bracket follows."""
        name = normal(self.text[start:end])
        behind = self.text[end : end + 20].lstrip()
        if name in words.FUNCTIONS and behind.startswith("("):
            return self.take("FUNCTION", words.FUNCTIONS[name], start, end)
        return self.take("NAME", Node("name", value=self.source[start:end], place=self.place(start, end)), start, end)

    def known_name(self, start: int) -> int:
        """Return the length of the longest known name that begins here and ends at a word boundary; 0 without one."""
        longest = 0
        for name in self.by_first.get(self.small[start], ()):
            length = self.matched_length(name, start)
            if length > longest and self.is_border(start + length):
                longest = length
        return longest

    def matched_length(self, name: str, start: int) -> int:
        """Return the number of characters of the text that match this name (with single spaces); 0 if none."""
        if " " not in name:
            return len(name) if self.small.startswith(name, start) else 0
        position = start
        for index, piece in enumerate(name.split(" ")):
            if index:
                gap = SPACE.match(self.small, position)
                if not gap:
                    return 0
                position = gap.end()
            if not self.small.startswith(piece, position):
                return 0
            position += len(piece)
        return position - start

    def is_border(self, end: int) -> bool:
        """Return whether a name may end here: not inside a word."""
        if end >= len(self.text) or not is_name_sign(self.text[end]):
            return True
        if not is_chinese(self.text[end]):
            return is_chinese(self.text[end - 1]) and self.text[end].isdigit()
        return self.chinese_at(end) is not None

    def chinese_at(self, start: int) -> tuple[str, str, str] | None:
        """Return the Chinese word of the language that begins here."""
        for entry in words.CHINESE:
            if self.text.startswith(entry[0], start):
                return entry
        if self.range_open and self.text[start : start + 1] in words.BETWEEN_ENDS:
            return (self.text[start], "TO", "")
        return None

    def run_end(self, start: int) -> int:
        """Return the end of a run of letters and digits, split at the Chinese words of the language."""
        end = start
        while end < len(self.text) and is_name_sign(self.text[end]) and (end == start or not self.chinese_at(end)):
            end += 1
        return end

    def quoted(self, start: int) -> Word | None:
        """Return a text in quotation marks, or a name in 「」."""
        sign = self.text[start]
        closing = CLOSING.get(sign) or NAME_QUOTES.get(sign)
        if closing is None:
            return None
        end = self.text.find(closing, start + 1)
        if end < 0:
            refuse(
                self.place(start, len(self.text)),
                "引号没有结束，请补上 {sign}。",
                "The quotation is not closed: add {sign}.",
                sign=closing,
            )
        inner, place = self.source[start + 1 : end], self.place(start, end + 1)
        if sign in NAME_QUOTES:
            return self.take("NAME", Node("name", value=inner, place=place), start, end + 1)
        return self.take("CONSTANT", Node("constant", value=inner, kind="text", place=place), start, end + 1)

    def date(self, start: int) -> Word | None:
        """Return a date: 2026-11-30, 2026/11/30, 2026年11月30日."""
        found = DATE.match(self.text, start)
        if not found:
            return None
        place = self.place(start, found.end())
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            value = date(year, month, day)
        except ValueError:
            refuse(place, "没有“{text}”这一天。", "There is no day {text}.", text=found[0])
        return self.take("CONSTANT", Node("constant", value=value, kind="day", place=place), start, found.end())

    def number(self, start: int) -> Word | None:
        """Return a number with its unit; None if it is the beginning of a name (20日日均总资产)."""
        found = NUMBER.match(self.text, start)
        if not found:
            return None
        end, kind, factor = self.unit(found.end())
        if end < len(self.text) and is_name_sign(self.text[end]) and not self.chinese_at(end):
            return None
        place = self.place(start, end)
        digits = found[0]
        if len(digits.replace(".", "").strip("0")) > words.MAX_DIGITS:
            refuse(
                place,
                "数值最多 {n} 位有效数字。",
                "A number has at most {n} significant digits.",
                n=words.MAX_DIGITS,
            )
        with localcontext() as context:
            context.prec = 60
            value = (Decimal(digits) * Decimal(factor)).normalize()
        if value > words.MAX_NUMBER or value.as_tuple().exponent < -words.MAX_DIGITS:  # type: ignore[operator]
            refuse(
                place,
                "数值“{text}”超出范围（最大 1000 万亿，小数最多 {n} 位）。",
                "The number {text} is out of range (at most 10^15, at most {n} decimals).",
                text=self.source[start:end][:40],
                n=words.MAX_DIGITS,
            )
        self.position = end
        return Word("CONSTANT", Node("constant", value=value, kind=kind, place=place), place, end > found.end())

    def unit(self, start: int) -> tuple[int, str, str]:
        """Return (end, kind, factor) of the unit after a number; a plain number without one."""
        position = start
        while position < len(self.text) and self.text[position] == " ":
            position += 1
        for unit in UNITS:
            end = position + len(unit)
            if self.small.startswith(unit, position) and (unit == "%" or self.is_border(end)):
                return (end, *words.UNITS[unit])
        return start, "plain", "1"

    def symbol(self, start: int) -> Word | None:
        for text, terminal, value in words.SYMBOLS:
            if self.text.startswith(text, start):
                return self.take(terminal, value, start, start + len(text))
        return None

    def chinese_word(self, start: int) -> Word | None:
        entry = self.chinese_at(start)
        return entry and self.take(entry[1], entry[2], start, start + len(entry[0]))

    def english_word(self, start: int) -> Word | None:
        for pieces, terminal in words.ENGLISH:
            length = self.matched_length(" ".join(pieces), start)
            end = start + length
            if length and (end >= len(self.text) or not is_name_sign(self.text[end]) or is_chinese(self.text[end])):
                return self.take(terminal, "", start, end)
        return None
