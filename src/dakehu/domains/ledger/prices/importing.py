"""Prices of whole files: which product a written code names, what is known of its days, and what is new.

All price files share one series of days: a newer file has the last word on a product's day and leaves the others alone.
A code is matched exactly or not at all. What says its class (指数, 汇率, 股票…) is entered where it is new, as are a pair
such as USDCNY and the index that DAKEHU_BENCHMARK names; whatever else is unknown is told back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import connection

from dakehu.domains.ledger.models import PriceFile, SecurityCode, SecurityKind
from dakehu.domains.ledger.products import security_codes
from dakehu.domains.ledger.products.security_codes import Security, UnknownCode
from dakehu.domains.ledger.trades import journal
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import add_audit_note

SOURCE = "file"
Days = dict[date, dict[int, float]]  # closing prices by product number
# Currencies (ISO 4217) whose rate in yuan is told by a pair such as USDCNY.
PAIRED = frozenset("USD EUR GBP JPY HKD AUD CAD CHF SGD NZD TWD KRW THB MOP SEK NOK DKK MYR ZAR RUB".split())
_PAIR = re.compile(r"^([A-Z]{3})[/.]?CNY(?:=X|\.FX)?$")
_TAILED = re.compile(r"^(.+)\.([A-Z]{2,4})$")


@dataclass(frozen=True)
class CodeQuery:
    """What a file says of a security: all as written but `kind`, a SecurityKind value; "" where it says nothing."""

    code: str
    market: str = ""
    kind: str = ""
    name: str = ""
    currency: str = ""


@dataclass(frozen=True)
class CodeMatch:
    """A product by its number, a `new` security to be entered with (name, currency), or the `reason` for neither:
    unknown, several (markets), market (not said), currency (another than the product's, or not said)."""

    number: int = 0
    new: Security | None = None
    reason: str = ""
    named: tuple[str, str] = ("", "CNY")


def resolve(asked: Iterable[CodeQuery]) -> dict[CodeQuery, CodeMatch]:
    """Which product each names; nothing is written."""
    every = list(dict.fromkeys(asked))
    meant = {one: _meaning(one) for one in every}
    wanted = sorted({part for one in every for part in (_bare(one.code), meant[one][0].code)})
    entered: dict[str, list[tuple[str, int, str]]] = {}
    for start in range(0, len(wanted), 5000):
        rows = SecurityCode.objects.filter(code__in=wanted[start : start + 5000]).order_by("pk")
        for code, market, number, currency in rows.values_list("code", "market", "product_id", "product__currency"):
            entered.setdefault(code, []).append((market, number, currency))
    return {one: _match(one, *meant[one], entered) for one in every}


def _bare(text: str) -> str:
    return text.strip().upper()


def _meaning(asked: CodeQuery) -> tuple[Security, bool, bool]:
    """(security as far as the words tell, whether its market is told, whether it may be entered)."""
    text, market = _bare(asked.code), asked.market.strip()
    pair = _PAIR.match(text)
    if pair and pair[1] in PAIRED and asked.kind in ("", SecurityKind.RATE):
        return Security(f"{pair[1]}CNY", "FX", SecurityKind.RATE.value), True, True
    tail = _TAILED.match(text)
    code, place = (tail[1], tail[2]) if tail else (text, security_codes.market_of(market) or market.upper())
    wanted, _, at = settings.BENCHMARK.partition(".")
    if code == wanted and place == at and asked.kind in ("", SecurityKind.INDEX):
        return Security(code, at, SecurityKind.INDEX.value), True, True
    if asked.kind in (SecurityKind.INDEX, SecurityKind.RATE):
        return Security(code, place, asked.kind), bool(place) or not code.isdigit(), True
    try:
        made = security_codes.security(text, market=market)
        return Security(made.code, made.market, asked.kind or made.kind), True, bool(asked.kind)
    except UnknownCode:
        return Security(code, place, asked.kind), bool(place), bool(asked.kind)


def _match(asked: CodeQuery, meant: Security, told: bool, may_enter: bool, entered: dict[str, Any]) -> CodeMatch:
    rows = entered.get(meant.code) or entered.get(_bare(asked.code), [])
    exact = [row for row in rows if row[0] == meant.market]
    said = bool(asked.market) or "." in asked.code or meant.kind in (SecurityKind.INDEX, SecurityKind.RATE)
    if not said and len(rows) > 1:
        return CodeMatch(reason="several")
    fit = exact or ([] if told else rows)
    if len(fit) == 1:
        _, number, currency = fit[0]
        wrong = asked.currency and asked.currency != currency
        return CodeMatch(reason="currency") if wrong else CodeMatch(number)
    if not may_enter:
        return CodeMatch(reason="unknown")
    if not told:
        return CodeMatch(reason="market")
    home = meant.market in ("SH", "SZ", "BJ", "NQ", "FX") or meant.kind == SecurityKind.INDEX
    currency = asked.currency or ("CNY" if home else "")
    return (
        CodeMatch(new=meant, named=(asked.name or meant.code, currency)) if currency else CodeMatch(reason="currency")
    )


def stored_prices(days: Iterable[date]) -> Days:
    """What price files have told so far of some days."""
    wanted = sorted(set(days))
    rows: list[tuple[date, str]] = []
    for start in range(0, len(wanted), 5000):
        part = PriceFile.objects.filter(source=SOURCE, day__in=wanted[start : start + 5000])
        rows.extend(part.values_list("day", "file"))
    return {day: _prices(name) for day, name in rows}


def _prices(name: str) -> dict[int, float]:
    table = journal.read([journal.path_of(name)], columns=["asset", "price"], schema=journal.PRICES)
    return dict(zip(table["asset"].to_pylist(), table["price"].to_pylist(), strict=True))


def compare(new: Days) -> dict[str, int]:
    """How many prices are {created, updated, unchanged} against what is held."""
    made, have = {"created": 0, "updated": 0, "unchanged": 0}, stored_prices(new)
    for day, prices in new.items():
        known = have.get(day, {})
        for number, price in prices.items():
            before = known.get(number)
            made["created" if before is None else "unchanged" if before == price else "updated"] += 1
    return made


@action(
    "ledger.take_price_file", needs=Permission.IMPORT, zh="导入行情文件", en="Take in a price file", is_public=False
)
def import_price_file(*, filename: str, sha256: str, prices: Days) -> dict[str, int]:
    """Lay the prices of a file over those held: each day that changes is written as a file of its own, under a new name,
    with what the day held before. Returns {created, updated, unchanged} prices."""
    rows = PriceFile.objects.filter(source=SOURCE)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    known = {
        row.day: row
        for start in range(0, len(prices), 5000)
        for row in rows.filter(day__in=sorted(prices)[start : start + 5000])
    }
    told, have = compare(prices), stored_prices(prices)
    made, changed = [], []
    for day in sorted(prices):
        before = have.get(day, {})
        after = {**before, **prices[day]}
        if after == before:
            continue
        row = known.get(day) or PriceFile(source=SOURCE, day=day)
        row.file, row.rows = journal.new_name(), len(after)
        numbers = sorted(after)
        table = {"asset": numbers, "day": [day] * len(after), "price": [after[n] for n in numbers]}
        journal.write(journal.path_of(row.file), pa.table(table, schema=journal.PRICES))
        (changed if day in known else made).append(row)
    record_rows(PriceFile, made, changed, ["file", "rows"])
    add_audit_note(prices=filename, sha256=sha256, days=len(made) + len(changed), **told)
    return told
