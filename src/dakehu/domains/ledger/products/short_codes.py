"""Find the market of a security code of fewer than six digits from the other cells of its row. Pure.

A spreadsheet that lost the zeros of 002318 writes 2318, and so does a broker for 02318 of Hong Kong: two companies. The
name, the account, the currency and price × quantity identify it; if they do not, the row is quarantined.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

HONG_KONG = "HK"
# Yuan for a Hong Kong dollar were between 0.78 and 1.08 since 2004; the sum in yuan is the price in dollars times that.
RATE_FROM, RATE_TO = Decimal("0.75"), Decimal("1.10")
SAME = Decimal("0.002")  # a sum that deviates from price × quantity by less is equal to it
Names = Mapping[tuple[str, str], str]  # {(code, market): name}, as the register or other rows of the file have them


def is_short(code: str) -> bool:
    """Whether a code may be one of Hong Kong or one whose leading zeros were lost."""
    return bool(re.fullmatch(r"[1-9]\d{0,4}", code.strip()))


def plain_name(name: str) -> str:
    """Return a security's name for comparison: half-width, without spaces and daily marks.

    Daily marks are XD, XR, DR and *ST.
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).upper()
    return re.sub(r"^(?:XD|XR|DR|N|C|U|\*?ST|S\*?ST)(?=[\u4e00-\u9fff])|-[WSRBU]+$|[AH]$", "", text)


def market_by_name(code: str, name: str, known: Names) -> str:
    """The one market whose security of this code has this name; "" if none or several do."""
    wanted = plain_name(name)
    if not wanted:
        return ""
    text = code.strip()
    found = {
        market
        for (known_code, market), known_name in known.items()
        if known_code in (text.zfill(6), text.zfill(5), text) and plain_name(known_name) == wanted
    }
    return found.pop() if len(found) == 1 else ""


def market_by_sum(
    mainland: str, account: str, price: Decimal | None, quantity: Decimal | None, amount: Decimal | None
) -> str:
    """The market that account and sum agree on, "" if they leave it open.

    `mainland` is the market of the code with its zeros restored ("" if none), `account` that of the shareholder
    account. A mainland trade amounts to price × quantity, a Hong Kong one to that times the exchange rate.
    """
    if not account:
        return ""
    product = price * quantity if price and quantity else Decimal(0)
    if not product or not amount:
        return mainland if mainland and mainland == account else ""
    ratio = abs(amount) / abs(product)
    if abs(ratio - 1) <= SAME:
        return mainland if mainland == account else ""
    return HONG_KONG if RATE_FROM <= ratio <= RATE_TO else ""
