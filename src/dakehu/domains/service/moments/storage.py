"""Write the result of an evaluation: new moments, cleared states, lapsed moments. In bulk, in one action."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db.models import Q

from dakehu.domains.service.models import Moment, MomentState
from dakehu.domains.service.moments import rules as work
from dakehu.domains.service.moments.active import ActiveRule
from dakehu.domains.service.moments.deadlines import due_at
from dakehu.domains.service.moments.evaluation import plain_values
from dakehu.domains.service.moments.owners import Owners
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.records.bulk import change_columns, record_columns
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.records.recorded import add_audit_note

STORED = {
    "row": pl.Int64,
    "client": pl.Int64,
    "kind": pl.String,
    "object": pl.String,
    "state": pl.String,
}
KEY = ["client", "kind", "object"]


@dataclass(frozen=True)
class Changes:
    """Rows to be written. new: client, kind, object and the columns of an Evaluation. cleared: the columns of STORED."""

    new: pl.DataFrame
    cleared: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        return not self.new.height and not self.cleared.height


def uncleared_moments(kinds: Iterable[str], clients: Iterable[int] | None = None) -> pl.DataFrame:
    """Return the stored moments of some kinds whose state has not cleared, with the day on which they fired."""
    rows = Moment.objects.filter(cleared_on=None, kind__in=list(kinds))
    if clients is not None:
        rows = rows.filter(client_id__among=sorted(set(clients)))
    return read_columns(
        rows.values_list("pk", "client_id", "kind", "object", "state", "fired_on"),
        {**STORED, "fired_on": pl.Date},
    )


def fired_on(kinds: Iterable[str], day: date) -> pl.DataFrame:
    """Return the stored moments of some kinds that fired on a day, and those before it that had not cleared by then."""
    rows = Moment.objects.filter(kind__in=list(kinds)).filter(
        Q(fired_on=day) | Q(fired_on__lte=day, cleared_on=None) | Q(fired_on__lte=day, cleared_on__gt=day)
    )
    frame = read_columns(
        rows.values_list("pk", "client_id", "kind", "object", "state", "fired_on"), {**STORED, "fired_on": pl.Date}
    )
    return frame.unique(KEY, keep="first", maintain_order=True)


def changes(fired: dict[str, pl.DataFrame], stored: pl.DataFrame, day: date) -> Changes:
    """Return what differs between the current states and the stored moments. Pure.

    New is a row that fires without a stored moment and is not held back; cleared is a stored one, fired by the day,
    whose state no longer holds.
    """
    frames = [frame.with_columns(pl.lit(kind).alias("kind")) for kind, frame in fired.items() if frame.height]
    now = pl.concat([frame.drop("shown") for frame in frames]) if frames else _no_rows()
    new = now.filter(~pl.col("is_held_back")).join(stored, on=KEY, how="anti")
    cleared = stored.filter(pl.col("fired_on") <= day).join(now, on=KEY, how="anti")
    return Changes(new, cleared)


def _no_rows() -> pl.DataFrame:
    texts = dict.fromkeys(("object", "about", "kind"), pl.String)
    flags = dict.fromkeys(("is_urgent", "is_held_back"), pl.Boolean)
    return pl.DataFrame(schema={"client": pl.Int64, **texts, **flags, "event_on": pl.Date})


def new_columns(
    found: Changes,
    fired: dict[str, pl.DataFrame],
    rules: dict[str, ActiveRule],
    owners: Owners,
    day: date,
    is_open: Callable[[date], bool],
    cleared_on: date | None = None,
) -> dict[str, list[Any]]:
    """Return the columns of the new moments, by column of the table.

    `cleared_on` is set for moments of an earlier day, whose states were determined by later days already.
    """
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    now = clock.local(clock.now()).replace(tzinfo=None)
    for kind in found.new["kind"].unique(maintain_order=True).to_list():
        rule = rules[kind]
        rows = found.new.filter(pl.col("kind") == kind).join(
            fired[kind].select("client", "object", "shown"), on=["client", "object"], how="left", maintain_order="left"
        )
        rows = owners.with_owner(rows)
        due = {
            on: clock.at_local(due_at(rule.deadline, day, now, is_open, on))
            for on in rows["event_on"].unique().to_list()
        }
        secret, count = rule.type.compliance_only, rows.height
        columns["client_id"] += rows["client"].to_list()
        columns["object"] += rows["object"].to_list()
        columns["about"] += rows["about"].to_list()
        columns["values"] += [plain_values(row) for row in rows["shown"].to_list()]
        columns["due_at"] += [due[on] for on in rows["event_on"].to_list()]
        columns["priority"] += [1 if urgent else rule.type.priority for urgent in rows["is_urgent"].to_list()]
        columns["owner_id"] += [None] * count if secret else rows["owner"].to_list()
        columns["escalation"] += [0] * count if secret else rows["escalation"].to_list()
        constants = {
            "kind": kind,
            "rule_version": rule.version,
            "mandatory": rule.type.mandatory,
            "fired_on": day,
            "compliance_only": secret,
            "cleared_on": cleared_on,
            "state": MomentState.OPEN.value,
        }
        for name, value in constants.items():
            columns[name] += [value] * count
    return columns


COLUMNS = (
    "client_id",
    "kind",
    "rule_version",
    "object",
    "about",
    "fired_on",
    "due_at",
    "priority",
    "mandatory",
    "owner_id",
    "state",
    "values",
    "escalation",
    "compliance_only",
    "cleared_on",
)


@action(
    "service.store_moments",
    needs=Permission.SYSTEM_WRITE,
    zh="记录关键时刻",
    en="Store moments",
    is_public=False,
    offers_undo=False,
)
def store_moments(
    *, new: dict[str, list[Any]], cleared: pl.DataFrame, lapsing: frozenset[str], day: date
) -> dict[str, int]:
    """Write new moments, mark states as cleared and open moments as lapsed. Returns {new, cleared, lapsed}.

    `cleared`: the columns of STORED; an open moment lapses if its kind is in `lapsing`. The counts exclude moments
    for compliance only.
    """
    if new["client_id"]:
        record_columns(Moment, len(new["client_id"]), new)
    if cleared.height:
        lapses = cleared["state"].is_in(list(work.OPEN_STATES)) & cleared["kind"].is_in(sorted(lapsing))
        states = cleared.with_columns(
            pl.when(lapses).then(pl.lit(MomentState.LAPSED.value)).otherwise("state").alias("state")
        )["state"]
        change_columns(
            Moment,
            cleared["row"].to_list(),
            {"cleared_on": [day] * cleared.height, "state": states.to_list()},
        )
    counts = {
        "new": sum(not secret for secret in new["compliance_only"]),
        "cleared": cleared.height,
        "lapsed": int(lapses.sum()) if cleared.height else 0,
    }
    add_audit_note(day=day.isoformat(), **counts)
    return counts
