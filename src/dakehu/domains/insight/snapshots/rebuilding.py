"""Snapshots of quarters that ended before any was stored, from dated data: opened accounts, assets, tiers, last contacts.

Data known only for today (risk level, branch, manager) are not in them, so that current values are not taken for past ones.
"""

from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import Max

from dakehu.domains.clients.masks import BAND_EDGES
from dakehu.domains.insight.book import months
from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.pivots.coding import Coded, encode
from dakehu.domains.insight.questions.spans import shift_day
from dakehu.domains.insight.snapshots import store
from dakehu.domains.insight.snapshots.collection import BAND
from dakehu.domains.insight.snapshots.store import CLIENT, QUARTERS, Snapshot
from dakehu.domains.tiers.facts import tiers_on
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

AT = timedelta(hours=20)  # the time of day of such a snapshot
CLIENTS = {CLIENT: pl.Int64, "opened_on": pl.Date, "last_contact_on": pl.Date}
CONTACTS = {CLIENT: pl.Int64, "held_at": pl.Datetime("us", "UTC")}


def rebuild_quarters() -> int:
    """Write the missing snapshots of the last quarters with imported balances in their last month; return how many."""
    newest = store.newest()
    if newest is None:
        return 0
    count = 0
    with acting_as(system_actor("rebuild the snapshots of past quarters")):
        for back in range(QUARTERS, 0, -1):
            day = shift_day(clock.today(), "month", -3 * back)
            month = months.read_month(date(day.year, (day.month - 1) // 3 * 3 + 3, 1))
            if month is not None and store.last_of_quarter(day) is None:
                _write(newest, month)
                count += 1
    return count


def _write(newest: Snapshot, month: months.Month) -> None:
    """Write the snapshot of the end of a month."""
    rows = model_of("clients.Client").objects.filter(opened_on__lte=month.end).order_by("pk")
    clients = read_columns(rows.values_list("pk", "opened_on", "last_contact_on"), CLIENTS)
    held = month.frame.filter(pl.col("is_last")).select(CLIENT, "last")
    frame = (
        clients.join(held, on=CLIENT, how="left", maintain_order="left")
        .join(tiers_on(month.end), on=CLIENT, how="left", maintain_order="left")
        .join(_contacts(month.end), on=CLIENT, how="left", maintain_order="left")
    )
    early = pl.when(pl.col("last_contact_on") <= month.end).then(pl.col("last_contact_on"))
    contact = frame.select(pl.max_horizontal(early, pl.col("held_on"))).to_series()
    band = frame.select(rules.band_of(pl.col("last") / 100, BAND_EDGES)).to_series()
    columns: dict[str, Coded | pl.Series] = {
        CLIENT: frame[CLIENT],
        "opened_on": encode(frame["opened_on"]),
        "last_contact_on": encode(contact),
        "assets": frame["last"],
        "assets" + BAND: encode(band),
        "tier__code": encode(frame["tier"]),
    }
    kinds = {name: newest.kinds.get(name, "choice") for name in columns} | {CLIENT: "id", "assets": "number"}
    store.write(columns, kinds, month.end, newest.entry, clock.start_of_day(month.end) + AT)


def _contacts(day: date) -> pl.DataFrame:
    """Return [client, held_on]: the last day of a contact up to a day."""
    until = clock.start_of_day(day + timedelta(days=1))
    rows: Any = model_of("service.Interaction").objects.filter(held_at__lt=until).order_by()
    found = read_columns(rows.values_list("client_id").annotate(last=Max("held_at")), CONTACTS)
    local = found["held_at"].dt.convert_time_zone(str(clock.zone()))
    return found.select(CLIENT).with_columns(local.dt.date().alias("held_on"))
