"""Back-test of a rule: the clients it would have named on each of the last trading days, and what followed.

It runs over the facts as known at the close of each day, for the reader's clients only, and writes nothing. A client is
newly named on the first of consecutive days on which the rule holds; the earliest day is only the base of comparison.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from dakehu.domains.service.models import Interaction
from dakehu.domains.service.moments.active import ActiveRule, active_rules, compile_rule
from dakehu.domains.service.moments.deadlines import due_at
from dakehu.domains.service.moments.evaluation import evaluate
from dakehu.domains.service.moments.owners import owners_on
from dakehu.domains.service.moments.rule_checks import (
    check_deadline,
    get_subject,
    get_type,
    is_compliance,
    is_hidden,
    newest_versions,
    starting_values,
)
from dakehu.domains.service.moments.rule_queries import SUBJECT
from dakehu.domains.service.moments.types import MomentType
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.expressions import ExpressionError
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

MOST_DAYS = 250
OVERLAP_DAYS = 20  # all other rules are evaluated on these, so they are few
MOST_ROWS = 5_000_000  # of clients and days kept in memory
CLOSE_HOUR = 15  # contacts count from the market close on
TRIAL = "trial"
FIRED = {
    "day": pl.Int32,
    "client": pl.Int64,
    "object": pl.String,
    "event_on": pl.Date,
    "is_held_back": pl.Boolean,
}

DAYS = Parameter("days", kind="integer", required=False, spec=FieldSpec("交易日数", "Trading days", example="250"))
SECONDS = Parameter("seconds", kind="integer", required=False, spec=FieldSpec("最多秒数", "Seconds at most"))
OF_RULE = (
    Parameter("kind", required=False, spec=FieldSpec("事件编号", "Moment", example="M37")),
    Parameter("rule", required=False, spec=FieldSpec("触发条件", "Rule", example="总资产 >= 500万")),
    SUBJECT,
    Parameter("deadline", required=False, spec=FieldSpec("时限", "Deadline", example="T+1")),
)


@dataclass
class Scan:
    """Results by day. `days` in ascending order; `fired` as FIRED, `day` being the index in `days`."""

    days: list[date]
    fired: pl.DataFrame
    skipped: int = 0
    why: Bilingual | None = None  # why it does not go further back


def tried_rule(kind: str | None, rule: str | None, subject: str | None, deadline: str | None = None) -> ActiveRule:
    """Return the rule to test: a text, with the other values of its kind, or the newest version of a kind.

    Raises Refused for an invalid text, NotFound for an unknown kind.
    """
    if kind:
        found = get_type(kind)
        values = starting_values(found, newest_versions(kind).get(kind))
        found = replace(found, rule=values["text"], deadline=values["deadline"], priority=values["priority"])
    elif rule:
        nothing = bilingual("", "")
        about = get_subject(subject)
        found = MomentType(TRIAL, TRIAL, TRIAL, rule, 3, "T+1", nothing, (), about)
    else:
        raise refusal("rule", "请写出规则，或给出事件编号。", "Write a rule, or name a kind.")
    found = replace(found, rule=rule or found.rule, deadline=check_deadline(deadline or found.deadline, found))
    try:
        return compile_rule(found)
    except ExpressionError as error:
        raise Refused({"rule": [error.messages[""][0]]}) from error


def visible_clients() -> list[int] | None:
    """Return the ids of the clients in the reader's scope; None for all of them."""
    if current_actor().reach in (Reach.ACROSS_WALLS, Reach.SYSTEM):
        return None
    return list(model_of("clients.Client").objects.order_by("pk").values_list("pk", flat=True))


def days_back(count: int) -> list[date]:
    """Return some trading days up to today, newest first."""
    today = clock.today()
    return trading_days.trading_days_between(today - timedelta(days=count * 2 + 30), today)[::-1][:count]


def scan(rule: ActiveRule, count: int, clients: list[int] | None, seconds: int | None = None) -> Scan:
    """Evaluate a rule on the last `count` days with data, and on one more before them."""
    begun, frames, days, skipped, rows = time.monotonic(), [], [], 0, 0
    why: Bilingual | None = None
    reason: Bilingual | None = None
    for day in days_back(count + 60):
        if len(days) > count:
            break
        if seconds is not None and days and time.monotonic() - begun > seconds:
            why = bilingual("计算时间用完", "the time allowed was used up")
            break
        if rows > MOST_ROWS:
            why = bilingual("命中过多", "it names too many")
            break
        found = evaluate(day, [rule], clients)
        if found.waiting:
            skipped, reason = skipped + 1, found.waiting[0].why
            continue
        days.append(day)
        frame = found.fired[rule.kind].select("client", "object", pl.col("event_on").cast(pl.Date), "is_held_back")
        rows += frame.height
        frames.append(frame)
    if len(days) <= count and why is None:
        why = reason
    days, frames = days[::-1], frames[::-1]
    placed = [frame.with_columns(pl.lit(place, pl.Int32).alias("day")) for place, frame in enumerate(frames)]
    fired = pl.concat([frame.select(list(FIRED)) for frame in placed]) if placed else pl.DataFrame(schema=FIRED)
    return Scan(days, fired, skipped, why)


def new_firings(fired: pl.DataFrame) -> pl.DataFrame:
    """Return the rows on whose day before the rule did not hold for the same client and object. Pure.

    Rows of the earliest day (0) are never new: the day before is unknown.
    """
    ordered = fired.sort("client", "object", "day")
    before = pl.col("day").shift(1).over("client", "object")
    return ordered.filter((pl.col("day") > 0) & (before.is_null() | (pl.col("day") - before > 1)))


def mark_followed(new: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with `is_followed`: whether a contact was made after `start` and not after `due`. Pure.

    `new` has client, start and due, `contacts` client and held_at, all times in UTC.
    """
    ordered = contacts.sort("held_at").rename({"held_at": "contact"})
    found = new.sort("start").join_asof(
        ordered, left_on="start", right_on="contact", by="client", strategy="forward", check_sortedness=False
    )
    return found.with_columns((pl.col("contact") <= pl.col("due")).fill_null(False).alias("is_followed"))


def with_deadlines(new: pl.DataFrame, rule: ActiveRule, days: Sequence[date]) -> pl.DataFrame:
    """Return the rows with `start`, the market close of their day, and `due`, both in UTC."""
    open_days = set(trading_days.trading_days_between(days[0] - timedelta(days=400), days[-1] + timedelta(days=400)))
    keys = new.select("day", "event_on").unique()
    rows = []
    for place, event_on in keys.rows():
        start = datetime.combine(days[place], datetime.min.time()).replace(hour=CLOSE_HOUR)
        due = due_at(rule.deadline, days[place], start, open_days.__contains__, event_on)
        rows.append((place, event_on, clock.at_local(start), clock.at_local(due)))
    moments = pl.Datetime("us", "UTC")
    schema = {"day": pl.Int32, "event_on": pl.Date, "start": moments, "due": moments}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return new.join(table, on=["day", "event_on"], how="left", nulls_equal=True)


@query(
    "service.back_test",
    needs=Permission.MOMENT_RULES,
    zh="规则回测",
    en="Back-test of a rule",
    parameters=(*OF_RULE, DAYS, SECONDS),
)
def back_test(
    *,
    kind: str | None = None,
    rule: str | None = None,
    subject: str | None = None,
    deadline: str | None = None,
    days: int | None = None,
    seconds: int | None = None,
) -> dict[str, Any]:
    """Return what a rule would have done on the last trading days (default 250) among the reader's clients.

    {rule, deadline, since, until, days, skipped, why, clients, client_days, new, held_back, per_day: [{day, named,
    new}], per_person: [{user, name, clients, new, per_day, most}], contact: {followed, due, share, pending}, overlap:
    [{kind, name, shared, share}], overlap_days}. `why` is why it does not reach further back, "" if it does; `share` is
    missing if nothing was due. `seconds` is a time limit. Clients held back (recent contacts, opted out) are named in
    `held_back` only.
    """
    tried = tried_rule(kind, rule, subject, deadline)
    count = min(max(days or MOST_DAYS, 1), MOST_DAYS)
    clients = visible_clients()
    found = scan(tried, count, clients, seconds)
    named = found.fired.filter(~pl.col("is_held_back"))
    new = new_firings(named)
    counted = found.days[1:]
    in_days = named.filter(pl.col("day") > 0)
    return {
        "rule": tried.rule.text(),
        "deadline": tried.type.deadline,
        "since": counted[0] if counted else None,
        "until": counted[-1] if counted else None,
        "days": len(counted),
        "skipped": found.skipped,
        "why": str(found.why or ""),
        "clients": in_days["client"].n_unique(),
        "client_days": in_days.select("client", "day").n_unique(),
        "new": new.height,
        "held_back": found.fired.filter(pl.col("is_held_back") & (pl.col("day") > 0)).height,
        "per_day": _per_day(in_days, new, found.days),
        "per_person": _per_person(new, len(counted)),
        "contact": _contact(new, tried, found.days),
        "overlap": _overlap(tried, in_days, found.days, clients),
        "overlap_days": min(OVERLAP_DAYS, len(counted)),
    }


@query(
    "service.rule_count",
    needs=Permission.MOMENT_RULES,
    zh="规则当前命中",
    en="Clients a rule names now",
    parameters=OF_RULE,
)
def rule_count(
    *, kind: str | None = None, rule: str | None = None, subject: str | None = None, deadline: str | None = None
) -> dict[str, Any]:
    """Return how many of the reader's clients a rule names on the newest day with data.

    {day, clients, rows, held_back, of, why}: `rows` if a client is named for several objects, `of` all clients of the
    reader; day is missing, with `why`, if its data were never imported.
    """
    tried = tried_rule(kind, rule, subject, deadline)
    clients = visible_clients()
    everybody: Any = model_of("clients.Client").objects
    of = len(clients) if clients is not None else everybody.count()
    why = ""
    for day in days_back(60):
        found = evaluate(day, [tried], clients)
        if found.waiting:
            why = str(found.waiting[0].why)
            continue
        frame = found.fired[tried.kind]
        named = frame.filter(~pl.col("is_held_back"))
        return {
            "day": day,
            "clients": named["client"].n_unique(),
            "rows": named.height,
            "held_back": frame.height - named.height,
            "of": of,
            "why": "",
        }
    return {"day": None, "clients": 0, "rows": 0, "held_back": 0, "of": of, "why": why}


def _per_day(named: pl.DataFrame, new: pl.DataFrame, days: Sequence[date]) -> list[dict[str, Any]]:
    """Return how many clients were named and newly named on each day but the first."""
    all_named = dict(named.group_by("day").agg(pl.col("client").n_unique()).rows())
    newly = dict(new.group_by("day").agg(pl.col("client").n_unique()).rows())
    return [
        {"day": day, "named": all_named.get(place, 0), "new": newly.get(place, 0)}
        for place, day in enumerate(days)
        if place
    ]


def _per_person(new: pl.DataFrame, days: int) -> list[dict[str, Any]]:
    """Return the work of each current main manager, the busiest first."""
    if not new.height:
        return []
    mains = owners_on(clock.today(), new["client"].unique().to_list()).mains
    joined = new.join(mains, on="client", how="left")
    table = (
        joined.group_by("user")
        .agg(
            pl.col("client").n_unique().alias("clients"),
            pl.len().alias("new"),
            pl.col("day").value_counts().struct.field("count").max().alias("most"),
        )
        .sort("new", "user", descending=[True, False], nulls_last=True)
    )
    users: Any = model_of("team.User").objects
    names = dict(users.filter(pk__in=table["user"].drop_nulls().to_list()).values_list("pk", "name"))
    nobody = str(bilingual("暂无主办", "Nobody yet"))
    return [
        {**row, "name": names.get(row["user"], nobody), "per_day": round(row["new"] / max(days, 1), 3)}
        for row in table.to_dicts()
    ]


def _contact(new: pl.DataFrame, rule: ActiveRule, days: Sequence[date]) -> dict[str, Any]:
    """Return how often a contact followed within the deadline, of those whose deadline has passed."""
    if not new.height:
        return {"followed": 0, "due": 0, "share": None, "pending": 0}
    dated = with_deadlines(new, rule, days)
    first = clock.at_local(datetime.combine(days[0], datetime.min.time()))
    rows = Interaction.objects.filter(held_at__gte=first).order_by("pk").values_list("client_id", "held_at")
    contacts = read_columns(rows, {"client": pl.Int64, "held_at": pl.Datetime("us", "UTC")})
    past = dated.filter(pl.col("due") <= clock.now().astimezone(UTC))
    followed_rows = mark_followed(past, contacts)["is_followed"].sum() if past.height else 0
    share = followed_rows / past.height if past.height else None
    return {"followed": followed_rows, "due": past.height, "share": share, "pending": dated.height - past.height}


def _overlap(
    rule: ActiveRule, named: pl.DataFrame, days: Sequence[date], clients: list[int] | None
) -> list[dict[str, Any]]:
    """Return the rules in force that name the same clients on the same of the last days, the largest share first."""
    first = max(len(days) - OVERLAP_DAYS, 1)
    own = named.filter(pl.col("day") >= first).select("client", "day").unique()
    if not own.height:
        return []
    rules, _ = active_rules()
    others = [one for one in rules if one.kind != rule.kind and (is_compliance() or not is_hidden(one.type))]
    shared: dict[str, int] = {}
    for place in own["day"].unique().to_list():
        at = own.filter(pl.col("day") == place)
        among = at["client"].to_list() if clients is not None or at.height < 50_000 else None
        found = evaluate(days[place], others, among)
        for kind, frame in found.fired.items():
            both = frame.filter(~pl.col("is_held_back")).select("client").unique().join(at, on="client", how="semi")
            shared[kind] = shared.get(kind, 0) + both.height
    labels = {one.kind: one.type.label for one in others}
    return [
        {"kind": kind, "name": str(labels[kind]), "shared": count, "share": count / own.height}
        for kind, count in sorted(shared.items(), key=lambda pair: -pair[1])
        if count
    ]
