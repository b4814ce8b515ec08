"""Closing prices asked of a data service and taken in like any price file. Off until an administrator names a service.

Two services are spoken to as their own Python packages do, over HTTP: `akshare` reads the public pages of daily bars
(kline), `tushare` its interface with a token. What a firm may do with their data is between the firm and the service.
"""

import csv
import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import requests
from django.conf import settings

from dakehu.domains.ledger.products import security_codes
from dakehu.domains.ledger.products.security_codes import Security, UnknownCode
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual

Bars = list[tuple[date, float]]
ADDRESSES = {"akshare": "https://push2his.eastmoney.com/api/qt/stock/kline/get", "tushare": "https://api.tushare.pro"}
TABLES = {"stock": "daily", "fund": "fund_daily", "index": "index_daily"}  # of tushare, by class
PLACES = {"SH": "1", "SZ": "0", "BJ": "0"}  # of the public bars
SECONDS = 20
AT_MOST = 500


def import_quotes(wanted: Iterable[str], since: date, until: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Ask for the closing prices of some codes (600000.SH; 000300.SH as an index: index:000300.SH) from day to day and import
    them: the report of an import of prices, with `source` and `nothing` (codes that the service has no prices of). Raises
    Refused where no service is switched on, for codes that name no security, and for what the service refuses."""
    imports.can_import()
    source = settings.QUOTES
    ask = _service(source)
    if until < since:
        raise Refused({"until": [bilingual("截止日期早于起始日期。", "The last day is before the first.")]})
    asked = [_codes_for(text) for text in dict.fromkeys(filter(None, (text.strip() for text in wanted)))]
    if not 0 < len(asked) <= AT_MOST:
        raise Refused({"codes": [bilingual("请给出 1 至 {n} 个证券代码。", "Give 1 to {n} codes.", n=AT_MOST)]})
    found = {security: ask(security, since, until) for security in asked}
    nothing = [f"{security.code}.{security.market}" for security, bars in found.items() if not bars]
    if len(nothing) == len(found):
        raise Refused(
            {
                "codes": [
                    bilingual(
                        "“{source}”没有这些代码在此期间的行情：{codes}。",
                        "“{source}” has no prices of these codes for that time: {codes}.",
                        source=source,
                        codes=" ".join(nothing),
                    )
                ]
            }
        )
    with tempfile.TemporaryDirectory(prefix="dakehu-quotes-") as folder:
        path = Path(folder) / f"{source} {since.isoformat()} {until.isoformat()}.csv"
        _write(path, found)
        return {**imports.run_import(path, dry_run=dry_run), "source": source, "nothing": nothing}


def _service(name: str) -> Callable[[Security, date, date], Bars]:
    if not name:
        raise Refused(
            {
                "source": [
                    bilingual(
                        "没有启用行情来源。需要时由管理员设置 DAKEHU_QUOTES=akshare 或 tushare，并确认数据使用许可。",
                        "No data service is switched on. An administrator may set DAKEHU_QUOTES=akshare or tushare, having made sure of the right to use its data.",
                    )
                ]
            }
        )
    if name not in ADDRESSES:
        raise Refused(
            {
                "source": [
                    bilingual(
                        "没有“{name}”这个行情来源，可选：akshare、tushare。",
                        "There is no data service “{name}”; choose akshare or tushare.",
                        name=name,
                    )
                ]
            }
        )
    if name == "tushare" and not settings.TUSHARE_TOKEN:
        raise Refused(
            {
                "source": [
                    bilingual(
                        "tushare 需要令牌：请设置 DAKEHU_TUSHARE_TOKEN 或 DAKEHU_TUSHARE_TOKEN_FILE。",
                        "tushare needs a token: set DAKEHU_TUSHARE_TOKEN or DAKEHU_TUSHARE_TOKEN_FILE.",
                    )
                ]
            }
        )
    return {"akshare": _akshare, "tushare": _tushare}[name]


def _codes_for(text: str) -> Security:
    head, _, rest = text.rpartition(":")
    try:
        if head == "index":
            code, _, market = rest.upper().partition(".")
            if not (code.isascii() and code.isdigit() and market in PLACES):
                raise UnknownCode("code")
            return Security(code, market, "index")
        made = security_codes.security(rest)
    except UnknownCode:
        made = None
    if made is None or made.market not in PLACES or made.kind not in TABLES:
        raise Refused(
            {
                "codes": [
                    bilingual(
                        "“{text}”不是沪深北的股票、基金或指数代码（如 600000.SH、index:000300.SH）。",
                        "“{text}” is no share, fund or index of Shanghai, Shenzhen or Beijing (such as 600000.SH, index:000300.SH).",
                        text=text,
                    )
                ]
            }
        )
    return made


# --- the services -----------------------------------------------------------------------------------


def _akshare(security: Security, since: date, until: date) -> Bars:
    """Daily bars as "day,open,close,high,low,…"; not adjusted for dividends and splits."""
    told = _answer(
        "GET",
        "akshare",
        params={
            "secid": f"{PLACES[security.market]}.{security.code}",
            "klt": "101",
            "fqt": "0",
            "beg": f"{since:%Y%m%d}",
            "end": f"{until:%Y%m%d}",
            "fields1": "f1,f2,f3",
            "fields2": "f51,f52,f53,f54,f55",
        },
    )
    lines = (told.get("data") or {}).get("klines") or []
    try:
        return [(date.fromisoformat(day), float(close)) for day, _, close, *_ in (line.split(",") for line in lines)]
    except (ValueError, AttributeError):
        raise _unusable("akshare") from None


def _tushare(security: Security, since: date, until: date) -> Bars:
    told = _answer(
        "POST",
        "tushare",
        json={
            "api_name": TABLES[security.kind],
            "token": settings.TUSHARE_TOKEN,
            "fields": "trade_date,close",
            "params": {
                "ts_code": f"{security.code}.{security.market}",
                "start_date": f"{since:%Y%m%d}",
                "end_date": f"{until:%Y%m%d}",
            },
        },
    )
    if told.get("code") != 0:
        raise Refused(
            {
                "source": [
                    bilingual("tushare 拒绝了请求：{why}", "tushare refused: {why}", why=str(told.get("msg"))[:200])
                ]
            }
        )
    data = told.get("data") or {}
    try:
        place = {name: data["fields"].index(name) for name in ("trade_date", "close")} if data.get("items") else {}
        bars = [
            (date.fromisoformat(str(row[place["trade_date"]])), float(row[place["close"]]))
            for row in data.get("items") or []
        ]
    except (ValueError, KeyError, TypeError, IndexError):
        raise _unusable("tushare") from None
    return sorted(bars)


def _answer(method: str, source: str, **given: Any) -> dict[str, Any]:
    address = settings.QUOTES_URL or ADDRESSES[source]
    try:
        answer = requests.request(method, address, timeout=SECONDS, allow_redirects=False, **given)
        answer.raise_for_status()
        told = answer.json()
    except requests.exceptions.JSONDecodeError:
        raise _unusable(source) from None
    except requests.HTTPError as fault:
        raise _unreachable(source, bilingual("状态码 {n}", "status {n}", n=fault.response.status_code)) from None
    except requests.RequestException as fault:
        raise _unreachable(source, bilingual("{kind}", "{kind}", kind=type(fault).__name__)) from None
    if not isinstance(told, dict):
        raise _unusable(source)
    return told


def _unreachable(source: str, why: Bilingual) -> Refused:
    return Refused(
        {
            "source": [
                bilingual(
                    "无法从“{source}”取得行情（{why}）。请检查网络或稍后再试；也可以改用行情文件导入。",
                    "“{source}” could not be reached ({why}). Check the network or try later; a price file can be imported instead.",
                    source=source,
                    why=why,
                )
            ]
        }
    )


def _unusable(source: str) -> Refused:
    return Refused(
        {
            "source": [
                bilingual(
                    "“{source}”的回答不是预期的格式，没有导入任何内容；它可能已改版。",
                    "“{source}” answered in an unexpected form and nothing was imported; it may have changed.",
                    source=source,
                )
            ]
        }
    )


def _write(path: Path, found: dict[Security, Bars]) -> None:
    """A price file as the import reads it."""
    kinds = {"index": "指数"}
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["日期", "证券代码", "市场", "类别", "收盘价"])
        for security, bars in found.items():
            for day, close in bars:
                out.writerow([day.isoformat(), security.code, security.market, kinds.get(security.kind, ""), close])
