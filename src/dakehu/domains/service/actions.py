"""What can be done for clients: the only writes."""

from datetime import date, datetime
from typing import Any

from dakehu.domains.clients import actions as clients
from dakehu.domains.clients.bulk_edit import actions as bulk_edit
from dakehu.domains.service import rules
from dakehu.domains.service.models import FollowUp, Interaction, PlanState, Request, RequestState
from dakehu.domains.team import queries as team
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.imports import batches
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
NEXT = (
    Parameter(
        "next_on",
        "service.FollowUp",
        "due_on",
        required=False,
        spec=FieldSpec("下次跟进日期", "Next contact on", aliases=("下次联系日期", "下次跟进")),
    ),
    Parameter("next_in_days", kind="integer", required=False, spec=FieldSpec("几天后跟进", "Next contact in days")),
    Parameter(
        "next_subject",
        "service.FollowUp",
        "subject",
        required=False,
        spec=FieldSpec("下次跟进事项", "Next contact about", aliases=("下次跟进内容",)),
    ),
)


REGULAR_CONTACT = bilingual("定期联系", "Regular contact")


def update_contact_dates(client: Any, last_on: date | None = None) -> None:
    """Bring the client's last and next contact up to date with its plans."""
    ahead = (
        FollowUp.objects.filter(client=client, state=PlanState.PLANNED)
        .order_by("due_on")
        .values_list("due_on", flat=True)
    )
    clients.update_contact_dates(client=client, last_on=last_on, next_on=ahead.first())


@action(
    "service.log_interaction",
    needs=Permission.INTERACTION_LOG,
    zh="记录服务",
    en="Log an interaction",
    parameters=(
        Fields("service.Interaction", required=("client", "held_at", "summary"), new=True),
        NEXT,
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
    **facts: Any,
) -> Interaction:
    """Write down what was said and plan the next contact.

    Without `staff` it is whoever logs. The next contact is planned for `next_on`, or `next_in_days` after
    this one (moved to a trading day), and is about `next_subject`.
    """
    on = clock.local(held_at).date()
    beyond = rules.days_fault(next_in_days)
    if beyond is not None:
        raise refusal(*beyond)
    if next_on is None and next_in_days is not None:
        next_on = rules.next_contact(on, next_in_days, trading_days.is_trading_day)
    fault = rules.interaction_fault(
        held_at=held_at,
        now=clock.now(),
        held_on=on,
        promise=facts.get("promise") or "",
        promise_due_on=facts.get("promise_due_on"),
        next_on=next_on,
    )
    if fault is not None:
        raise refusal(*fault)
    row = Interaction(
        client=client, held_at=held_at, summary=summary, **{k: v for k, v in facts.items() if v is not None}
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
    update_contact_dates(client, on)
    publish_event("interaction.logged", interaction=row.pk)
    return row


def _row(model: Any, pk: int, zh: str, en: str) -> Any:
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
def change_interaction(*, interaction: int, version: int | None = None, **facts: Any) -> Interaction:
    row: Interaction = _row(Interaction, interaction, "服务记录", "interaction")
    check_version(row, version)
    for name, value in facts.items():
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
    row: Interaction = _row(Interaction, interaction, "服务记录", "interaction")
    if not row.promise:
        raise refusal("interaction", "这条记录没有承诺。", "There is no promise on this record.")
    row.promise_kept_on = on or clock.today()
    row.save()
    return row


@action(
    "service.plan_follow_up",
    needs=Permission.PLAN_WRITE,
    zh="安排跟进",
    en="Plan a follow-up",
    parameters=(Fields("service.FollowUp", required=("client", "due_on", "subject"), without=("state",), new=True),),
)
def plan_follow_up(*, client: Any, due_on: date, subject: str, owner: Any = None, **facts: Any) -> FollowUp:
    row = FollowUp(client=client, due_on=due_on, subject=subject, **{k: v for k, v in facts.items() if v is not None})
    row.owner = owner or team.current_user()
    row.save()
    update_contact_dates(client)
    return row


@action(
    "service.plan_many",
    needs=Permission.PLAN_WRITE,
    zh="批量安排跟进",
    en="Plan follow-ups for many",
    parameters=(
        bulk_edit.WHO,
        Fields("service.FollowUp", required=("due_on", "subject"), without=("client", "state"), new=True),
    ),
)
def plan_many(*, clients: Any = None, filters: Any = None, **plan: Any) -> dict[str, Any]:
    """The same follow-up for many clients, whom `clients` (codes or numbers) or `filters` name, in one act. Returns
    {changed, batch: by which `dakehu undo` takes it back}."""
    chosen = bulk_edit.chosen_clients(clients, filters)
    with undo.recording_undo() as kept:
        for client in chosen:
            plan_follow_up(client=client, **plan)
    return {"changed": len(chosen), "batch": batches.save_act(bulk_edit.batch_title(chosen), kept.store())}


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
def change_follow_up(*, follow_up: int, version: int | None = None, **facts: Any) -> FollowUp:
    row: FollowUp = _row(FollowUp, follow_up, "跟进计划", "follow-up")
    check_version(row, version)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    update_contact_dates(row.client)
    return row


def next_occurrence(row: FollowUp, done: date) -> FollowUp | None:
    """The occurrence that a plan leaves behind when it is done, not yet saved; None for one that happens once."""
    after = rules.next_in_series(row.due_on, str(row.every), max(done, row.due_on))
    if after is None:
        return None
    return FollowUp(
        client_id=row.client_id,
        due_on=trading_days.next_trading_day(after),
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
    """Mark a plan as done; a repeating one leaves its next occurrence behind."""
    row: FollowUp = _row(FollowUp, follow_up, "跟进计划", "follow-up")
    check_version(row, version)
    if row.state != PlanState.PLANNED:
        raise refusal("follow_up", "这项计划已经结束。", "This plan has already ended.")
    done = on or clock.today()
    row.state, row.done_on = PlanState.DONE.value, done
    row.save()
    after = next_occurrence(row, done)
    if after is not None:
        after.save()
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
    row: FollowUp = _row(FollowUp, follow_up, "跟进计划", "follow-up")
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
    **more: Any,
) -> Request:
    """Without a deadline a complaint gets 15 working days and anything else five."""
    start = opened_on or clock.today()
    days = rules.COMPLAINT_DAYS if kind == "complaint" else rules.REQUEST_DAYS
    row = Request(
        client=client,
        kind=kind,
        subject=subject,
        opened_on=start,
        detail=detail or "",
        owner=owner or team.current_user(),
        due_on=due_on or rules.working_days_after(start, days, trading_days.is_trading_day),
        **more,
    )
    row.save()
    publish_event("request.opened", request=row.pk)
    return row


@action(
    "service.move_request",
    needs=Permission.REQUEST_WRITE,
    zh="处理需求或投诉",
    en="Move a request on",
    parameters=(
        Parameter("request", kind="integer", spec=FieldSpec("需求或投诉", "Request")),
        VERSION,
        Fields("service.Request", without=("client", "kind", "subject", "opened_on")),
    ),
)
def move_request(*, request: int, version: int | None = None, state: str | None = None, **facts: Any) -> Request:
    row: Request = _row(Request, request, "需求或投诉", "request")
    check_version(row, version)
    for name, value in facts.items():
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
    row.save()
    return row
