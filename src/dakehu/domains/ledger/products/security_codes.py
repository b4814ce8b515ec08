"""Parse security codes as brokers write them: restore lost zeros, derive the market. Pure.

A security is identified by (code, market): 000001 is an index in Shanghai and a bank in Shenzhen.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Security:
    """A security. `kind` is a SecurityKind value."""

    code: str
    market: str
    kind: str


class UnknownCode(ValueError):
    """A code that names no security; the argument is a key of statements.validation.REASONS."""


# (prefixes, market, kind): the longest matching prefix decides.
_PREFIXES: tuple[tuple[str, str, str], ...] = (
    ("600 601 603 605 688 689 900", "SH", "stock"),
    ("730 732 780 787", "SH", "stock"),
    ("50 51 52 53 55 56 58", "SH", "fund"),
    ("204", "SH", "repo"),
    ("110 111 113 118 010 019 020", "SH", "bond"),
    ("000 001 002 003 300 301 302 200", "SZ", "stock"),
    ("15 16 18", "SZ", "fund"),
    ("123 127 128", "SZ", "bond"),
    ("131", "SZ", "repo"),
    ("399", "SZ", "index"),
    ("920 43 83 87 88", "BJ", "stock"),
    ("400 420", "NQ", "stock"),
)
_BY_PREFIX = {prefix: (market, kind) for prefixes, market, kind in _PREFIXES for prefix in prefixes.split()}
_ISIN = re.compile(r"^[A-Z]{2}[A-Z0-9]{9}[0-9]$")
_MARKETS = {
    "SH": "SH",
    "SSE": "SH",
    "XSHG": "SH",
    "上海": "SH",
    "沪": "SH",
    "沪A": "SH",
    "上A": "SH",
    "上海A股": "SH",
    "上海Ａ股": "SH",
    "SZ": "SZ",
    "SZSE": "SZ",
    "XSHE": "SZ",
    "深圳": "SZ",
    "深": "SZ",
    "深A": "SZ",
    "深圳A股": "SZ",
    "深圳Ａ股": "SZ",
    "BJ": "BJ",
    "BSE": "BJ",
    "北京": "BJ",
    "京A": "BJ",
    "北交所": "BJ",
    "HK": "HK",
    "港股": "HK",
    "港股通": "HK",
    "沪港通": "HK",
    "深港通": "HK",
    "沪HK": "HK",
    "深HK": "HK",
    "XHKG": "HK",
}


def is_isin(text: str) -> bool:
    """Return whether a text is an ISIN with a correct check digit.

    Source: ISO 6166, letters as two digits, then the Luhn sum.
    """
    if not _ISIN.match(text):
        return False
    digits = "".join(str(int(sign, 36)) for sign in text)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def market_of(text: str) -> str:
    """Return the market that a broker's term means, by its two letters; "" if unknown."""
    return _MARKETS.get(text.strip().upper(), "")


def market_of_account(number: str) -> str:
    """Return SH for A… to F… accounts, SZ for ten digits, "" if the account does not identify a market."""
    if re.match(r"^[A-F]\d{9}$", number):
        return "SH"
    return "SZ" if re.match(r"^\d{10}$", number) else ""


def security(code: str, *, market: str = "", account: str = "") -> Security:
    """Parse a written code into a security.

    Zeros that a spreadsheet lost are restored. Five digits are a Hong Kong code if they begin with a zero or the market
    is given as such. Raises UnknownCode if nothing matches, or market and account contradict.
    """
    text = code.strip().upper()
    if is_isin(text):
        return Security(text, "ISIN", "other")
    tail = re.match(r"^(\d{1,6})\.([A-Z]{2,4})$", text)
    if tail:
        text, market = tail.group(1), tail.group(2)
    head = re.match(r"^(SH|SZ|BJ)(\d{6})$", text)
    if head:
        market, text = head.group(1), head.group(2)
    market_code = market_of(market)
    if not text.isdigit() or not text.isascii():
        raise UnknownCode("code")
    if market_code == "HK" or (len(text) == 5 and text.startswith("0") and not market_code):
        return Security(text.zfill(5), "HK", "stock")
    if len(text) > 6:
        raise UnknownCode("code")
    padded = text.zfill(6)
    match = next((_BY_PREFIX[padded[:n]] for n in (3, 2) if padded[:n] in _BY_PREFIX), None)
    if match is None:
        raise UnknownCode("code")
    hint = market_code or market_of_account(account)
    if hint and hint != match[0] and not (hint in ("SH", "SZ") and match[0] in ("BJ", "NQ") and not market_code):
        raise UnknownCode("market")
    return Security(padded, *match)
