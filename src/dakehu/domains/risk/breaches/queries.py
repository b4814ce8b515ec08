"""Queries of breaches: the list, those of a client, the state of measures, and the figures of a team or the firm."""

from typing import Any

from django.db.models import Count, Q

from dakehu.domains.risk.breaches.actions import get_breach
from dakehu.domains.risk.choices import BreachKind, Severity
from dakehu.domains.risk.limits.queries import value_text
from dakehu.domains.risk.models import Breach, RiskFigures, Standing, StrategyReview
from dakehu.domains.risk.parameters import BREACH, CLIENT, FILTERS, ORDER
from dakehu.domains.risk.reviews.actions import OPEN
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import number, rows_at
from dakehu.foundation.schema.fields import model_of

BREACHES, STANDINGS, FIGURES = "risk.breaches", "risk.standings", "risk.figures"
REVIEWS = "risk.strategy_reviews"
SHOWN = 50
TONES = {"near": "warn", "over": "bad", "strong": "bad"}
MARGIN = ("margin_close", "margin_warn", "margin_near")


@query(BREACHES, needs=Permission.RISK_READ, zh="超限记录列表", en="Breaches", parameters=(FILTERS, ORDER))
def breaches(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the breaches of visible clients, the newest first; `is_open`, `is_waiting` and `manager` filter them."""
    return filter_rows(Breach.objects.all(), filters or {}, order or "-started_on")


@query("risk.breach", needs=Permission.RISK_READ, zh="一条超限记录", en="A breach", parameters=(BREACH,))
def breach_detail(*, breach: int) -> Breach:
    """Return one breach."""
    return get_breach(breach)


@query(
    "risk.breaches_of_client",
    needs=Permission.RISK_READ,
    zh="某客户的超限记录",
    en="Breaches of one client",
    parameters=CLIENT,
)
def breaches_of_client(*, client: Any) -> Any:
    """Return the breaches of a client, open ones first."""
    return Breach.objects.filter(client=client).order_by("-cleared_on", "-started_on", "pk")


@query(
    STANDINGS, needs=Permission.RISK_READ, zh="临近与超限列表", en="Measures near limits", parameters=(FILTERS, ORDER)
)
def standing_list(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return every measure of visible clients that is near its limit or beyond it after the last night."""
    return filter_rows(Standing.objects.all(), filters or {}, order or "-usage")


@query(
    FIGURES, needs=Permission.RISK_READ, zh="客户风险指标", en="Risk figures of clients", parameters=(FILTERS, ORDER)
)
def figures(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the account-level measures of visible clients after the last night."""
    return filter_rows(RiskFigures.objects.all(), filters or {}, order or "-usage")


@query("risk.overview", needs=Permission.RISK_READ, zh="风险概览", en="Risk at a glance")
def overview() -> dict[str, Any]:
    """Return the risk state of the visible clients: {as_of, figures, kinds, people, clients}.

    figures: numbers. kinds: [{kind, label, over, near}] and people: [{user, label, over, waiting, near}] with a number
    per cell. clients: the measures furthest beyond or nearest their limits, [{client_id, client, kind, about, value,
    limit, usage, severity, tone, scope}].
    """
    by_kind = counts_by_kind()
    return {
        "as_of": judged_on(),
        "figures": numbers(by_kind),
        "kinds": [_kind(kind, by_kind[kind.value]) for kind in BreachKind if kind.value in by_kind],
        "people": _people(),
        "clients": furthest_beyond(Standing.objects.all()),
    }


def judged_on() -> str | None:
    """Return the newest day that was checked against limits, None without one."""
    day = RiskFigures.objects.order_by("-day").values_list("day", flat=True).first()
    return day.isoformat() if day is not None else None


def counts_by_kind() -> dict[str, dict[str, int]]:
    """Return {kind: {over, near, strong}} of the visible clients."""
    counted = (
        Standing.objects.order_by()
        .values("kind")
        .annotate(
            over=Count("pk", filter=~Q(severity="near")),
            near=Count("pk", filter=Q(severity="near")),
            strong=Count("pk", filter=Q(severity="strong")),
        )
    )
    return {row["kind"]: row for row in counted}


def numbers(by_kind: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """Return the figures at the top of the page."""
    over = sum(row["over"] for row in by_kind.values())
    near = sum(row["near"] for row in by_kind.values())
    strong = sum(row["strong"] for row in by_kind.values())
    below = sum(by_kind.get(kind, {}).get("over", 0) for kind in MARGIN)
    waiting = Breach.objects.filter(cleared_on=None, acknowledged_at=None).count()
    late = StrategyReview.objects.filter(state__in=OPEN, due_on__lt=clock.today()).count()
    return [
        number(
            bilingual("超限", "Beyond a limit"),
            over,
            rows=rows_at(STANDINGS, {"is_beyond": 1}, order="-usage"),
            tone="bad",
        ),
        number(
            bilingual("严重超限", "Far beyond"), strong, rows=rows_at(STANDINGS, {"severity": "strong"}), tone="bad"
        ),
        number(bilingual("临近限额", "Near a limit"), near, rows=rows_at(STANDINGS, {"severity": "near"}), tone="warn"),
        number(
            bilingual("低于担保线", "Below a margin line"),
            below,
            rows=rows_at(STANDINGS, {"kind.in": list(MARGIN), "is_beyond": 1}),
            tone="bad",
        ),
        number(
            bilingual("待确认", "To be acknowledged"), waiting, rows=rows_at(BREACHES, {"is_waiting": 1}), tone="warn"
        ),
        number(
            bilingual("回顾逾期", "Reviews overdue"),
            late,
            rows=rows_at(REVIEWS, {"state.in": list(OPEN), "due_on.lt": clock.today().isoformat()}),
            tone="warn",
        ),
    ]


def _kind(kind: BreachKind, row: dict[str, int]) -> dict[str, Any]:
    """Return the line of one kind of breach."""
    at = {"kind": kind.value}
    return {
        "kind": kind.value,
        "label": kind.text,
        "over": number("", row["over"], rows=rows_at(STANDINGS, {**at, "is_beyond": 1}), tone="bad"),
        "near": number("", row["near"], rows=rows_at(STANDINGS, {**at, "severity": "near"}), tone="warn"),
    }


def _people() -> list[dict[str, Any]]:
    """Return a row for each main manager of visible clients with a breach or a near limit."""
    coverage: Any = model_of("clients.Coverage").objects.filter(until=None, role="main").order_by()
    standing = Q(client__risk_standings__isnull=False)
    near = Q(client__risk_standings__severity="near")
    open_breach = Q(
        client__breaches__cleared_on=None, client__breaches__acknowledged_at=None, client__breaches__isnull=False
    )
    measured = (
        coverage.filter(standing)
        .values("user")
        .annotate(near=Count("client__risk_standings", filter=near), all=Count("client__risk_standings"))
    )
    waiting = dict(
        coverage.filter(open_breach).values_list("user").annotate(n=Count("client__breaches")).values_list("user", "n")
    )
    rows = list(measured)
    names = team.names_of({row["user"] for row in rows})
    lines = []
    for row in sorted(rows, key=lambda one: one["near"] - one["all"]):
        at = {"manager": row["user"]}
        lines.append(
            {
                "user": row["user"],
                "label": names.get(row["user"], ""),
                "over": number(
                    "", row["all"] - row["near"], rows=rows_at(STANDINGS, {**at, "is_beyond": 1}), tone="bad"
                ),
                "near": number("", row["near"], rows=rows_at(STANDINGS, {**at, "severity": "near"}), tone="warn"),
                "waiting": number(
                    "", waiting.get(row["user"], 0), rows=rows_at(BREACHES, {**at, "is_waiting": 1}), tone="warn"
                ),
            }
        )
    return lines


def furthest_beyond(rows: Any, most: int = SHOWN) -> list[dict[str, Any]]:
    """Return the standings furthest beyond their limit, then those nearest to it."""
    clearance = current_actor().clearance
    found = rows.select_related("client").order_by("-usage", "pk")[:most]
    return [
        {**standing_line(row), "client_id": row.client_id, "client": name_of(row.client, clearance)} for row in found
    ]


def standing_line(row: Standing) -> dict[str, Any]:
    """Return a standing as shown on pages."""
    kind = str(row.kind)
    measure = "client_line" if kind == "client_line" else kind
    return {
        "kind": kind,
        "label": BreachKind.text_of(kind),
        "about": row.about,
        "value": value_text(measure, _float(row.value)),
        "limit": value_text(measure, _float(row.limit_value)),
        "usage": _float(row.usage),
        "percent": min(100, round((_float(row.usage) or 0) * 100)),
        "severity": Severity.text_of(str(row.severity)),
        "tone": TONES[str(row.severity)],
        "rule": row.rule,
    }


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
