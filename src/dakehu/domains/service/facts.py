"""Facts of the service to clients, for rules: contacts, complaints, upset clients and promises."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db.models import Count, Max, Q

from dakehu.domains.compliance.complaints.store import open_cases_for_staff
from dakehu.domains.service.models import Interaction, Mood
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.facts import Fact, FactTable, Subject, declare
from dakehu.foundation.schema.fields import model_of

GRIEVANCE = Subject("grievance", "投诉或不满", "Complaint or upset client", ("client", "grievance"))
PROMISE = Subject("promise", "服务承诺", "Promise", ("client", "promise"))
WEEK = 7  # days for which an upset client is flagged
CALLBACK = "回访"  # in the purpose of an interaction
MOMENT = pl.Datetime("us", "UTC")

CONTACTS = (
    Fact(
        "contact_days",
        "距上次联系天数",
        "Days since last contact",
        "days",
        aliases=("距上次联系",),
        help=bilingual(
            "最近一次服务记录到当日的天数；从未联系过为空",
            "From the last interaction to the day; missing where there was none",
        ),
    ),
    Fact("contacts_7", "近7日联系次数", "Contacts in 7 days", "number"),
    Fact(
        "called_back",
        "已回访",
        "Called back",
        "flag",
        help=bilingual("有目的写明“回访”的服务记录", "There is an interaction whose purpose says 回访"),
    ),
)
COMPLAINTS = (Fact("open_complaint", "有未结投诉", "Complaint open", "flag"),)
GRIEVANCES = (
    Fact(
        "grievance_kind",
        "不满类别",
        "Kind of grievance",
        "choice",
        choices=(("complaint", "投诉", "Complaint"), ("upset", "情绪不满", "Upset")),
    ),
    Fact("grievance_days", "不满天数", "Days of the grievance", "days"),
)
PROMISES = (
    Fact("promise_due_on", "承诺期限", "Promised for", "day"),
    Fact("promise_due_in", "承诺剩余天数", "Days until a promise is due", "days"),
)


def _end_of(day: date) -> datetime:
    """Return the end of a day."""
    return clock.start_of_day(day + timedelta(days=1))


def load_contacts(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the facts of CONTACTS for every client.

    The last contact is the one stored with the client, unless that is after the day; then the interactions are read.
    """
    clients: Any = model_of("clients.Client").objects.order_by("pk")
    frame = read_columns(clients.values_list("pk", "last_contact_on"), {"client": pl.Int64, "last": pl.Date})
    later = frame.filter(pl.col("last") > day)["client"]
    if len(later):
        held = Interaction.objects.filter(held_at__lt=_end_of(day), client_id__among=later.to_list())
        earlier = read_columns(
            held.order_by().values("client_id").annotate(last=Max("held_at")).values_list("client_id", "last"),
            {"client": pl.Int64, "earlier": MOMENT},
        ).with_columns(pl.col("earlier").dt.convert_time_zone(str(clock.zone())).dt.date())
        frame = frame.join(earlier, on="client", how="left").with_columns(
            pl.when(pl.col("last") > day).then("earlier").otherwise("last").alias("last")
        )
    week = Interaction.objects.filter(
        held_at__gte=clock.start_of_day(day - timedelta(days=WEEK - 1)), held_at__lt=_end_of(day)
    )
    counted = read_columns(
        week.order_by().values("client_id").annotate(n=Count("pk")).values_list("client_id", "n"),
        {"client": pl.Int64, "contacts_7": pl.Float64},
    )
    called = read_columns(
        Interaction.objects.filter(purpose__contains=CALLBACK, held_at__lt=_end_of(day)).values_list("client_id"),
        {"client": pl.Int64},
    )["client"].unique()
    return (
        frame.join(counted, on="client", how="left")
        .with_columns(
            (pl.lit(day) - pl.col("last")).dt.total_days().alias("contact_days"),
            pl.col("contacts_7").fill_null(0.0),
            pl.col("client").is_in(called.implode()).alias("called_back"),
        )
        .select("client", *sorted(names))
    )


def load_complaints(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return a row for each client, with whether a complaint is open."""
    complaining = read_columns(open_cases_for_staff(day).values_list("client_id"), {"client": pl.Int64})[
        "client"
    ].unique()
    clients: Any = model_of("clients.Client").objects.order_by("pk")
    everybody = read_columns(clients.values_list("pk"), {"client": pl.Int64})
    return everybody.with_columns(pl.col("client").is_in(complaining.implode()).alias("open_complaint"))


def load_grievances(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the open complaints that are not about staff, and the clients whose last mood noted within a week is upset."""
    requests = read_columns(
        open_cases_for_staff(day).values_list("client_id", "pk", "received_on"),
        {"client": pl.Int64, "row": pl.Int64, "on": pl.Date},
    ).with_columns(pl.lit("complaint").alias("grievance_kind"), pl.lit("complaint:").alias("what"))
    since = clock.start_of_day(day - timedelta(days=WEEK))
    noted = read_columns(
        Interaction.objects.filter(held_at__gte=since, held_at__lt=_end_of(day))
        .exclude(mood="")
        .order_by("held_at", "pk")
        .values_list("client_id", "pk", "held_at", "mood"),
        {"client": pl.Int64, "row": pl.Int64, "at": MOMENT, "mood": pl.String},
    )
    upset = (
        noted.unique("client", keep="last", maintain_order=True)
        .filter(pl.col("mood") == Mood.UPSET.value)
        .select(
            "client",
            "row",
            pl.col("at").dt.convert_time_zone(str(clock.zone())).dt.date().alias("on"),
            pl.lit("upset").alias("grievance_kind"),
            pl.lit("interaction:").alias("what"),
        )
    )
    return (
        pl.concat([requests, upset])
        .with_columns(
            (pl.col("what") + pl.col("row").cast(pl.String)).alias("grievance"),
            (pl.lit(day) - pl.col("on")).dt.total_days().alias("grievance_days"),
        )
        .select("client", "grievance", *sorted(names))
    )


def load_promises(day: date, names: frozenset[str]) -> pl.DataFrame:
    """Return the promises that are not kept at the close of a day, one row each."""
    rows = Interaction.objects.filter(
        Q(promise_kept_on=None) | Q(promise_kept_on__gt=day), held_at__lt=_end_of(day), promise_due_on__isnull=False
    ).exclude(promise="")
    frame = read_columns(
        rows.values_list("client_id", "pk", "promise_due_on"),
        {"client": pl.Int64, "row": pl.Int64, "promise_due_on": pl.Date},
    )
    return frame.with_columns(
        pl.col("row").cast(pl.String).alias("promise"),
        (pl.col("promise_due_on") - pl.lit(day)).dt.total_days().alias("promise_due_in"),
    ).select("client", "promise", *sorted(names))


RECORDS = bilingual("服务记录", "Interactions")
COMPLAINT_ROWS = bilingual("投诉", "Complaints")
declare(
    FactTable("contacts", CONTACTS, load_contacts, RECORDS),
    FactTable("complaints", COMPLAINTS, load_complaints, COMPLAINT_ROWS),
    FactTable("grievances", GRIEVANCES, load_grievances, COMPLAINT_ROWS, GRIEVANCE),
    FactTable("promises", PROMISES, load_promises, RECORDS, PROMISE),
)
