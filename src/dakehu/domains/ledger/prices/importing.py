"""Import price files: resolve codes to products, compare with stored prices, write new ones.

All price files share one series of days: a newer file replaces a product's price of a day and keeps the others. A code
is matched exactly or not at all. A code whose class is given (指数, 汇率, 股票…) is registered if new, as are a pair such as
USDCNY and the index that DAKEHU_BENCHMARK names; any other unknown code is reported.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
from django.db import connection

from dakehu.domains.ledger.models import PriceFile, SecurityCode, SecurityKind
from dakehu.domains.ledger.products import security_codes
from dakehu.domains.ledger.products.registry import names_of
from dakehu.domains.ledger.products.security_codes import Security, UnknownCode
from dakehu.domains.ledger.products.short_codes import HONG_KONG, is_short, market_by_name
from dakehu.domains.ledger.trades import journal
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import firm_settings
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import add_audit_note

SOURCE = "file"
Days = dict[date, dict[int, float]]  # closing prices by product id
# Currencies (ISO 4217) whose rate in yuan is given by a pair such as USDCNY.
PAIRED = frozenset("USD EUR GBP JPY HKD AUD CAD CHF SGD NZD TWD KRW THB MOP SEK NOK DKK MYR ZAR RUB".split())
_PAIR = re.compile(r"^([A-Z]{3})[/.]?CNY(?:=X|\.FX)?$")
_TAILED = re.compile(r"^(.+)\.([A-Z]{2,4})$")


@dataclass(frozen=True)
class CodeQuery:
    """A security as written in a file; `kind` is a SecurityKind value. "" for what the file does not specify."""

    code: str
    market: str = ""
    kind: str = ""
    name: str = ""
    currency: str = ""


@dataclass(frozen=True)
class CodeMatch:
    """The product of a code: an id, a `new` security with (name, currency), or a `reason`.

    Reasons for neither: unknown, several (markets), market (missing), short (fewer than six digits and unclear
    market), currency (missing, or different from the product's).
    """

    number: int = 0
    new: Security | None = None
    reason: str = ""
    named: tuple[str, str] = ("", "CNY")


def resolve(queries: Iterable[CodeQuery]) -> dict[CodeQuery, CodeMatch]:
    """Return the product of each query; nothing is written."""
    distinct = list(dict.fromkeys(queries))
    tied, doubtful = _tie_short_codes(distinct)
    readings = {query: _read_code(tied.get(query, query)) for query in distinct}
    wanted = sorted(
        {code_part for query in distinct for code_part in (_normalize(query.code), readings[query][0].code)}
    )
    registered: dict[str, list[tuple[str, int, str]]] = {}
    for start in range(0, len(wanted), 5000):
        rows = SecurityCode.objects.filter(code__in=wanted[start : start + 5000]).order_by("pk")
        for code, market, number, currency in rows.values_list("code", "market", "product_id", "product__currency"):
            registered.setdefault(code, []).append((market, number, currency))
    matches = {query: _match(tied.get(query, query), *readings[query], registered) for query in distinct}
    return {**matches, **doubtful}


def _tie_short_codes(queries: list[CodeQuery]) -> tuple[dict[CodeQuery, CodeQuery], dict[CodeQuery, CodeMatch]]:
    """Return short codes with the market given by currency or name, and a match without product for the others.

    The rule is that of statements (products.short_codes): 2318 may be 002318 of Shenzhen or 02318 of Hong Kong.
    """
    short = [
        query
        for query in queries
        if is_short(query.code)
        and not query.market.strip()
        and query.kind not in (SecurityKind.INDEX, SecurityKind.RATE)
    ]
    named = names_of({query.code.strip().zfill(width) for query in short for width in (5, 6)}) if short else {}
    tied, doubtful = {}, {}
    for query in short:
        code = query.code.strip()
        market = HONG_KONG if query.currency == "HKD" else market_by_name(code, query.name, named)
        is_known = any(
            (code.zfill(width), market) in named for width in (5, 6) for market in ("HK", "SH", "SZ", "BJ", "NQ")
        )
        if market:
            tied[query] = replace(query, market=market)
        else:
            doubtful[query] = CodeMatch(reason="short" if is_known or query.kind else "unknown")
    return tied, doubtful


def _normalize(text: str) -> str:
    """Strip and upper-case a code."""
    return text.strip().upper()


def _read_code(query: CodeQuery) -> tuple[Security, bool, bool]:
    """Parse a code into a security as far as the text specifies it.

    Returns (security, whether its market is known, whether it may be registered).
    """
    text, market = _normalize(query.code), query.market.strip()
    pair = _PAIR.match(text)
    if pair and pair[1] in PAIRED and query.kind in ("", SecurityKind.RATE):
        return Security(f"{pair[1]}CNY", "FX", SecurityKind.RATE.value), True, True
    suffixed = _TAILED.match(text)
    code, code_market = (
        (suffixed[1], suffixed[2]) if suffixed else (text, security_codes.market_of(market) or market.upper())
    )
    index_code, _, index_market = firm_settings.current("BENCHMARK").partition(".")
    if code == index_code and code_market == index_market and query.kind in ("", SecurityKind.INDEX):
        return Security(code, index_market, SecurityKind.INDEX.value), True, True
    if query.kind in (SecurityKind.INDEX, SecurityKind.RATE):
        return Security(code, code_market, query.kind), bool(code_market) or not code.isdigit(), True
    try:
        parsed = security_codes.security(text, market=market)
        return Security(parsed.code, parsed.market, query.kind or parsed.kind), True, bool(query.kind)
    except UnknownCode:
        return Security(code, code_market, query.kind), bool(code_market), bool(query.kind)


def _match(
    query: CodeQuery, security: Security, has_market: bool, may_enter: bool, registered: dict[str, Any]
) -> CodeMatch:
    """Choose the registered product of a query, or a new security, or the reason for neither."""
    rows = registered.get(security.code) or registered.get(_normalize(query.code), [])
    same_market = [row for row in rows if row[0] == security.market]
    is_explicit = bool(query.market) or "." in query.code or security.kind in (SecurityKind.INDEX, SecurityKind.RATE)
    if not is_explicit and len(rows) > 1:
        return CodeMatch(reason="several")
    matches = same_market or ([] if has_market else rows)
    if len(matches) == 1:
        _, number, currency = matches[0]
        differs = query.currency and query.currency != currency
        return CodeMatch(reason="currency") if differs else CodeMatch(number)
    if not may_enter:
        return CodeMatch(reason="unknown")
    if not has_market:
        return CodeMatch(reason="market")
    is_domestic = security.market in ("SH", "SZ", "BJ", "NQ", "FX") or security.kind == SecurityKind.INDEX
    currency = query.currency or ("CNY" if is_domestic else "")
    return (
        CodeMatch(new=security, named=(query.name or security.code, currency))
        if currency
        else CodeMatch(reason="currency")
    )


def stored_prices(days: Iterable[date]) -> Days:
    """Return the prices imported from files so far for some days."""
    wanted = sorted(set(days))
    days_of_file: dict[str, set[date]] = {}
    for start in range(0, len(wanted), 5000):
        files = PriceFile.objects.filter(source=SOURCE, day__in=wanted[start : start + 5000])
        for day, file in files.values_list("day", "file"):
            days_of_file.setdefault(file, set()).add(day)
    prices: Days = {day: {} for day in sorted(set().union(*days_of_file.values()))}
    for file, own in days_of_file.items():
        table = journal.read([journal.path_of(file)], schema=journal.PRICES)
        for asset, day, price in zip(*(table[name].to_pylist() for name in journal.PRICES.names), strict=True):
            if day in own:
                prices[day][asset] = price
    return prices


def write_days(file: str, days: Days) -> None:
    """Write a price file of some days under its name, by day and product."""
    rows = [(product, day, days[day][product]) for day in sorted(days) for product in sorted(days[day])]
    table = dict(zip(journal.PRICES.names, map(list, zip(*rows, strict=True)), strict=True))
    journal.write(journal.path_of(file), pa.table(table, schema=journal.PRICES))


def compare(new: Days) -> dict[str, int]:
    """Return the number of prices {created, updated, unchanged} against the stored ones."""
    counts, stored = {"created": 0, "updated": 0, "unchanged": 0}, stored_prices(new)
    for day, prices in new.items():
        day_prices = stored.get(day, {})
        for product, price in prices.items():
            old = day_prices.get(product)
            counts["created" if old is None else "unchanged" if old == price else "updated"] += 1
    return counts


@action(
    "ledger.import_price_file", needs=Permission.IMPORT, zh="导入行情文件", en="Import a price file", is_public=False
)
def import_price_file(*, filename: str, sha256: str, prices: Days) -> dict[str, int]:
    """Import the prices of a file: write the changed days of each month as a new file.

    The prices written for a day are its old ones merged with the imported ones. Returns {created, updated, unchanged}
    numbers of prices.
    """
    rows = PriceFile.objects.filter(source=SOURCE)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    rows_by_day = {
        row.day: row
        for start in range(0, len(prices), 5000)
        for row in rows.filter(day__in=sorted(prices)[start : start + 5000])
    }
    counts, stored = compare(prices), stored_prices(prices)
    created, changed = [], []
    files: dict[tuple[int, int], str] = {}  # one for each month
    written: dict[str, Days] = {}
    for day in sorted(prices):
        old = stored.get(day, {})
        merged = {**old, **prices[day]}
        if merged == old:
            continue
        row = rows_by_day.get(day) or PriceFile(source=SOURCE, day=day)
        row.file, row.rows = files.setdefault((day.year, day.month), journal.new_name()), len(merged)
        written.setdefault(row.file, {})[day] = merged
        (changed if day in rows_by_day else created).append(row)
    for file, days in written.items():
        write_days(file, days)
    record_rows(PriceFile, created, changed, ["file", "rows"])
    add_audit_note(prices=filename, sha256=sha256, days=len(created) + len(changed), **counts)
    return counts
