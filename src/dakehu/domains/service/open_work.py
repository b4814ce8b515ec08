"""Open work of one client: what a contact may end, and possible days of the next contact."""

from datetime import date, timedelta
from typing import Any

from dakehu.domains.service import rules
from dakehu.domains.service.models import FollowUp, Interaction, Request
from dakehu.domains.service.parameters import NEXT_DAYS, OPEN_WORK
from dakehu.domains.service.queries import CLIENT
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query

CONTACTS = 12  # the latest contacts from which the usual interval is computed


@query(
    OPEN_WORK,
    needs=Permission.SERVICE_READ,
    zh="可随本次联系结束的事项",
    en="Work that a contact may end",
    parameters=CLIENT,
)
def open_work(*, client: Any) -> dict[str, list[dict[str, Any]]]:
    """Return a client's open work by the parameter of `service.log_interaction` that ends it.

    {fulfils, keeps_promises, closes_requests: [{id, label, due_on, chosen}]}, earliest first; `chosen` if it is due
    today or before and is a plan. What the reader may not end is left out.
    """
    actor, today = current_actor(), clock.today()
    may_plan, may_close = actor.may(Permission.PLAN_WRITE), actor.may(Permission.REQUEST_WRITE)
    plans = FollowUp.objects.filter(client=client, state="planned") if may_plan else FollowUp.objects.none()
    promises = Interaction.objects.filter(client=client, promise_kept_on=None).exclude(promise="")
    requests = Request.objects.filter(client=client).exclude(state="closed") if may_close else Request.objects.none()
    horizon = rules.last_day_offered(today)
    return {
        "fulfils": _choices(plans.filter(due_on__lte=horizon).order_by("due_on", "pk"), "subject", "due_on", today),
        "keeps_promises": _choices(promises.order_by("promise_due_on", "pk"), "promise", "promise_due_on"),
        "closes_requests": _choices(requests.order_by("due_on", "pk"), "subject", "due_on"),
    }


def _choices(rows: Any, text: str, due: str, today: date | None = None) -> list[dict[str, Any]]:
    """Return rows as choices; with `today`, those due by then are chosen."""
    found = list(rows[:20])
    return [
        {
            "id": row.pk,
            "label": f"{shown[text]}{_due_note(getattr(row, due))}",
            "due_on": getattr(row, due).isoformat() if getattr(row, due) else None,
            "chosen": today is not None and getattr(row, due) <= today,
        }
        for row, shown in zip(found, render_rows(found, (text,), shown=True), strict=True)
    ]


def _due_note(due: date | None) -> Bilingual | str:
    """Return the due day in brackets, "" if there is none."""
    if due is None:
        return ""
    return bilingual("（应于 {month} 月 {day} 日）", " (due {iso})", month=due.month, day=due.day, iso=due.isoformat())


@query(
    NEXT_DAYS,
    needs=Permission.SERVICE_READ,
    zh="建议的下次联系日期",
    en="Suggested days for the next contact",
    parameters=CLIENT,
)
def next_days(*, client: Any) -> list[dict[str, Any]]:
    """Return trading days on which the next contact may be: [{value, label}].

    The first, if the client was contacted at least three times, follows the usual interval between contacts; then a
    week, a month and three months from today.
    """
    today = clock.today()
    open_days = set(trading_days.trading_days_between(today, today + timedelta(days=rules.FURTHEST_SUGGESTED)))
    held = Interaction.objects.filter(client=client).order_by("-held_at").values_list("held_at", flat=True)[:CONTACTS]
    usual = rules.usual_interval([clock.local(moment).date() for moment in held])
    made: dict[date, Bilingual] = {}
    if usual is not None:
        made[rules.next_contact(today, usual, open_days.__contains__)] = bilingual(
            "按惯例每 {n} 天", "As usual, every {n} days", n=usual
        )
    for days, label in rules.NEXT_STEPS:
        made.setdefault(rules.next_contact(today, days, open_days.__contains__), bilingual(*label))
    return [{"value": day.isoformat(), "label": str(label)} for day, label in made.items()]
