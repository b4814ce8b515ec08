"""The command that asks a data service for prices."""

import argparse
from typing import Any

from dakehu.doors.workbook.prices import fetching
from dakehu.foundation import clock, values
from dakehu.foundation.refusals import Refused
from dakehu.foundation.words import say
from dakehu.rooms.ledger import quoted


def fetch(line: argparse.Namespace) -> dict[str, Any]:
    """Prices of the codes given, else of everything entered, from the last priced day (or `--from`) to today (`--to`)."""
    known, last = quoted.codes()
    until = _day(line.until, "to") or clock.today()
    since = _day(line.since, "from") or last or until
    wanted = line.codes.replace("，", ",").split(",") if line.codes else known
    return fetching.take_in(wanted, since, until, dry_run=line.dry_run)


def _day(text: str, name: str) -> Any:
    try:
        return values.to_date(text) if text else None
    except values.Unreadable as fault:
        raise Refused({name: [say("“{text}”不是{zh}。", "“{text}” is not {en}.", text=text, zh=fault.expected_zh,
                                  en=fault.expected_en)]}) from None  # fmt: skip
