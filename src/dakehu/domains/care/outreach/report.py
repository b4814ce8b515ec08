"""The report on a campaign of calls: work done, clients not reached, and outflow of those called first and later."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from dakehu.domains.care.distress.choices import CaseState
from dakehu.domains.care.models import DistressCase, Outreach, OutreachAttempt, OutreachCall
from dakehu.domains.care.outreach import rules, words
from dakehu.domains.care.outreach.choices import CallState, CloseReason
from dakehu.domains.care.outreach.queries import OUTREACH, find_outreach, render_outreach
from dakehu.domains.care.outreach.rules import Comparison, Outflow
from dakehu.domains.care.permissions import OUTREACH_READ
from dakehu.domains.ledger.feeds import reader
from dakehu.domains.service.shocks.rules import BAND_NAMES, Band
from dakehu.foundation.access.actor import Reach, current_actor, elevated
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query

NAMED = 50  # clients not reached, by name
_outflows = TTLCache(seconds=600, most=50)
FAR = (Reach.ALL, Reach.ACROSS_WALLS, Reach.SYSTEM)


@query(
    "care.outreach_report",
    needs=OUTREACH_READ,
    zh="急跌致电报告",
    en="Report on an outreach",
    parameters=(OUTREACH,),
)
def outreach_report(*, outreach: int | None = None) -> dict[str, Any]:
    """Return the report of a campaign (default: newest) for the visible clients; {outreach: None} without one.

    {outreach, scope, figures: [{label, value}], bands, teams: [{name, clients, reached, …}], not_reached: [{client, caller,
    why}], the first NAMED of not_reached_total, cases: {opened, open, urgent}, outflow: {days, first, first_of, later, later_of,
    difference, interval, verdict, …}, shows, does_not_show}. Outflow is net withdrawals of at least OUTFLOW_SHARE of the assets before the shock, up to OUTFLOW_DAYS.
    """
    row = find_outreach(outreach)
    if row is None:
        return {"outreach": None}
    calls = list(OutreachCall.objects.filter(outreach=row).select_related("manager__team").order_by("place"))
    left = outflow_of(row)
    cases = Counter(DistressCase.objects.filter(call__outreach=row).values_list("state", "level"))
    is_firm = current_actor().reach in FAR
    return {
        "outreach": render_outreach(row),
        "scope": str(bilingual("全公司", "The firm") if is_firm else bilingual("您可见的客户", "Clients you see")),
        "is_firm": is_firm,
        "figures": _figures(row, calls),
        "bands": _bands(calls),
        "teams": _teams(calls),
        "not_reached": _unreached_clients(row),
        "not_reached_total": sum(call.state != CallState.REACHED for call in calls),
        "cases": {
            "opened": sum(cases.values()),
            "open": sum(count for (state, _), count in cases.items() if state == CaseState.OPEN),
            "urgent": sum(count for (_, level), count in cases.items() if level == "urgent"),
        },
        "outflow": _outflow(row, calls, left),
        "shows": str(words.WHAT_IT_SHOWS),
        "does_not_show": [str(one) for one in words.WHAT_IT_DOES_NOT],
    }


def outflow_of(outreach: Outreach) -> dict[int, bool]:
    """Return {client: whether money left} of the clients of a campaign whose balances are known on its day and after it.

    Of all its clients, regardless of scope: callers must filter. Read once per newest day of balances, since it
    reads a file for each day.
    """
    last = min(outreach.day + timedelta(days=rules.OUTFLOW_DAYS), clock.today())
    newest = reader.newest_day("balances", last)
    key = (outreach.pk, outreach.row_version, newest)
    kept: dict[int, bool] | None = _outflows.get(key)
    if kept is not None:
        return kept
    with elevated("outflow after a shock"):
        clients = set(OutreachCall.objects.filter(outreach=outreach).values_list("client_id", flat=True))
        days = trading_days.trading_days_between(outreach.day + timedelta(days=1), last)
        before = dict(reader.frame("balances", outreach.day, ("client", "total")).iter_rows())
        moved = reader.sums("balances", days, ("deposits", "withdrawals")).select("client", "deposits", "withdrawals")
    found = {
        client: (withdrawn or 0) - (deposited or 0) >= rules.OUTFLOW_SHARE * before[client]
        for client, deposited, withdrawn in moved.iter_rows()
        if client in clients and before.get(client)
    }
    _outflows.put(key, found)
    return found


def _figures(row: Outreach, calls: list[OutreachCall]) -> list[dict[str, Any]]:
    """Return the work done, in numbers."""
    attempts = OutreachAttempt.objects.filter(call__outreach=row)
    reached = [call for call in calls if call.state == CallState.REACHED]
    in_time = sum(call.reached_on is not None and call.reached_on <= row.ends_on for call in reached)
    dated = attempts.filter(outcome="reached").exclude(next_on=None).values("call").distinct().count()
    return [
        {"label": str(label), "value": value}
        for label, value in (
            (bilingual("名单客户", "Clients on the list"), len(calls)),
            (bilingual("已联系上", "Reached"), len(reached)),
            (bilingual("其中在截止日前", "of them in time"), in_time),
            (bilingual("致电次数", "Attempts"), attempts.count()),
            (bilingual("已约定下次联系", "With a dated next contact"), dated),
            (bilingual("无人联系上", "Reached by nobody"), len(calls) - len(reached)),
        )
    ]


def _bands(calls: list[OutreachCall]) -> list[dict[str, Any]]:
    """Return how many of each band were reached, in the order of the bands."""
    total = Counter(call.band for call in calls)
    reached = Counter(call.band for call in calls if call.state == CallState.REACHED)
    return [
        {"name": str(BAND_NAMES[band]), "clients": total[band.value], "reached": reached[band.value]}
        for band in Band
        if total[band.value]
    ]


def _teams(calls: list[OutreachCall]) -> list[dict[str, Any]]:
    """Return what was done per team of the main manager; no ranking: teams sorted by name, no people."""
    grouped: dict[str, list[OutreachCall]] = defaultdict(list)
    nobody = str(bilingual("无主办", "No main manager"))
    for call in calls:
        grouped[call.manager.team.name if call.manager and call.manager.team else nobody].append(call)
    return [
        {
            "name": name,
            "clients": len(rows),
            "reached": sum(call.state == CallState.REACHED for call in rows),
            "closed": sum(call.state == CallState.CLOSED for call in rows),
            "open": sum(call.state == CallState.OPEN for call in rows),
        }
        for name, rows in sorted(grouped.items())
    ]


def _unreached_clients(outreach: Outreach) -> list[dict[str, Any]]:
    """Return the first clients who were not reached, in the order of the list."""
    clearance = current_actor().clearance
    rows = OutreachCall.objects.filter(outreach=outreach).exclude(state=CallState.REACHED.value)
    missed = list(rows.select_related("client", "caller").order_by("place")[:NAMED])
    numbers = [call.pk for call in missed]
    tried = Counter(OutreachAttempt.objects.filter(call__in=numbers).values_list("call_id", flat=True))
    return [
        {
            "client": {"id": call.client_id, "name": name_of(call.client, clearance), "code": call.client.code},
            "call": call.pk,
            "band": str(BAND_NAMES[Band(call.band)]),
            "caller": call.caller.name if call.caller else "",
            "attempts": tried[call.pk],
            "why": CloseReason.text_of(call.close_reason) if call.close_reason else "",
            "next_on": call.next_on.isoformat()
            if call.state == CallState.OPEN and call.next_on >= clock.today()
            else "",
        }
        for call in missed
    ]


def _outflow(row: Outreach, calls: list[OutreachCall], left: dict[int, bool]) -> dict[str, Any]:
    """Return the comparison of outflow, and the plain shares of all who were drawn first and later."""
    compared = rules.compare_outflow(
        Outflow((call.manager_id, call.band, call.priority), call.is_first, left.get(call.client_id)) for call in calls
    )
    days = min((clock.today() - row.day).days, rules.OUTFLOW_DAYS)
    known = [call for call in calls if call.client_id in left]
    groups = []
    for name, is_first in (
        (bilingual("排在首日", "Drawn for the first day"), True),
        (bilingual("排在之后", "Drawn for later"), False),
    ):
        some = [call for call in known if call.is_first is is_first]
        count = sum(left[call.client_id] for call in some)
        interval = rules.share_with_interval(count, len(some))
        groups.append({"name": str(name), "of": len(some), "count": count, "share": _interval_text(interval)})
    return {
        **_render_comparison(compared),
        "days": days,
        "is_final": days >= rules.OUTFLOW_DAYS,
        "share_of_assets": words.share(rules.OUTFLOW_SHARE, 0),
        "groups": groups,
        "unknown": len(calls) - len(known),
    }


def _render_comparison(one: Comparison) -> dict[str, Any]:
    """Return a comparison as plain values, with its verdict as text."""
    verdict = words.VERDICTS[one.verdict]
    return {
        "first": one.first,
        "first_of": one.first_of,
        "later": one.later,
        "later_of": one.later_of,
        "strata": one.strata,
        "difference": _points(one.difference),
        "interval": "" if one.low is None else f"{_points(one.low)} – {_points(one.high)}",
        "verdict": one.verdict,
        "verdict_text": str(bilingual(verdict.zh, verdict.en, n=rules.SMALLEST_GROUP)),
    }


def _points(value: float | None) -> str:
    return "" if value is None else f"{value * 100:+.1f}"


def _interval_text(found: tuple[float, float, float] | None) -> str:
    if found is None:
        return ""
    share, low, high = found
    return f"{words.share(share)} ({words.share(low)} – {words.share(high)})"
