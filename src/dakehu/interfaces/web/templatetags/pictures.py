"""Numbers of cards and small pictures, drawn on the server: `{% load pictures %}`.

Pictures are SVG with classes (chart.css), so that they follow the theme, print, and need no script. Each has a name that
is read out and a table or titles with its values.
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask
from dakehu.interfaces.web import drawing
from dakehu.interfaces.web.templatetags.formats import MISSING, money, rate, short_money
from dakehu.interfaces.web.templatetags.formats import number as decimal_of

register = template.Library()

TONES = ("bad", "warn", "good")


@register.simple_tag
def number(shown: dict[str, Any], plain: bool = False) -> SafeString | str:
    """A number of a card in its unit and tone; a link to its rows unless `plain`."""
    value = shown["value"]
    if value is None:
        return MISSING
    text, amount = _text(shown), decimal_of(value)
    tone = shown["tone"]
    if tone == "signed":
        tone = "" if not amount else "up" if amount > 0 else "down"
    elif tone in TONES and shown["unit"] == "count" and not amount:
        tone = ""
    text = format_html('<span class="{}">{}</span>', f"tone-{tone}" if tone in TONES else tone, text) if tone else text
    return text if plain or not shown.get("url") else format_html('<a href="{}" data-number>{}</a>', shown["url"], text)


def _text(shown: dict[str, Any]) -> SafeString | str:
    """Return the value of a number in its unit."""
    value, unit = shown["value"], shown["unit"]
    if unit == "money":
        signed = decimal_of(value)
        plus = "+" if shown["tone"] == "signed" and signed is not None and signed > 0 else ""
        return format_html("{}{}", plus, money(value))
    if unit == "share":
        return rate(value)
    return f"{value:,}" if unit == "count" and isinstance(value, int) else str(value)


@register.inclusion_tag("today/cards/cell.html")
def card_cell(row: dict[str, Any], column: dict[str, Any], first: bool) -> dict[str, Any]:
    """One cell of a card's table."""
    value = row[column["name"]]
    if column["kind"] == "day":
        value = {**value, "late": -value["days"]}
    return {"column": column, "value": value, "first": first}


@register.inclusion_tag("pictures/months.html")
def months_picture(content: dict[str, Any], name: object) -> dict[str, Any]:
    """A line over months with bars under it, and the same as a table for accessibility."""
    code = language()
    line, bars = content["line"], content["bars"]
    table = [
        {"month": month, "line": money(value), "bar": money(bar)}
        for month, value, bar in zip(content["months"], line, bars, strict=True)
    ]
    titles = [
        f"{month}\n{content['line_name']} {_short_amount(value, code)}\n{content['bars_name']} {_short_amount(bar, code)}"
        for month, value, bar in zip(content["months"], line, bars, strict=True)
    ]
    return {
        "name": name,
        "content": content,
        "pictures": [
            drawing.months(content["months"], line, bars, titles, lambda value: _axis_label(value, code), width)
            for width in (drawing.WIDTH, drawing.NARROW)
        ],
        "table": table,
    }


def _axis_label(value: float, code: str) -> str:
    """Return an amount as an axis label: 2.5 亿, without needless decimals."""
    figure, gap, unit = _short_amount(round(value), code).partition(" ")
    letters = figure.lstrip("-+,.0123456789")
    digits = figure.removesuffix(letters)
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    if len(digits) > 5 and "." in digits:
        digits = digits.partition(".")[0]
    return f"{digits}{letters}{gap}{unit}"


def _short_amount(value: Any, code: str) -> str:
    """Return an amount in short form, a dash for none."""
    amount = decimal_of(value)
    return MISSING if amount is None else short_money(amount, code)


@register.inclusion_tag("pictures/sparkline.html")
def worth_line(client: Any) -> dict[str, Any]:
    """The market value of a client over twelve months as a small line; nothing without data."""
    try:
        found = ask("ledger.client_months", {"client": client})
    except (NotAllowed, NotFound, Refused):
        return {}
    values = [value for value in found["values"] if value is not None]
    if len(values) < 2:
        return {}
    return {
        "values": found["values"],
        "first": {"month": found["months"][0], "value": values[0]},
        "last": {"day": found["as_of"], "value": values[-1]},
        "source": found["source"],
    }


@register.inclusion_tag("pictures/composition.html")
def composition(client: Any) -> dict[str, Any]:
    """A client's holdings at the last month ends, by kind, as shares of the total."""
    try:
        found = ask("ledger.composition", {"client": client})
    except (NotAllowed, NotFound, Refused):
        return {}
    if not found["kinds"]:
        return {}
    return {**found, "picture": drawing.stack(found["months"], found["kinds"]), "table": drawing.shares_table(found)}


@register.inclusion_tag("pictures/service_calendar.html")
def service_calendar(client: Any) -> dict[str, Any]:
    """Contacts with a client by day over a year, and per week above it."""
    try:
        found = ask("service.contact_days", {"client": client})
    except (NotAllowed, NotFound, Refused):
        return {}
    return drawing.calendar(found["first"], found["days"], _day_title)


def _day_title(day: str, count: int) -> str:
    """Return the tooltip of a day of the calendar."""
    return str(bilingual("{day}：{n} 次服务", "{day}: {n} contacts", day=day, n=count))
