"""Display of numbers in cells: zeros and letters of a code, a unit or a currency from the number format. Pure.

Only formats with information about the value are distinguished: `00000000`, `"A"00000`, `0"万"`, `[$HK$]#,##0`, `0%`.
A format that scales the displayed value (`0!.0,"万"`) agrees with the number, which is then left unchanged.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_SECTION = re.compile(r'((?:"[^"]*"|\\.|!.|\[[^\]]*\]|[^;])*)')
_TOKEN = re.compile(
    r'"([^"]*)"|[\\!](.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|(\[[^\]]*\])|(_.|\*.)|([0#?.,%‰]+|General|G/通用格式)|(.)',
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]$")
_HOLDS = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
    "=": Decimal.__eq__,
    "<>": Decimal.__ne__,
}
_DATE_LIKE = re.compile(r"[ymdhsYMDHSeEgG]|@|AM/PM|上午|下午")
_PLAIN_MARKS = re.compile(r"^[\s¥￥元()+\-:：]*$|^(?:CNY|RMB|人民币)\s*$")
# Built-in formats with information about a value; currency formats depend on the system locale.
BUILT_IN_FORMATS = {9: "0%", 10: "0.00%"}
LOST_DIGITS_FROM = Decimal(10) ** 15  # a number cell keeps 15 digits; whole numbers from this size may have lost some


@dataclass(frozen=True)
class NumberFormat:
    """The literal texts around the digits, and the zero-padded width of a code (0: not padded)."""

    prefix: str = ""
    suffix: str = ""
    width: int = 0
    percent: bool = False
    groups: tuple[int, ...] = ()  # digits between the hyphens of a pattern such as 000-0000-0000
    cases: tuple["Case", ...] = ()  # of a format with conditions: the first that holds is used

    def show(self, written: str) -> str | None:
        """Return the text that a cell displays for a number as stored; None if it adds nothing to the number."""
        try:
            value = Decimal(written)
        except InvalidOperation:
            return None
        for operator, limit, case in self.cases:
            if not operator or _HOLDS[operator](value, limit):
                return case.show(written) if case is not None else None
        if self.cases:
            return None
        if self.percent:
            return f"{(value * 100).normalize():f}%"
        whole = value == value.to_integral_value()
        if self.width and not whole:
            return None
        digits = str(int(abs(value))).zfill(self.width) if self.width else _digits(abs(value))
        if self.groups:
            digits = _group_digits(digits, self.groups)
        return f"{'-' if value < 0 else ''}{self.prefix}{digits}{self.suffix}"


Case = tuple[str, Decimal, NumberFormat | None]  # operator ("" for all others), limit, format


def _digits(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _group_digits(digits: str, groups: tuple[int, ...]) -> str:
    parts, rest = [], digits
    for size in reversed(groups[1:]):
        parts.append(rest[-size:])
        rest = rest[:-size]
    return "-".join(reversed([*parts, rest]))


def read_format(code: str) -> NumberFormat | None:
    """Return a number format that adds information to its number; None for all others, including dates."""
    sections = [found.group(1) for found in re.finditer(_SECTION.pattern + "(?:;|$)", code) if found.group(1)]
    conditions = [_condition(section) for section in sections]
    if any(conditions):
        cases = tuple(
            (*(condition or ("", Decimal(0))), _read_section(section))
            for condition, section in zip(conditions, sections, strict=True)
        )
        return NumberFormat(cases=cases) if any(case for _, _, case in cases) else None
    return _read_section(sections[0]) if sections else None


def _condition(section: str) -> tuple[str, Decimal] | None:
    """Return the operator and limit of a section such as [>=10000]0!.0,"万"; None for a section without one."""
    for bracket in re.findall(r"\[[^\]]*\]", section):
        found = _CONDITION.match(bracket)
        if found:
            return found[1], Decimal(found[2])
    return None


def _read_section(section: str) -> NumberFormat | None:
    prefix, suffix, pattern, groups = "", "", "", [0]
    for quoted, escaped, currency, bracket, _space, digits, other in _TOKEN.findall(section):
        if digits:
            if suffix.strip() and suffix.strip() != "-":
                return None  # a letter between digits, as in 0!.0,"万": it scales
            groups = [*groups, 0] if suffix.strip() == "-" else groups
            suffix = ""
            pattern += digits
            groups[-1] += digits.count("0") + digits.count("#")
        elif bracket:
            if re.match(r"\[(?:h+|m+|s+)", bracket, re.IGNORECASE):
                return None
        else:
            literal = quoted or escaped or currency or other
            if other and _DATE_LIKE.match(other):
                return None
            prefix, suffix = (prefix, suffix + literal) if pattern else (prefix + literal, suffix)
    return _parse_format(prefix, suffix, pattern, tuple(groups))


def _parse_format(prefix: str, suffix: str, pattern: str, groups: tuple[int, ...]) -> NumberFormat | None:
    if not pattern or pattern.endswith(",") or ",." in pattern:
        return None
    if pattern.endswith(("%", "‰")):
        return NumberFormat(percent=True) if pattern.endswith("%") else NumberFormat(suffix="‰")
    filled = set(pattern) == {"0"} and len(pattern) > 1
    prefix = "" if _PLAIN_MARKS.match(prefix) else prefix.strip()
    suffix = "" if _PLAIN_MARKS.match(suffix) else suffix.strip()
    if not prefix and not suffix and not filled:
        return None
    return NumberFormat(
        prefix, suffix, len(pattern) if filled else 0, groups=groups if len(groups) > 1 and filled else ()
    )


def has_lost_digits(written: str) -> bool:
    """Return whether a stored number is a whole number beyond the 15 digits that Excel keeps. A file that
    contains all digits (from other programs) has lost none, unless the last three are zeros."""
    try:
        value = abs(Decimal(written))
    except InvalidOperation:
        return False
    if value < LOST_DIGITS_FROM or value != value.to_integral_value():
        return False
    return not written.lstrip("-").isdigit() or written.endswith("000")


def scientific(written: str) -> str:
    """Return a number in scientific notation with 15 digits, which no code parser reads as a whole number."""
    text = f"{float(written):.15g}"
    return text if "e" in text else f"{float(written):.14e}"


def is_scientific(text: str) -> bool:
    """Return whether a text is a number in scientific notation, as spreadsheets write long codes."""
    return bool(re.fullmatch(r"[+-]?\d(?:\.\d+)?E\+?\d{1,3}", text.strip(), re.IGNORECASE))
