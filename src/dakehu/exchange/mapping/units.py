"""The unit of a column's numbers: 万元, 亿元, 千元, %, ‰, 手, US$ thousand. Pure.

A unit is stated in the heading (资产规模（万元）), in a line above the table (单位：万元) or in the cells' number format.
Its standard text ("万元", "USD 千", "%") is stored in a mapping, editable by a person, and parsed by `read_unit`.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from dakehu.foundation.base.currencies import CURRENCIES, YUAN, code_of

MONEY, RATE, COUNT = "money", "rate", "count"
_SCALES: dict[str, Decimal] = {
    "百亿": Decimal(10) ** 10,
    "十亿": Decimal(10) ** 9,
    "亿": Decimal(10) ** 8,
    "千万": Decimal(10) ** 7,
    "百万": Decimal(10) ** 6,
    "十万": Decimal(10) ** 5,
    "万": Decimal(10) ** 4,
    "千": Decimal(1000),
    "百": Decimal(100),
    "十": Decimal(10),
    "BILLIONS": Decimal(10) ** 9,
    "BILLION": Decimal(10) ** 9,
    "BN": Decimal(10) ** 9,
    "MILLIONS": Decimal(10) ** 6,
    "MILLION": Decimal(10) ** 6,
    "MN": Decimal(10) ** 6,
    "MM": Decimal(10) ** 6,
    "M": Decimal(10) ** 6,
    "THOUSANDS": Decimal(1000),
    "THOUSAND": Decimal(1000),
    "K": Decimal(1000),
    "'000": Decimal(1000),
    "000": Decimal(1000),
    "W": Decimal(10) ** 4,
}
_SCALE_ZH = {
    Decimal(10) ** 10: "百亿",
    Decimal(10) ** 9: "十亿",
    Decimal(10) ** 8: "亿",
    Decimal(10) ** 7: "千万",
    Decimal(10) ** 6: "百万",
    Decimal(10) ** 5: "十万",
    Decimal(10) ** 4: "万",
    Decimal(1000): "千",
    Decimal(100): "百",
    Decimal(10): "十",
}
_RATES = {
    "%": Decimal("0.01"),
    "百分比": Decimal("0.01"),
    "百分数": Decimal("0.01"),
    "百分点": Decimal("0.01"),
    "PERCENT": Decimal("0.01"),
    "PCT": Decimal("0.01"),
    "‰": Decimal("0.001"),
    "千分比": Decimal("0.001"),
    "BP": Decimal("0.0001"),
    "BPS": Decimal("0.0001"),
    "基点": Decimal("0.0001"),
    "小数": Decimal(1),
}
_RATE_TEXT = {Decimal("0.01"): "%", Decimal("0.001"): "‰", Decimal("0.0001"): "bp", Decimal(1): "小数"}
_COUNTS = {
    "股": Decimal(1),
    "份": Decimal(1),
    "张": Decimal(1),
    "手": Decimal(100),
    "SHARES": Decimal(1),
    "UNITS": Decimal(1),
    "户": Decimal(1),
    "人": Decimal(1),
    "个": Decimal(1),
    "笔": Decimal(1),
    "次": Decimal(1),
    "岁": Decimal(1),
}
_SIMPLE_FORMS = str.maketrans({"’": "'", "萬": "万", "億": "亿", "仟": "千", "佰": "百", "幣": "币", "圓": "元"})
_NAMES_FIRST = re.compile(
    r"^(?:人民币|美元|美金|港币|港元|欧元|日元|英镑|澳元|加元|新加坡元|新台币|(?:USD|HKD|EUR|CNY|RMB|JPY|GBP)(?=\s))",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(【\[〔{<]([^()【】\[\]〔〕{}<>]*)[)】\]〕}>]")
_STATED = re.compile(
    r"(?:(?:金额单位|货币单位|计量单位|数量单位|单位|币种|货币|unit|currency)\s*[:]?\s*(?:为|是|in\s+)?|(?:金额|数额|资产|市值|规模)\s*[:]|以(?=\S{1,6}计))\s*([^\s,;。()|]+(?:\s+(?:million|thousand|billion|mn|bn|m|k))?)",
    re.IGNORECASE,
)
# Words in brackets that are not units.
_NOTE = re.compile(
    r"选填|必填|可选|可不填|估|约|含|不含|税前|税后|截至|截止|年末|年底|月末|季末|期末|期初|最新|当前|目前|现有|合计|总计|总额|累计|日均|年均|"
    r"年化|单利|复利|注|说明|如|例|下拉|选择|自动|公式|勿|请|新|旧|原|主|备|optional|required|estimate|approx|latest|p\.?a|annual|per\s*annum|incl|excl|note|e\.?g|total",
    re.IGNORECASE,
)
_LIKE_A_UNIT = re.compile(
    r"[元币镑圆万亿千百手股%‰$€£¥￥₩]|单位|盎司|公斤|千克|克|两|吨|平方|bps?\b|'000|million|thousand|billion|\b(?:k|mn|bn|mm)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Unit:
    """`factor` converts a plain number of the column to yuan (or the currency), a fraction, or pieces."""

    kind: str
    factor: Decimal
    currency: str = ""

    @property
    def text(self) -> str:
        """Return the standard text, which `read_unit` parses."""
        if self.kind == RATE:
            return _RATE_TEXT.get(self.factor, "%")
        scale = _SCALE_ZH.get(self.factor, "")
        if self.kind == COUNT:
            return "手" if self.factor == 100 else f"{scale}股"
        if self.currency in ("", YUAN):
            return f"{scale}元"
        return f"{self.currency} {scale}".strip()


@dataclass(frozen=True)
class FoundUnit:
    """The unit in a heading or line: the unit, or the words that were not understood."""

    unit: Unit | None
    words: str


def read_unit(text: str) -> Unit | None:
    """Return the unit for a text; None if it is not a unit."""
    words = re.sub(r"^(?:单位|以|in)\s*[:]?\s*|计$|\s*[/每](?:股|份)$", "", _plain(text), flags=re.IGNORECASE).strip()
    bare = re.sub(r"[\s.,/·、_-]+", "", words).upper()
    if not bare:
        return None
    if bare in _RATES:
        return Unit(RATE, _RATES[bare])
    for tail, factor in _COUNTS.items():
        if bare.endswith(tail):
            scale = _scale_of_word(bare.removesuffix(tail))
            return None if scale is None else Unit(COUNT, factor * scale)
    return _money(bare)


def _money(bare: str) -> Unit | None:
    """Return a money unit such as 人民币万元, 万美元, HKD, RMB'000, US$m, 万."""
    rest, currency = bare, ""
    for mark, code in _currency_marks():
        for found, tail in (
            (rest.startswith(mark), rest.removeprefix(mark)),
            (rest.endswith(mark), rest.removesuffix(mark)),
        ):
            if found and not currency and (_scale_of_word(tail.removesuffix("元")) is not None):
                currency, rest = code, tail
    scale = _scale_of_word(rest.removesuffix("元").removesuffix("圆"))
    return None if scale is None else Unit(MONEY, scale, currency or YUAN)


@cache
def _currency_marks() -> list[tuple[str, str]]:
    """Return [(mark in capitals, code)], the longest first."""
    pairs = [(mark.upper(), one.code) for one in CURRENCIES.values() for mark in (one.code, *one.marks)]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _scale_of_word(text: str) -> Decimal | None:
    return Decimal(1) if not text else _SCALES.get(text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_SIMPLE_FORMS).strip()


LONGEST_HEADING = 200  # characters; a longer text is not a heading and is not searched for units


def unit_in_heading(heading: str) -> FoundUnit | None:
    """Return the unit in a heading: in brackets, after a separator, or as its last word; None without one.

    Words in brackets that look like a unit, or are short and not a known remark, are returned even if not understood: a
    column of numbers with them must not be read without them.
    """
    if len(heading) > LONGEST_HEADING:
        return None
    text = _plain(heading)
    for words in reversed(_BRACKETED.findall(text)):
        unit = read_unit(words)
        if unit is not None:
            return FoundUnit(unit, words)
        if _is_unit_like(words):
            return FoundUnit(None, words)
    for words in re.split(r"[/／|_\-\n:]", text)[1:]:
        unit = read_unit(words)
        if unit is not None:
            return FoundUnit(unit, words.strip())
    found = re.search(
        r"(?:人民币|美元|港币|港元|欧元|日元|英镑)?(?:百亿|十亿|亿|千万|百万|十万|万|千)?(?:元|美元|美金|港币|港元|欧元|日元|英镑)$|[%‰]$|\s(?:USD|HKD|EUR|CNY|RMB|JPY|GBP)(?:\s?(?:k|m|mn|bn))?$",
        text,
        re.IGNORECASE,
    )
    if found and found.group().strip() and found.start() and not re.fullmatch(r"元", text):
        return FoundUnit(read_unit(found.group()), found.group().strip())
    found = _NAMES_FIRST.match(text)
    if found and found.end() < len(text):
        return FoundUnit(read_unit(found.group()), found.group())
    return None


def _is_unit_like(words: str) -> bool:
    if not words.strip() or _NOTE.search(words):
        return False
    if _LIKE_A_UNIT.search(words):
        return True
    return bool(code_of(words)) or bool(re.fullmatch(r"[A-Z]{3}", words.strip()))


def strip_unit(heading: str) -> str:
    """Return a heading without its unit, for looking up its field."""
    found = unit_in_heading(heading)
    if found is None or not found.words:
        return heading
    text = _plain(heading)
    cut = text[: text.rfind(found.words)] + text[text.rfind(found.words) + len(found.words) :]
    return re.sub(r"[(【\[]\s*[)】\]]", "", cut).strip(" /|_-:\n") or heading


def _units_in_title(text: str) -> list[FoundUnit]:
    """Return the units in brackets in a title, or filling a whole cell with 单位; rates belong to one column."""
    whole = [text] if re.search(r"[元币金镑]$", text) else []
    found = [
        FoundUnit(read_unit(words), words) for words in (*_BRACKETED.findall(text), *whole) if len(words.strip()) > 1
    ]
    return [one for one in found if one.unit is not None and one.unit.kind in (MONEY, COUNT)]


def units_in_row(cells: list[str]) -> dict[int, Unit]:
    """Return {index: unit} of a line of units under the headings (（单位） | | 万元 | %); {} for any other line."""
    texts = {place: _plain(cell) for place, cell in enumerate(cells) if cell.strip()}
    units = {place: read_unit(re.sub(r"^[(\[]|[)\]]$", "", text)) for place, text in texts.items()}
    found = {place: unit for place, unit in units.items() if unit is not None and not re.search(r"\d", texts[place])}
    others = [text for place, text in texts.items() if place not in found]
    is_line = all(
        re.fullmatch(r"[(\[]?(?:计量|金额)?单位[)\]]?|-+|—+|/|无|unit", text, re.IGNORECASE) for text in others
    )
    return found if found and is_line and any(unit.kind in (MONEY, RATE) for unit in found.values()) else {}


def units_in_lines(lines: list[str], notes: list[str] | None = None) -> dict[str, FoundUnit]:
    """Return {kind: unit} from the texts above a table (单位：万元, 客户清单（万元）, 数量单位：手, 币种：港币), and its `notes`
    below it if understood. The last of several of one kind is used; a separately stated currency is combined with the
    scale: 单位：万元 and 币种：美元 are US$ in ten thousands."""
    units: dict[str, FoundUnit] = {}
    currency = ""
    for line in lines:
        text = _plain(line)
        for found_unit in _units_in_title(text):
            units[found_unit.unit.kind if found_unit.unit else MONEY] = found_unit
        for found in _STATED.finditer(text):
            words = found.group(1).strip(" :")
            said = found.group(0).lower()
            if said.startswith(("币种", "货币", "currency")) and "单位" not in said:
                currency = code_of(words) or currency
                if not code_of(words):
                    units[MONEY] = FoundUnit(None, words)
                continue
            for part in re.split(r"[、/和及]", words):
                unit = read_unit(part)
                if unit is not None:
                    units[unit.kind] = FoundUnit(unit, part)
                elif _is_unit_like(part) and MONEY not in units:
                    units[MONEY] = FoundUnit(None, part)
    for kind, found in units_in_lines(notes).items() if notes else ():
        if found.unit is not None:
            units.setdefault(kind, found)
    if currency and currency != YUAN:
        known = units.get(MONEY)
        if known is None:
            units[MONEY] = FoundUnit(Unit(MONEY, Decimal(1), currency), currency)
        elif known.unit is not None and known.unit.currency == YUAN:
            units[MONEY] = FoundUnit(Unit(MONEY, known.unit.factor, currency), f"{currency} {known.words}")
    return units
