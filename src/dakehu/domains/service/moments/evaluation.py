"""Evaluate rules over the facts of a day, column by column: clients, values and objects that fire. Read-only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial, reduce
from typing import Any

import polars as pl

from dakehu.domains.service.moments.active import ActiveRule, Waiting
from dakehu.domains.service.moments.types import CONTACTS, is_suppressible
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema import facts
from dakehu.foundation.schema.facts import CLIENT, FactTable, Subject
from dakehu.foundation.schema.fields import model_of

HELD_BACK = ("contacts_7", "opted_out")  # facts of recent contacts and of a client's wish
CLOSED = "closed"  # the status of a client whose account is closed


@dataclass
class Evaluation:
    """Result of the rules of a day.

    fired: {kind: frame}, each row a client and object for which the rule is true, with `client`, `object`, `about`,
    `is_urgent`, `event_on`, `is_held_back` (recent contacts, or a client who does not want them) and the facts shown.
    waiting: the kinds that could not be evaluated.
    """

    fired: dict[str, pl.DataFrame] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)


def evaluate(day: date, rules: Sequence[ActiveRule], clients: Iterable[int] | None = None) -> Evaluation:
    """Evaluate rules as known at the close of a day, for all clients or some. Each table of facts is read once."""
    found = Evaluation()
    with elevated("evaluate moments"), facts.keeping_frames():
        missing = {name: missing_data(facts.get_table(name), day) for name in _tables_of(rules)}
        ready = [rule for rule in rules if not _is_waiting(rule, missing, found.waiting)]
        served = _open_clients(clients)
        every = _names_of(ready)
        for subject in dict.fromkeys(rule.type.subject for rule in ready):
            group = [rule for rule in ready if rule.type.subject == subject]
            frame = subject_frame(subject, day, _names_of(group), served, every)
            found.fired.update(evaluate_rules(frame, group))
    return found


def _names_of(rules: Sequence[ActiveRule]) -> frozenset[str]:
    """Return the names of all facts that some rules need, and those that hold moments back if any is of that kind."""
    names = frozenset[str]().union(*(rule.names for rule in rules))
    if any(is_suppressible(rule.type.priority, rule.type.mandatory) for rule in rules):
        names |= set(HELD_BACK)
    return names


def _tables_of(rules: Sequence[ActiveRule]) -> frozenset[str]:
    """Return the names of the fact tables that some rules read."""
    return frozenset[str]().union(*(rule.tables for rule in rules))


def _is_waiting(rule: ActiveRule, missing: Mapping[str, Bilingual | None], waiting: list[Waiting]) -> bool:
    """Return whether a rule's data are missing; adds the reason to `waiting`. `missing`: why, by table."""
    for name in sorted(rule.tables):
        why = missing[name]
        if why is not None:
            waiting.append(Waiting(rule.kind, why))
            return True
    return False


def missing_data(table: FactTable, day: date) -> Bilingual | None:
    """Return why a table of facts has no data for a day, None if it has."""
    if table.as_of is None:
        return None
    newest = table.as_of(day)
    if newest is None:
        return bilingual("还没有“{source}”数据", "“{source}” has never come", source=table.source)
    if table.is_daily and newest < day:
        return bilingual(
            "“{source}”只到 {newest}，缺 {day}",
            "“{source}” ends on {newest}: {day} is missing",
            source=table.source,
            newest=newest.isoformat(),
            day=day.isoformat(),
        )
    return None


def _open_clients(clients: Iterable[int] | None) -> pl.DataFrame:
    """Return [client] of the clients with an open account and unrestricted data, all or some of them."""
    rows: Any = model_of("clients.Client").objects.exclude(status=CLOSED).filter(restricted=False).order_by("pk")
    if clients is not None:
        rows = rows.filter(pk__among=sorted(set(clients)))
    return read_columns(rows.values_list("pk"), {"client": pl.Int64})


def subject_frame(
    subject: Subject,
    day: date,
    names: frozenset[str],
    served: pl.DataFrame | None = None,
    every: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """Return one row for each row of a subject with the requested facts: its own, and those of its client.

    Limited to the clients in `served` (a frame with `client`). `every`: the names requested by any subject of this
    evaluation, so that tables of clients are read once for all of them.
    """
    tables = {name: facts.table_of(name) for name in names}
    own = _load_tables([t for t in facts.tables() if t.subject == subject and t in tables.values()], day, names)
    of_client = _load_tables(
        [t for t in facts.tables() if t.subject == CLIENT and t in tables.values()], day, names, every
    )
    if subject == CLIENT:
        start = served if served is not None else _open_clients(None)
        return reduce(lambda left, right: left.join(right, on="client", how="left"), own, start)
    if not own:
        return pl.DataFrame(schema=dict.fromkeys(subject.key, pl.String))
    key = list(subject.key)
    frame = reduce(lambda left, right: left.join(right, on=key, how="full", coalesce=True), own)
    if served is not None:
        frame = frame.join(served, on="client", how="semi")
    return reduce(lambda left, right: left.join(right, on="client", how="left"), of_client, frame)


def _load_tables(
    tables: Sequence[FactTable], day: date, names: frozenset[str], every: frozenset[str] = frozenset()
) -> list[pl.DataFrame]:
    """Return the frames of tables with the requested facts; `every` is read with them and cached."""
    frames = []
    for table in tables:
        own = [fact.name for fact in table.facts if fact.name not in table.subject.key]
        wanted = [name for name in own if name in names]
        read = frozenset(name for name in own if name in names or name in every)
        frame = facts.cached_frame((table.name, day, read), partial(table.load, day, read))
        frames.append(frame.select(*table.subject.key, *wanted))
    return frames


def evaluate_rules(frame: pl.DataFrame, rules: Sequence[ActiveRule]) -> dict[str, pl.DataFrame]:
    """Return {kind: rows that fire} of rules over one frame of their subject. Pure; all conditions in one pass."""
    conditions = [rule.rule.condition.alias(f"_{rule.kind}") for rule in rules]
    frame = frame.with_columns(conditions)
    found = {}
    for rule in rules:
        found[rule.kind] = _describe_hits(frame.filter(pl.col(f"_{rule.kind}")), rule)
    return found


def _describe_hits(hits: pl.DataFrame, rule: ActiveRule) -> pl.DataFrame:
    """Return rows that fired in the form of an Evaluation."""
    kind, columns = rule.type, set(hits.columns)
    is_urgent = rule.urgent.condition if rule.urgent is not None else pl.lit(False)
    held_back = pl.lit(False)
    if is_suppressible(kind.priority, kind.mandatory) and columns >= set(HELD_BACK):
        many = pl.col("contacts_7").fill_null(0.0) >= CONTACTS
        held_back = many | pl.col("opted_out").fill_null(False)
    event_on = pl.col(kind.event_on) if kind.event_on in columns else pl.lit(None, pl.Date)
    about = pl.col(rule.about).fill_null("") if rule.about in columns else pl.lit("")
    shown = [name for name in rule.shown if name in columns and name != "client"]
    described = hits.select(
        "client",
        object_of(hits, kind.object_columns).alias("object"),
        about.str.slice(0, 160).alias("about"),
        is_urgent.alias("is_urgent"),
        event_on.alias("event_on"),
        (held_back & ~is_urgent).alias("is_held_back"),
        pl.struct(shown).alias("shown") if shown else pl.lit(None).alias("shown"),
    )
    return described.unique(["client", "object"], keep="first", maintain_order=True)


def object_of(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Expr:
    """Return the expression of a row's object: the values of columns joined by a bar, numbers without decimals."""
    parts = []
    for name in columns:
        value = pl.col(name)
        if frame.schema[name].is_float():
            value = value.round(0).cast(pl.Int64)
        parts.append(value.cast(pl.String).fill_null("-"))
    return pl.concat_str(parts, separator="|").str.slice(0, 160) if parts else pl.lit("")


def plain_values(row: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the facts of one row as stored with a moment: days as ISO text, numbers rounded to eight places."""
    made = {}
    for name, value in (row or {}).items():
        made[name] = (
            value.isoformat() if isinstance(value, date) else round(value, 8) if isinstance(value, float) else value
        )
    return made
