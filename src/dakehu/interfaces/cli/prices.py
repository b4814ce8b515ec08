"""The command that fetches prices from a data service."""

import argparse
from typing import Any

from dakehu.domains.ledger.prices import universe
from dakehu.exchange.connectors import prices
from dakehu.foundation.base import clock, parsing
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual


def fetch(line: argparse.Namespace) -> dict[str, Any]:
    """Fetch prices of the codes given, else of all recorded products, from the last priced day (or `--from`) to today (`--to`)."""
    known, last = universe.priced_codes()
    until = _day(line.until, "to") or clock.today()
    since = _day(line.since, "from") or last or until
    wanted = line.codes.replace("，", ",").split(",") if line.codes else known
    return prices.import_quotes(wanted, since, until, dry_run=line.dry_run)


def _day(text: str, name: str) -> Any:
    try:
        return parsing.to_date(text) if text else None
    except parsing.Unreadable as fault:
        raise Refused(
            {
                name: [
                    bilingual(
                        "“{text}”不是{zh}。",
                        "“{text}” is not {en}.",
                        text=text,
                        zh=fault.expected_zh,
                        en=fault.expected_en,
                    )
                ]
            }
        ) from None
