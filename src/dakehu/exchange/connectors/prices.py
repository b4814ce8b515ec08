"""Fetch closing prices from a data service and import them like a price file.

Off until an administrator names a service. Two services are called as their own Python packages do, over HTTP:
`akshare` reads the public daily bars (kline), `tushare` its API with a token. The firm's right to use
their data is a matter between the firm and the service.
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
MARKETS = {"SH": "1", "SZ": "0", "BJ": "0"}  # codes of the public bars
TIMEOUT = 20  # seconds
AT_MOST = 500


def import_quotes(wanted: Iterable[str], since: date, until: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Fetch the closing prices of some codes between two days and import them.

    Codes are such as 600000.SH, an index is index:000300.SH. Returns the report of a price import with `source` and
    `nothing` (codes without prices). Raises Refused if no service is enabled, for codes that name no security, and for
    errors of the service.
    """
    imports.can_import()
    source = settings.QUOTES
    fetch = _service(source)
    if until < since:
        raise Refused({"until": [bilingual("截止日期早于起始日期。", "The last day is before the first.")]})
    securities = [_parse_code(text) for text in dict.fromkeys(filter(None, (text.strip() for text in wanted)))]
    if not 0 < len(securities) <= AT_MOST:
        raise Refused({"codes": [bilingual("请给出 1 至 {n} 个证券代码。", "Give 1 to {n} codes.", n=AT_MOST)]})
    bars_of = {security: fetch(security, since, until) for security in securities}
    missing = [f"{security.code}.{security.market}" for security, bars in bars_of.items() if not bars]
    if len(missing) == len(bars_of):
        raise Refused(
            {
                "codes": [
                    bilingual(
                        "“{source}”没有这些代码在此期间的行情：{codes}。",
                        "“{source}” has no prices of these codes for that time: {codes}.",
                        source=source,
                        codes=" ".join(missing),
                    )
                ]
            }
        )
    with tempfile.TemporaryDirectory(prefix="dakehu-quotes-") as folder:
        path = Path(folder) / f"{source} {since.isoformat()} {until.isoformat()}.csv"
        _write(path, bars_of)
        return {**imports.run_import(path, dry_run=dry_run), "source": source, "nothing": missing}


def _service(name: str) -> Callable[[Security, date, date], Bars]:
    """Return the fetch function of a service. Raises Refused if it is not enabled or not configured."""
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


def _parse_code(text: str) -> Security:
    """Parse a code into a security. Raises Refused."""
    prefix, _, rest = text.rpartition(":")
    try:
        if prefix == "index":
            code, _, market = rest.upper().partition(".")
            if not (code.isascii() and code.isdigit() and market in MARKETS):
                raise UnknownCode("code")
            return Security(code, market, "index")
        parsed = security_codes.security(rest)
    except UnknownCode:
        parsed = None
    if parsed is None or parsed.market not in MARKETS or parsed.kind not in TABLES:
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
    return parsed


# --- the services -----------------------------------------------------------------------------------


def _akshare(security: Security, since: date, until: date) -> Bars:
    """Fetch daily bars, not adjusted for dividends and splits.

    Lines are "day,open,close,high,low,…".
    """
    answer = _request(
        "GET",
        "akshare",
        params={
            "secid": f"{MARKETS[security.market]}.{security.code}",
            "klt": "101",
            "fqt": "0",
            "beg": f"{since:%Y%m%d}",
            "end": f"{until:%Y%m%d}",
            "fields1": "f1,f2,f3",
            "fields2": "f51,f52,f53,f54,f55",
        },
    )
    lines = (answer.get("data") or {}).get("klines") or []
    try:
        return [(date.fromisoformat(day), float(close)) for day, _, close, *_ in (line.split(",") for line in lines)]
    except (ValueError, AttributeError):
        raise _unexpected_answer("akshare") from None


def _tushare(security: Security, since: date, until: date) -> Bars:
    """Fetch daily bars in order of day."""
    answer = _request(
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
    if answer.get("code") != 0:
        raise Refused(
            {
                "source": [
                    bilingual("tushare 拒绝了请求：{why}", "tushare refused: {why}", why=str(answer.get("msg"))[:200])
                ]
            }
        )
    data = answer.get("data") or {}
    try:
        column = {name: data["fields"].index(name) for name in ("trade_date", "close")} if data.get("items") else {}
        bars = [
            (date.fromisoformat(str(row[column["trade_date"]])), float(row[column["close"]]))
            for row in data.get("items") or []
        ]
    except (ValueError, KeyError, TypeError, IndexError):
        raise _unexpected_answer("tushare") from None
    return sorted(bars)


def _request(method: str, source: str, **options: Any) -> dict[str, Any]:
    """Send a request and return its JSON object. Raises Refused."""
    address = settings.QUOTES_URL or ADDRESSES[source]
    try:
        response = requests.request(method, address, timeout=TIMEOUT, allow_redirects=False, **options)
        response.raise_for_status()
        answer = response.json()
    except requests.exceptions.JSONDecodeError:
        raise _unexpected_answer(source) from None
    except requests.HTTPError as error:
        raise _connection_refusal(source, bilingual("状态码 {n}", "status {n}", n=error.response.status_code)) from None
    except requests.RequestException as error:
        raise _connection_refusal(source, bilingual("{kind}", "{kind}", kind=type(error).__name__)) from None
    if not isinstance(answer, dict):
        raise _unexpected_answer(source)
    return answer


def _connection_refusal(source: str, cause: Bilingual) -> Refused:
    """Return the Refused for a failed connection."""
    return Refused(
        {
            "source": [
                bilingual(
                    "无法从“{source}”取得行情（{why}）。请检查网络或稍后再试；也可以改用行情文件导入。",
                    "“{source}” could not be reached ({why}). Check the network or try later; a price file can be imported instead.",
                    source=source,
                    why=cause,
                )
            ]
        }
    )


def _unexpected_answer(source: str) -> Refused:
    """Return the Refused for an answer in another format."""
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


def _write(path: Path, bars_of: dict[Security, Bars]) -> None:
    """Write a price file for the import."""
    kinds = {"index": "指数"}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["日期", "证券代码", "市场", "类别", "收盘价"])
        for security, bars in bars_of.items():
            for day, close in bars:
                writer.writerow([day.isoformat(), security.code, security.market, kinds.get(security.kind, ""), close])
