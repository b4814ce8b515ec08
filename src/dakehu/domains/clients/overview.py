"""Counts and distributions of the visible clients, each with a link to its rows."""

import itertools
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery

from dakehu.domains.clients import masks
from dakehu.domains.clients.models import Client, Consent, MarketingFreeze
from dakehu.domains.clients.queries import completeness, upcoming_dates
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import number, rows_at
from dakehu.foundation.schema.fields import FieldSpec, spec_of
from dakehu.foundation.schema.parameters import Parameter

LIST = "clients.list"
QUIET_DAYS = 60  # days without a contact after which a client counts as out of touch
LAPSING_DAYS = 30  # days before a risk test lapses in which it is to be renewed
BY = ("segment", "risk_level", "kind", "status", "branch", "assets")
SLICES = 12
BLANK = bilingual("未填写", "Not filled in")
COLUMN = Parameter("by", spec=FieldSpec("按", "By"))


@query("clients.overview", needs=Permission.CLIENT_READ, zh="客户概况", en="Clients at a glance")
def overview() -> dict[str, Any]:
    """Return how many clients are visible, active, out of touch, and due for a risk test."""
    today = clock.today()
    quiet = (today - timedelta(days=QUIET_DAYS)).isoformat()
    soon = (today + timedelta(days=LAPSING_DAYS)).isoformat()
    counted = Client.objects.aggregate(
        every=Count("pk"),
        active=Count("pk", filter=Q(status="active")),
        quiet=Count("pk", filter=Q(status="active", last_contact_on__lte=quiet)),
        lapsing=Count("pk", filter=Q(status="active", risk_valid_to__lte=soon)),
    )
    return {
        "figures": [
            number(bilingual("客户", "Clients"), counted["every"], rows=rows_at(LIST)),
            number(bilingual("正常服务", "Active"), counted["active"], rows=rows_at(LIST, {"status": "active"})),
            number(
                bilingual("超过 {n} 天未联系", "Out of touch for {n} days", n=QUIET_DAYS),
                counted["quiet"],
                rows=rows_at(LIST, {"status": "active", "last_contact_on.le": quiet}, order="last_contact_on"),
                tone="warn",
            ),
            number(
                bilingual("风险测评到期或即将到期", "Risk tests expired or about to"),
                counted["lapsing"],
                rows=rows_at(LIST, {"status": "active", "risk_valid_to.le": soon}, order="risk_valid_to"),
                tone="warn",
            ),
        ],
        "as_of": today.isoformat(),
    }


@query(
    "clients.distribution",
    needs=Permission.CLIENT_READ,
    zh="客户分布",
    en="Distribution of clients",
    parameters=(COLUMN,),
)
def distribution(*, by: str) -> dict[str, Any]:
    """Return the number of visible clients by a column; by assets in the bands that every reader sees.

    The twelve largest of columns with many values, and the rest in one. Raises Refused for other columns.
    """
    if by not in BY:
        raise refusal("by", "可按：" + "、".join(BY), "Must be one of: " + ", ".join(BY))
    if by == "assets":
        return {"bars": band_counts(Client.objects.all(), "assets", "assets")}
    field = Client._meta.get_field(by)
    keys = (by, f"{by}__name") if field.is_relation else (by,)
    found = list(Client.objects.order_by().values(*keys).annotate(count=Count("pk")).order_by("-count", by))
    words = getattr(field, "choice_set", None)
    bars = []
    for row in found[:SLICES]:
        value = row[by]
        label = row[keys[-1]] if words is None or not value else words.text_of(value)
        filters = {by: value} if value else {f"{by}.empty": 1}
        bars.append(number(str(label or BLANK), row["count"], rows=rows_at(LIST, filters)))
    rest = sum(row["count"] for row in found[SLICES:])
    if rest:
        bars.append(number(bilingual("其他 {n} 项", "{n} others", n=len(found) - SLICES), rest))
    return {"bars": bars, "by": spec_of(field).label}


def band_counts(rows: Any, column: str, name: str) -> list[dict[str, Any]]:
    """Return the number of rows in each band of an amount; `name` is the column in the list of clients."""
    edges = (0, *masks.BAND_EDGES, None)
    counts = {
        f"band_{place}": Count("pk", filter=_band_condition(column, low, high))
        for place, (low, high) in enumerate(itertools.pairwise(edges))
    }
    counted = rows.aggregate(**counts)
    return [
        number(band, counted[f"band_{place}"], rows=rows_at(LIST, {f"{name}.band": place}))
        for place, band in enumerate(masks.bands())
    ]


def _band_condition(column: str, low: int | None, high: int | None) -> Q:
    """Return the condition of an amount within a band."""
    found = Q(**{f"{column}__gte": low})
    return found if high is None else found & Q(**{f"{column}__lt": high})


@query("clients.missing_data", needs=Permission.CLIENT_READ, zh="待补充资料", en="Data to complete")
def missing_data() -> dict[str, Any]:
    """Return how complete the visible clients' data is, and which values are missing most often."""
    found = completeness()
    return {
        "share": found["share"],
        "bars": [
            number(row["label"], row["count"], rows=rows_at(LIST, {f"{row['field']}.empty": 1}))
            for row in found["missing"]
        ],
    }


@query("clients.coming_dates", needs=Permission.CLIENT_READ, zh="未来 14 天", en="The next 14 days")
def coming_dates() -> dict[str, Any]:
    """Return birthdays, key dates and expiring risk tests of the next two weeks, soonest first."""
    today = clock.today()
    rows = upcoming_dates(days=14)
    return {"dates": [{**row, "days": (date.fromisoformat(row["on"]) - today).days} for row in rows]}


@query("clients.suitability", needs=Permission.CLIENT_READ, zh="适当性", en="Suitability")
def suitability() -> dict[str, Any]:
    """Return how many active clients have an expired, expiring or missing risk test."""
    today = clock.today()
    day, soon = today.isoformat(), (today + timedelta(days=LAPSING_DAYS)).isoformat()
    active = Q(status="active")
    counted = Client.objects.aggregate(
        lapsed=Count("pk", filter=active & Q(risk_valid_to__lt=day)),
        lapsing=Count("pk", filter=active & Q(risk_valid_to__gte=day, risk_valid_to__lte=soon)),
        missing=Count("pk", filter=active & Q(risk_valid_to=None)),
    )
    return {
        "figures": [
            number(
                bilingual("风险测评已过期", "Risk tests expired"),
                counted["lapsed"],
                rows=rows_at(LIST, {"status": "active", "risk_valid_to.lt": day}, order="risk_valid_to"),
                tone="bad",
            ),
            number(
                bilingual("{n} 天内到期", "Expiring within {n} days", n=LAPSING_DAYS),
                counted["lapsing"],
                rows=rows_at(
                    LIST, {"status": "active", "risk_valid_to.ge": day, "risk_valid_to.le": soon}, order="risk_valid_to"
                ),
                tone="warn",
            ),
            number(
                bilingual("没有测评有效期", "No risk test on record"),
                counted["missing"],
                rows=rows_at(LIST, {"status": "active", "risk_valid_to.empty": 1}),
            ),
        ],
        "as_of": day,
    }


@query("clients.marketing_refusals", needs=Permission.CLIENT_READ, zh="拒绝营销的客户", en="Refusals of marketing")
def marketing_refusals() -> Any:
    """Return the visible clients' latest statement on marketing where it is a refusal or a withdrawal."""
    latest = Consent.objects.filter(client=OuterRef("client"), purpose="marketing").order_by("-stated_on", "-pk")
    refused = Consent.objects.filter(purpose="marketing", state__in=("refused", "withdrawn"))
    return refused.filter(pk=Subquery(latest.values("pk")[:1])).order_by("-stated_on", "-pk")


@query("clients.paused_marketing", needs=Permission.CLIENT_READ, zh="暂停营销的客户", en="Paused marketing")
def paused_marketing() -> Any:
    """Return the pauses of marketing that are in force, of visible clients."""
    return MarketingFreeze.objects.filter(lifted_on=None).order_by("-frozen_on", "-pk")


@query("clients.restrictions", needs=Permission.CLIENT_READ, zh="隔离与拒绝", en="Walls and refusals")
def restrictions() -> dict[str, Any]:
    """Return how many visible clients are behind a wall, refuse marketing, or have it paused."""
    walled = Client.objects.filter(walled=True).count()
    return {
        "figures": [
            number(
                bilingual("信息隔离墙内", "Behind an information wall"), walled, rows=rows_at(LIST, {"walled": "true"})
            ),
            number(
                bilingual("拒绝营销", "Refuse marketing"),
                marketing_refusals().count(),
                rows=rows_at("clients.marketing_refusals"),
            ),
            number(
                bilingual("营销暂停中", "Marketing paused"),
                paused_marketing().count(),
                rows=rows_at("clients.paused_marketing"),
            ),
        ],
    }


def clients_of(users: Iterable[int]) -> dict[int, int]:
    """Return {user id: visible clients served as main manager}."""
    served = Client.objects.filter(coverage__until=None, coverage__role="main", coverage__user_id__in=list(users))
    counted = served.order_by().values("coverage__user_id").annotate(count=Count("pk"))
    return {row["coverage__user_id"]: row["count"] for row in counted}
