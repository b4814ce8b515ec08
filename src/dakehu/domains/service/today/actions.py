"""Postpone work of today's list, or pass it to a colleague, for any kind of line."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.complaints.actions import pass_complaint
from dakehu.domains.service.actions import update_contact_dates
from dakehu.domains.service.models import FollowUp, Interaction, Moment, PlanState, Request, Task
from dakehu.domains.service.moments import actions as moments
from dakehu.domains.service.moments import rules as moment_rules
from dakehu.domains.service.tasks.owners import check_sees_client
from dakehu.domains.service.tasks.rules import OPEN_STATES
from dakehu.domains.service.today import rules
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

WORK = Parameter(
    "work",
    spec=FieldSpec(
        "事项", "Work", help_zh="如 follow_up:12；多项用逗号分开", help_en="Such as follow_up:12; several with commas"
    ),
)
UNTIL = Parameter(
    "until", kind="date", choices_from="service.days_ahead", spec=FieldSpec("推迟到", "Until", aliases=("改到",))
)
TO = Parameter("to", "team.User", choices_from="service.colleagues", spec=FieldSpec("转交给", "To"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
MOST = 200  # lines passed on in one action


@action(
    "service.postpone_work",
    needs=Permission.MOMENT_WORK,
    zh="稍后处理",
    en="Put off",
    parameters=(WORK, UNTIL, REASON),
)
def postpone_work(*, work: str, until: date, reason: str) -> dict[str, Any]:
    """Postpone lines of today's list to a day, with the reason in the audit log.

    A plan, promise or request gets that day as its own, a moment keeps its deadline; a complaint's cannot be moved.
    Returns {changed}.
    """
    if until <= clock.today():
        raise refusal("until", "请选择今天之后的日期。", "Choose a day after today.")
    _check_reason(reason)
    for what, pk in _read(work):
        _postpone(what, pk, until, reason)
    add_audit_note(reason=reason, work=work)
    return {"changed": len(_read(work))}


def _postpone(what: str, pk: int, until: date, reason: str) -> None:
    """Move one line to another day."""
    if what == "complaint":
        raise refusal("work", "投诉的办结期限不能推迟。", "The deadline of a complaint cannot be put off.")
    if what == "moment":
        moments.snooze_moment(moment=pk, until=until, reason=reason)
        return
    row = _get_open(what, pk)
    setattr(row, {"promise": "promise_due_on"}.get(what, "due_on"), until)
    if what == "follow_up":
        row.moved_reason = reason.strip()[:300]
    row.save()
    if what == "follow_up":
        update_contact_dates(row.client)


@action(
    "service.pass_work",
    needs=Permission.MOMENT_WORK,
    zh="转交",
    en="Pass on",
    parameters=(WORK, TO, REASON),
)
def pass_work(*, work: str, to: Any, reason: str) -> dict[str, Any]:
    """Pass lines of today's list to a colleague who sees their clients, with the reason in the audit log.

    A promise stays with the person who gave it. Raises Refused if the colleague would not see the client: the work
    would be lost. Returns {changed}.
    """
    _check_reason(reason)
    chosen = _read(work)
    for what, pk in chosen:
        _give_to_colleague(what, pk, to, reason)
    add_audit_note(reason=reason, work=work, to=to.pk)
    return {"changed": len(chosen)}


def _give_to_colleague(what: str, pk: int, to: Any, reason: str) -> None:
    """Give one line to a colleague."""
    if what == "promise":
        raise refusal(
            "work",
            "承诺由做出承诺的人兑现。请为同事安排一项跟进。",
            "A promise is kept by the person who gave it. Plan a follow-up for the colleague instead.",
        )
    if what == "moment":
        moments.pass_moment(moment=pk, to=to, reason=reason)
        return
    row = _get_open(what, pk)
    check_sees_client(to, row.client_id, "to")
    if what == "complaint":
        pass_complaint(row, to, reason)
        _give_moment_to(row, to, reason)
        return
    row.owner = to
    row.save()


def _give_moment_to(row: Any, to: Any, reason: str) -> None:
    """Give the moment of a complaint to the new owner of the complaint."""
    about = f"complaint:{row.pk}"
    found = Moment.objects.filter(client=row.client_id, kind="M35", object=about, state__in=moment_rules.OPEN_STATES)
    for moment in found.values_list("pk", flat=True):
        moments.pass_moment(moment=moment, to=to, reason=reason)


def _check_reason(reason: str) -> None:
    """Raise Refused for an empty reason."""
    if not reason.strip():
        raise refusal("reason", "请写明原因。", "Say why.")


def _read(work: str) -> list[tuple[str, int]]:
    """Return [(what, id)] of the names of lines. Raises Refused for an invalid one, and for too many."""
    names = [name for name in work.split(",") if name.strip()]
    found = [rules.parse_work(name) for name in names]
    if not names or None in found or len(names) > MOST:
        raise refusal(
            "work", "没有这样的事项，或一次超过 {n} 项。", "There is no such work, or more than {n} at once.", n=MOST
        )
    return [one for one in found if one is not None]


OPEN: dict[str, tuple[Any, dict[str, Any], Bilingual]] = {
    "follow_up": (FollowUp, {"state": PlanState.PLANNED.value}, bilingual("跟进计划", "follow-up")),
    "request": (Request, {"state__in": ("open", "working", "replied")}, bilingual("客户诉求", "request")),
    "complaint": (
        model_of("compliance.Complaint"),
        {"state__in": ("open", "working", "replied")},
        bilingual("投诉", "complaint"),
    ),
    "promise": (Interaction, {"promise_kept_on": None}, bilingual("承诺", "promise")),
    "task": (Task, {"state__in": OPEN_STATES}, bilingual("任务", "task")),
}


def _get_open(what: str, pk: int) -> Any:
    """Return the visible row behind a line. Raises NotFound, Refused for work that has ended."""
    model, still_open, name = OPEN[what]
    row = model.objects.filter(pk=pk).select_related("client").first()
    if row is None:
        raise NotFound(name)
    if not model.objects.filter(pk=pk, **still_open).exists():
        raise Refused({"work": [bilingual("这一项已经办结。", "This has ended already.")]})
    return row
