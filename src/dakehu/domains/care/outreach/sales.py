"""What clients sold within three trading days after a shock: measured once, a sign of behaviour for the next one."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

from dakehu.domains.care.models import DistressCase, Outreach, OutreachCall
from dakehu.domains.care.outreach import rules
from dakehu.domains.care.outreach.opening import days_of
from dakehu.domains.care.permissions import OUTREACH_CALL
from dakehu.domains.ledger.close import holdings
from dakehu.domains.ledger.trades.reader import trades_of_clients
from dakehu.domains.ledger.trades.transaction_types import TransactionType
from dakehu.domains.service.shocks.signs import BehaviourSign, declare
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.bulk import record_rows

BUY, SELL = TransactionType.BUY, TransactionType.SELL
FEN = 100
RECENT = timedelta(days=180)  # in which a case of distress counts as a sign
YEARS = timedelta(days=3 * 365)  # in which sales after an earlier shock count as a sign


def dealings_after(clients: Iterable[int], days: Iterable[date]) -> dict[tuple[int, date], tuple[float, float]]:
    """Return {(client, day): (sold, bought)} in CNY over the three trading days after each day; none without trades."""
    last = {day: days_of(day)[rules.SOLD_DAYS] for day in days}
    found: dict[tuple[int, date], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for some in chunks(set(clients)):
        trades = trades_of_clients(some).select(["client", "day", "side", "amount"])
        for client, on, side, amount in zip(*(column.to_pylist() for column in trades.columns), strict=True):
            for day in last if side in (BUY, SELL) else ():
                if day < on <= last[day]:
                    found[client, day][side == BUY] += (amount or 0) / FEN
    return {key: (sold, bought) for key, (sold, bought) in found.items()}


@action(
    "care.measure_sales", needs=OUTREACH_CALL, zh="计算急跌后的卖出", en="Measure sales after a shock", is_public=False
)
def measure_sales(*, outreach: Outreach) -> int:
    """Set the share of holdings that each client of a campaign sold within three trading days. Returns their number."""
    rows = list(OutreachCall.objects.filter(outreach=outreach, sold_share=None))
    clients = [row.client_id for row in rows]
    held = (
        holdings.frame(outreach.day)
        .filter(pl.col("client").is_in(clients))
        .group_by("client")
        .agg(pl.col("value").sum())
    )
    values = dict(held.iter_rows())
    sold = dealings_after(clients, [outreach.day])
    changed = []
    for row in rows:
        row.sold_share = rules.sold_share(
            sold.get((row.client_id, outreach.day), (0.0, 0.0))[0], values.get(row.client_id)
        )
        if row.sold_share is not None:
            changed.append(row)
    record_rows(OutreachCall, [], changed, ["sold_share"], client_ids=[row.client_id for row in changed])
    return len(changed)


def _sold_much(day: date) -> set[int]:
    rows = OutreachCall.objects.filter(outreach__day__lt=day, outreach__day__gte=day - YEARS)
    return set(rows.filter(sold_share__gte=rules.SOLD_MUCH).values_list("client_id", flat=True))


def _clients_with_distress(day: date) -> set[int]:
    rows = DistressCase.objects.filter(opened_at__date__lte=day, opened_at__date__gte=day - RECENT)
    return set(rows.values_list("client_id", flat=True))


declare(
    BehaviourSign("sold", bilingual("以往急跌后大量卖出", "sold much after an earlier fall"), _sold_much),
    BehaviourSign("distress", bilingual("近期有情绪个案", "a recent case of distress"), _clients_with_distress),
)
