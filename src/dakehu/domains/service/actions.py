"""Actions on interactions, requests and follow-ups."""

from datetime import date, datetime
from typing import Any

from dakehu.domains.clients import actions as clients
from dakehu.domains.clients.bulk_edit import actions as bulk_edit
from dakehu.domains.compliance.complaints import actions as complaints
from dakehu.domains.service import rules
from dakehu.domains.service.models import FollowUp, Interaction, PlanState, Request, RequestKind, RequestState
from dakehu.domains.service.moments.answered import close_answered
from dakehu.domains.service.parameters import ENDS, NEXT
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
PROMISE_DUE = "M36"  # the moment that is ended by keeping a promise
REGULAR_CONTACT = bilingual("定期联系", "Regular contact")


def update_contact_dates(client: Any, last_on: date | None = None) -> None:
    """Update the client's dates of last and next contact from the planned follow-ups."""
    due_dates = (
        FollowUp.objects.filter(client=client, state=PlanState.PLANNED)
        .order_by("due_on")
        .values_list("due_on", flat=True)
    )
    clients.update_contact_dates(client=client, last_on=last_on, next_on=due_dates.first())


@action(
    "service.log_interaction",
    needs=Permission.INTERACTION_LOG,
    zh="登记服务记录",
    en="Log an interaction",
    parameters=(
        Fields("service.Interaction", required=("client", "held_at", "summary"), new=True),
        NEXT,
        ENDS,
    ),
)
def log_interaction(
    *,
    client: Any,
    held_at: datetime,
    summary: str,
    staff: Any = None,
    next_on: date | None = None,
    next_in_days: int | None = None,
    next_subject: str | None = None,
    fulfils: list[int] | None = None,
    keeps_promises: list[int] | None = None,
    closes_requests: list[int] | None = None,
    **values: Any,
) -> Interaction:
    """Record an interaction, end the open work that it answers, and plan the next contact.

    `staff` defaults to the actor. The next contact is planned for `next_on`, or `next_in_days` calendar days after this
    one (moved to a trading day), and is about `next_subject`. `fulfils` (follow-ups), `keeps_promises` (interactions)
    and `closes_requests` name open work of this client, which ends on the day of the contact; a request is closed today
    with `result` as its outcome. Raises Refused for contradicting dates and for work that is not open.
    """
    held_on = clock.local(held_at).date()
    days_error = rules.days_error(next_in_days)
    if days_error is not None:
        raise refusal(*days_error)
    if next_on is None and next_in_days is not None:
        next_on = rules.next_contact(held_on, next_in_days, trading_days.is_trading_day)
    error = rules.interaction_error(
        held_at=held_at,
        now=clock.now(),
        held_on=held_on,
        promise=values.get("promise") or "",
        promise_due_on=values.get("promise_due_on"),
        next_on=next_on,
    )
    if error is not None:
        raise refusal(*error)
    row = Interaction(
        client=client, held_at=held_at, summary=summary, **{k: v for k, v in values.items() if v is not None}
    )
    row.staff = staff or team.current_user()
    row.save()
    if next_on is not None:
        FollowUp(
            client=client,
            due_on=next_on,
            subject=next_subject or str(bilingual("定期联系", "Regular contact")),
            owner=row.staff,
        ).save()
    _end_work(client, held_on, row.result, fulfils or [], keeps_promises or [], closes_requests or [])
    update_contact_dates(client, held_on)
    publish_event("interaction.logged", interaction=row.pk)
    return row


def _end_work(
    client: Any, on: date, result: str, fulfils: list[int], keeps_promises: list[int], closes_requests: list[int]
) -> None:
    """End open work of a client on a day. Raises Refused for what is not this client's or has ended."""
    if fulfils and FollowUp.objects.filter(client=client, pk__in=fulfils, state="planned").count() < len(fulfils):
        raise refusal("fulfils", "这位客户没有这项待跟进的计划。", "This client has no such open plan.")
    if keeps_promises:
        open_promises = Interaction.objects.filter(client=client, pk__in=keeps_promises, promise_kept_on=None)
        if open_promises.exclude(promise="").count() < len(keeps_promises):
            raise refusal("keeps_promises", "这位客户没有这项未兑现的承诺。", "This client has no such open promise.")
    if closes_requests:
        open_requests = Request.objects.filter(client=client, pk__in=closes_requests).exclude(state="closed")
        if open_requests.count() < len(closes_requests):
            raise refusal("closes_requests", "这位客户没有这项未办结的诉求。", "This client has no such open request.")
        if not result:
            raise refusal("result", "办结前请填写处理结果。", "State the outcome before closing.")
    for pk in fulfils:
        finish_follow_up(follow_up=pk, on=on)
    for pk in keeps_promises:
        keep_promise(interaction=pk, on=on)
    for pk in closes_requests:
        move_request(request=pk, state=RequestState.CLOSED.value, outcome=result)


def _get_row(model: Any, pk: int, zh: str, en: str) -> Any:
    """Return a visible row. Raises NotFound with the name of its kind."""
    row = model.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual(zh, en))
    return row


@action(
    "service.change_interaction",
    needs=Permission.INTERACTION_LOG,
    zh="修改服务记录",
    en="Change an interaction",
    parameters=(
        Parameter("interaction", kind="integer", spec=FieldSpec("服务记录", "Interaction")),
        VERSION,
        Fields("service.Interaction", without=("client",)),
    ),
)
def change_interaction(*, interaction: int, version: int | None = None, **values: Any) -> Interaction:
    """Change fields of an interaction. Raises a conflict if `version` is not the stored one."""
    row: Interaction = _get_row(Interaction, interaction, "服务记录", "interaction")
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


@action(
    "service.keep_promise",
    needs=Permission.INTERACTION_LOG,
    zh="兑现承诺",
    en="Keep a promise",
    parameters=(
        Parameter("interaction", kind="integer", spec=FieldSpec("服务记录", "Interaction")),
        Parameter("on", kind="date", required=False, spec=FieldSpec("兑现日期", "Kept on")),
    ),
)
def keep_promise(*, interaction: int, on: date | None = None) -> Interaction:
    """Mark the promise of an interaction as kept, today by default."""
    row: Interaction = _get_row(Interaction, interaction, "服务记录", "interaction")
    if not row.promise:
        raise refusal("interaction", "这条记录没有承诺。", "There is no promise on this record.")
    row.promise_kept_on = on or clock.today()
    row.save()
    close_answered(client=row.client_id, kind=PROMISE_DUE, objects=[str(row.pk)], outcome="kept")
    return row


@action(
    "service.plan_follow_up",
    needs=Permission.PLAN_WRITE,
    zh="安排跟进",
    en="Plan a follow-up",
    parameters=(Fields("service.FollowUp", required=("client", "due_on", "subject"), without=("state",), new=True),),
)
def plan_follow_up(*, client: Any, due_on: date, subject: str, owner: Any = None, **values: Any) -> FollowUp:
    """Plan a follow-up; the owner defaults to the actor."""
    row = FollowUp(client=client, due_on=due_on, subject=subject, **{k: v for k, v in values.items() if v is not None})
    row.owner = owner or team.current_user()
    row.save()
    update_contact_dates(client)
    return row


@action(
    "service.plan_many",
    needs=Permission.PLAN_WRITE,
    zh="批量安排跟进",
    en="Plan follow-ups for clients",
    parameters=(
        bulk_edit.WHO,
        Fields("service.FollowUp", required=("due_on", "subject"), without=("client", "state"), new=True),
    ),
)
def plan_many(*, clients: Any = None, filters: Any = None, **plan: Any) -> dict[str, Any]:
    """Plan the same follow-up for many clients in one action.

    `clients` (codes or ids) or `filters` select them. Returns {changed, batch: the id with which `dakehu undo` reverts
    it}.
    """
    chosen = bulk_edit.chosen_clients(clients, filters)
    for client in chosen:
        plan_follow_up(client=client, **plan)
    return {"changed": len(chosen), "batch": undo_entries.entry_number(bulk_edit.batch_title(chosen))}


FOLLOW_UP = Parameter("follow_up", kind="integer", spec=FieldSpec("跟进计划", "Follow-up"))


@action(
    "service.change_follow_up",
    needs=Permission.PLAN_WRITE,
    zh="修改跟进计划",
    en="Change a follow-up",
    parameters=(
        FOLLOW_UP,
        VERSION,
        Fields("service.FollowUp", without=("client", "state")),
    ),
)
def change_follow_up(*, follow_up: int, version: int | None = None, **values: Any) -> FollowUp:
    """Change fields of a follow-up. Raises a conflict if `version` is not the stored one."""
    row: FollowUp = _get_row(FollowUp, follow_up, "跟进计划", "follow-up")
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    update_contact_dates(row.client)
    return row


def next_occurrence(row: FollowUp, done: date) -> FollowUp | None:
    """Return the next occurrence of a repeating follow-up, not saved; None for one that happens once."""
    due_on = rules.next_in_series(row.due_on, str(row.every), max(done, row.due_on))
    if due_on is None:
        return None
    return FollowUp(
        client_id=row.client_id,
        due_on=trading_days.next_trading_day(due_on),
        subject=row.subject,
        channel=row.channel,
        owner_id=row.owner_id,
        every=row.every,
        remind_days=row.remind_days,
        extra=dict(row.extra),
    )


@action(
    "service.finish_follow_up",
    needs=Permission.PLAN_WRITE,
    zh="完成跟进",
    en="Finish a follow-up",
    parameters=(
        FOLLOW_UP,
        VERSION,
        Parameter("on", kind="date", required=False, spec=FieldSpec("完成日期", "Done on")),
    ),
)
def finish_follow_up(*, follow_up: int, version: int | None = None, on: date | None = None) -> FollowUp:
    """Mark a follow-up as done, and plan its next occurrence if it repeats."""
    row: FollowUp = _get_row(FollowUp, follow_up, "跟进计划", "follow-up")
    check_version(row, version)
    if row.state != PlanState.PLANNED:
        raise refusal("follow_up", "这项计划已经结束。", "This plan has already ended.")
    done = on or clock.today()
    row.state, row.done_on = PlanState.DONE.value, done
    row.save()
    following = next_occurrence(row, done)
    if following is not None:
        following.save()
    update_contact_dates(row.client)
    return row


@action(
    "service.cancel_follow_up",
    needs=Permission.PLAN_WRITE,
    zh="取消跟进",
    en="Cancel a follow-up",
    parameters=(FOLLOW_UP, VERSION),
)
def cancel_follow_up(*, follow_up: int, version: int | None = None) -> FollowUp:
    """Cancel a follow-up."""
    row: FollowUp = _get_row(FollowUp, follow_up, "跟进计划", "follow-up")
    check_version(row, version)
    row.state = PlanState.CANCELLED.value
    row.save()
    update_contact_dates(row.client)
    return row


@action(
    "service.open_request",
    needs=Permission.REQUEST_WRITE,
    zh="登记需求或投诉",
    en="Open a request or complaint",
    parameters=(
        Fields("service.Request", required=("client", "kind", "subject"), without=("state", "outcome"), new=True),
    ),
)
def open_request(
    *,
    client: Any,
    kind: str,
    subject: str,
    opened_on: date | None = None,
    detail: str | None = None,
    owner: Any = None,
    due_on: date | None = None,
    **values: Any,
) -> Any:
    """Open a request; its default deadline is 5 working days. A complaint is registered as a case of compliance instead.

    Returns the request, or the complaint. Raises Refused for a custom field of requests that a complaint does not have.
    """
    if kind == RequestKind.COMPLAINT:
        known = {"client": client, "subject": subject, "detail": detail, "owner": owner, "due_on": due_on}
        return _register_complaint(values, received_on=opened_on, **known)
    start = opened_on or clock.today()
    row = Request(
        client=client,
        kind=kind,
        subject=subject,
        opened_on=start,
        detail=detail or "",
        owner=owner or team.current_user(),
        due_on=due_on or rules.working_days_after(start, rules.REQUEST_DAYS, trading_days.is_trading_day),
        **values,
    )
    row.save()
    publish_event("request.opened", request=row.pk)
    return row


def _register_complaint(more: dict[str, Any], **known: Any) -> Any:
    """Register a complaint submitted by the form of requests. Raises Refused for fields that it does not have."""
    beyond = [name for name, value in more.items() if value is not None]
    if beyond:
        raise refusal(beyond[0], "投诉没有这一项，请在投诉页面登记。", "Complaints lack this; use their own page.")
    return complaints.register_complaint(**known)


@action(
    "service.move_request",
    needs=Permission.REQUEST_WRITE,
    zh="处理需求或投诉",
    en="Update a request or complaint",
    parameters=(
        Parameter("request", kind="integer", spec=FieldSpec("需求或投诉", "Request")),
        VERSION,
        Fields("service.Request", without=("client", "kind", "subject", "opened_on")),
    ),
)
def move_request(*, request: int, version: int | None = None, state: str | None = None, **values: Any) -> Request:
    """Change a request or move it to another state. Raises Refused for a transition that is not allowed."""
    row: Request = _get_row(Request, request, "需求或投诉", "request")
    check_version(row, version)
    for name, value in values.items():
        if value is not None or row._meta.get_field(name).null:
            setattr(row, name, value)
    if state and state != row.state:
        if not rules.can_move(str(row.state), state):
            raise refusal(
                "state",
                "不能从“{a}”改为“{b}”。",
                "Cannot go from “{a}” to “{b}”.",
                a=RequestState.text_of(row.state),
                b=RequestState.text_of(state),
            )
        if state == RequestState.CLOSED and not row.outcome:
            raise refusal("outcome", "办结前请填写处理结果。", "State the outcome before closing.")
        row.state = state
        row.closed_on = clock.today() if state == RequestState.CLOSED else None
        publish_event("request.moved", request=row.pk)
    row.save()
    return row
