"""Mask personal values for readers who may see that they exist, but not the values. Pure.

Each mask keeps enough to recognise the client and too little to use. A value too short to hide anything becomes stars;
an empty one stays empty. `is_masked` recognises masked text, so that a masked column that returns in a worksheet is
never stored as a real value.

Source: the customary forms of the industry, as JR/T 0171-2020 requires for C2 data.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache

from dakehu.foundation.base.i18n import Bilingual, bilingual

COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 夏侯 轩辕 端木 独孤 南宫 西门 百里 呼延 闻人 "
    "澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 司空 拓跋 完颜 第五".split()
)
STARS = "*"
# Mask characters as found in clients' tables: stars of both widths, dots, and crosses between digits.
HIDING = re.compile(r"[*＊•●■×]|(?<=\d)[xX]{2,}|[xX]{3,}(?=\d)|[xX]{4,}")


def mask_middle(value: str, *, first: int, last: int) -> str:
    """Keep `first` and `last` characters with a star for each one between.

    All stars if nothing would be hidden.
    """
    if len(value) <= first + last:
        return STARS * len(value)
    return value[:first] + STARS * (len(value) - first - last) + (value[-last:] if last else "")


def mask_phone(value: str) -> str:
    """Mask a phone as `138****1234`; a landline keeps its area code: `010-****6666`."""
    area, dash, rest = value.partition("-")
    if dash and area.isdigit() and len(area) <= 4:
        return f"{area}-{mask_middle(rest, first=0, last=4)}"
    return mask_middle(value, first=3, last=4)


def mask_id(value: str) -> str:
    """Mask an identity number as `110***********002X`: the first three and last four characters stay."""
    return mask_middle(value, first=3, last=4)


def mask_card(value: str) -> str:
    """Mask a card number as `622202*********1234`: the issuer's six and last four digits stay."""
    return mask_middle(value, first=6, last=4)


def mask_account(value: str) -> str:
    """Mask an account as `****5678`: the last four characters stay."""
    return mask_middle(value, first=0, last=4)


def mask_name(value: str) -> str:
    """Mask a name as `张*`, `欧阳**`; a Latin name keeps the first letter of each word: `J*** S****`."""
    name = value.strip()
    if not re.search(r"[\u3400-\u9fff]", name):
        return " ".join(mask_middle(word, first=1, last=0) if len(word) > 1 else word for word in name.split())
    surname_length = 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1
    return name[:surname_length] + STARS * (len(name) - surname_length)


# The same in PostgreSQL, of a text called `value` without blanks around it: for views that are read outside the desk.
mask_name.in_sql = (  # type: ignore[attr-defined]
    "CASE WHEN value !~ '[\u3400-\u9fff]' THEN (SELECT string_agg(CASE WHEN length(word) > 1 "
    "THEN left(word, 1) || repeat('*', length(word) - 1) ELSE word END, ' ' ORDER BY place) "
    "FROM regexp_split_to_table(value, '[\\s\u3000]+') WITH ORDINALITY AS words(word, place)) "
    "WHEN length(value) > 2 AND left(value, 2) = ANY ('{" + ",".join(sorted(COMPOUND_SURNAMES)) + "}'::text[]) "
    "THEN left(value, 2) || repeat('*', length(value) - 2) "
    "ELSE left(value, 1) || repeat('*', length(value) - 1) END"
)


def mask_mail(value: str) -> str:
    """Mask mail as `x***i@163.com`: always three stars, which hide the length; the domain stays."""
    local, at, domain = value.rpartition("@")
    if not at or not local:
        return STARS * len(value)
    return f"{local[0]}***{local[-1] if len(local) > 2 else ''}@{domain}"


def mask_address(value: str) -> str:
    """Mask an address below the district: `北京市西城区****`; nothing stays if no district is found."""
    district = re.match(
        r"(.{2,8}?(?:省|自治区|特别行政区))?(.{2,8}?(?:自治州|地区|盟|市))?(.{1,8}?(?:自治县|新区|[区县旗市]))?", value
    )
    visible = district.group(0) if district else ""
    if not value:
        return ""
    return visible + STARS * 4


# Edges of the bands in which an amount is shown to readers who may not see it, in yuan. No band is narrower than its lower
# edge, so that a band shows the size of a client, never the exact amount.
BAND_EDGES = (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000)


def mask_amount(value: str) -> str:
    """The band of an amount in yuan: `100–500 万`, `CNY 1–5M`. A value that is not an amount is hidden completely."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return "•••"
    if not amount.is_finite() or amount < 0:
        return "•••"
    return str(_band(bisect_right(BAND_EDGES, amount)))


@cache
def _band(place: int) -> Bilingual:
    """Return the band between the edges before and at `place`."""
    wan = [f"{edge // 10_000:,}" for edge in BAND_EDGES]
    millions = [f"{edge / 1_000_000:g}" for edge in BAND_EDGES]
    if place == 0:
        return bilingual("<{n} 万", "CNY <{m}M", n=wan[0], m=millions[0])
    if place == len(BAND_EDGES):
        return bilingual("≥{n} 万", "CNY ≥{m}M", n=wan[-1], m=millions[-1])
    return bilingual(
        "{a}–{b} 万", "CNY {c}–{d}M", a=wan[place - 1], b=wan[place], c=millions[place - 1], d=millions[place]
    )


mask_amount.band_edges = BAND_EDGES  # type: ignore[attr-defined]  # lists may be filtered by a band (gates.filtering)


def bands() -> list[Bilingual]:
    """Return every band, the lowest first; lists are filtered by a band's position."""
    return [_band(place) for place in range(len(BAND_EDGES) + 1)]


@cache
def _bands() -> frozenset[str]:
    """Return every band as a reader of either language sees it; a range typed by a person is not one of them."""
    return frozenset(_band(place).in_(code) for place in range(len(BAND_EDGES) + 1) for code in ("zh", "en"))


MASKS: dict[str, Callable[[str], str]] = {
    "phone": mask_phone,
    "id": mask_id,
    "card": mask_card,
    "account": mask_account,
    "name": mask_name,
    "mail": mask_mail,
    "address": mask_address,
    "amount": mask_amount,
}


def is_masked(value: str) -> bool:
    """Return whether part of a value is hidden: `138****1234`, `138xxxxxx88`, `张*`, `••••`, `100–500 万`.

    A single `x` is no mask: an identity number may end in it.
    """
    return bool(HIDING.search(unicodedata.normalize("NFKC", value))) or value.strip() in _bands()
