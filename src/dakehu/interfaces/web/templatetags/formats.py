"""Formats of numbers and days: `{% load formats %}`.

A missing value is written as an en dash; a value that is already text (a masked one) is unchanged.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dakehu.foundation.base.i18n import bilingual, language

register = template.Library()

MISSING = "–"
STEPS = {
    "zh": ((Decimal(100_000_000), "亿"), (Decimal(10_000), "万")),
    "en": ((Decimal(1_000_000_000), "B"), (Decimal(1_000_000), "M"), (Decimal(1_000), "K")),
}
CENT = Decimal("0.01")
WEEKDAYS = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)


def number(value: object) -> Decimal | None:
    """Return a value as a number, or None when it is not one (such as a masked text)."""
    if isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def short_money(amount: Decimal, code: str) -> str:
    """`24660000` → `2466.00 万`, `24.66M`."""
    for step, unit in STEPS[code]:
        if abs(amount) >= step:
            gap = " " if code == "zh" else ""
            return f"{(amount / step).quantize(CENT):,}{gap}{unit}"
    return f"{amount.quantize(CENT):,}"


@register.filter
def money(value: object) -> SafeString | str:
    """An amount in 万/亿 or K/M/B; the full value is shown on hover."""
    if value in (None, ""):
        return MISSING
    amount = number(value)
    if amount is None:
        return str(value)
    full = f"{amount.quantize(CENT):,}"
    return format_html('<span class="nowrap" title="{}">{}</span>', full, short_money(amount, language()))


@register.filter
def amount(value: object) -> str:
    """An amount in 万/亿 or K/M/B as plain text, for use within a sentence."""
    size = number(value)
    return MISSING if value in (None, "") else str(value) if size is None else short_money(size, language())


@register.filter
def grouped(value: object, places: int = 2) -> str:
    """A number with thousands separators, in both languages (1,234,567.50); negative places drop the decimals of an integer.

    Django's own floatformat:"2g" groups nothing in Chinese.
    """
    if value in (None, ""):
        return MISSING
    found = number(value)
    if found is None:
        return str(value)
    wanted = int(places)
    if wanted < 0 and found == found.to_integral_value():
        return f"{found.to_integral_value():,}"
    return f"{found.quantize(Decimal(1).scaleb(-abs(wanted)), ROUND_HALF_UP):,}"


@register.filter
def rate(value: object, places: int = 2) -> SafeString | str:
    """A share of one (0.196) as a signed, coloured percentage (+19.60%)."""
    if value in (None, ""):
        return MISSING
    share = number(value)
    if share is None:
        return str(value)
    percent = round(share * 100, int(places))
    tone = "up" if percent > 0 else "down" if percent < 0 else ""
    return format_html('<span class="nowrap {}">{}</span>', tone, f"{percent:+.{int(places)}f}%" if percent else "0%")


@register.filter
def share(value: object, places: int = 1) -> str:
    """A share of one as a plain percentage (0.142 → 14.2%)."""
    if value in (None, ""):
        return MISSING
    found = number(value)
    return str(value) if found is None else f"{found * 100:.{int(places)}f}%"


@register.filter
def day(value: object) -> str:
    """A day or moment as 2026-11-23, in the desk's own time zone."""
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if value else MISSING


@register.filter
def weekday(value: date) -> str:
    """周一 or Mon."""
    zh, en = WEEKDAYS[value.weekday()]
    return str(bilingual(zh, en))


@register.filter
def moment(value: object) -> str:
    """A moment as 2026-11-23 14:05, in the desk's own time zone."""
    if not isinstance(value, datetime):
        return day(value)
    value = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{value:%Y-%m-%d %H:%M}"


@register.filter
def ago(value: object) -> SafeString | str:
    """A `<time>` that the browser rewrites as "3 小时前" and keeps updated; the moment itself is shown on hover."""
    if not isinstance(value, date):  # a datetime is a date too
        return str(value) if value else MISSING
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>', value.isoformat(), moment(value), day(value)
    )
