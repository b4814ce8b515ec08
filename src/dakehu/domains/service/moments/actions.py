"""Work on moments: done with an outcome, snoozed, passed on, reassigned."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from dakehu.domains.service import actions as service
from dakehu.domains.service.models import Interaction, Moment, MomentOutcome, MomentState
from dakehu.domains.service.moments import rules
from dakehu.domains.service.moments.types import moment_types
from dakehu.domains.service.parameters import NEXT
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

MOMENT = Parameter("moment", kind="integer", spec=FieldSpec("关键时刻", "Moment"))
MOMENTS = Parameter("moments", kind="ids", spec=FieldSpec("关键时刻", "Moments"))
REASON = Parameter("reason", spec=FieldSpec("原因", "Reason"))
NOTE = Parameter("note", required=False, spec=FieldSpec("沟通内容", "Note"))
TO = Parameter("to", "team.User", spec=FieldSpec("转给", "To"))
OF_INTERACTION = parameters_of(
    "service.Interaction", optional=("channel", "held_at", "result", "mood", "promise", "promise_due_on")
)


def get_moment(moment: int) -> Moment:
    """Return a visible moment. Raises NotFound."""
    row: Moment | None = Moment.objects.filter(pk=moment).select_related("client", "owner").first()
    if row is None:
        raise NotFound(bilingual("关键时刻", "moment"))
    return row


def outcomes_of(kind: str) -> tuple[str, ...]:
    """Return the outcomes that a kind of moment offers; all of them for a lead's own rule."""
    known = moment_types().get(kind)
    return known.feedback if known is not None else tuple(one.value for one in MomentOutcome)


@action(
    "service.work_moment",
    needs=Permission.MOMENT_WORK,
    zh="处理关键时刻",
    en="Work a moment",
    parameters=(
        MOMENT,
        service.VERSION,
        Parameter("outcome", "service.Moment", "outcome", spec=FieldSpec("处理结果", "Outcome")),
        NOTE,
        OF_INTERACTION,
        NEXT,
    ),
)
def work_moment(
    *,
    moment: int,
    outcome: str,
    version: int | None = None,
    note: str | None = None,
    held_at: datetime | None = None,
    **values: Any,
) -> Moment:
    """End a moment with an outcome, and record the contact as an interaction if its kind requires one.

    The interaction takes `note` as its summary, and channel, time, promise and next contact as given; without an hour it
    is dated now. After an attempt (no answer, message left) the moment stays open until the next trading day. Raises
    Refused for a moment that is no longer open, or an outcome that its kind does not offer.
    """
    row = get_moment(moment)
    check_version(row, version)
    fault = rules.work_fault(state=str(row.state), outcome=outcome, offered=outcomes_of(row.kind))
    if fault is not None:
        raise refusal(*fault)
    row.outcome = outcome
    if outcome in rules.ATTEMPTS:
        row.state = MomentState.SNOOZED.value
        row.snoozed_until = trading_days.next_trading_day(clock.today() + timedelta(days=1))
        row.reason = f"{MomentOutcome.text_of(outcome)} {clock.local(clock.now()):%Y-%m-%d %H:%M} {note or ''}".strip()[
            :300
        ]
        row.save()
        return row
    known = moment_types().get(row.kind)
    may_log = current_actor().may(Permission.INTERACTION_LOG)
    if may_log and (known is None or known.logs) and outcome != MomentOutcome.NO_ACTION:
        row.interaction = _log(row, outcome, note, held_at, values)
    elif note:
        row.reason = note[:300]
    _close(row)
    return row


def _log(row: Moment, outcome: str, note: str | None, held_at: datetime | None, values: dict[str, Any]) -> Interaction:
    """Record the contact of a worked moment."""
    said = MomentOutcome.text_of(outcome)
    column: Any = Moment._meta.get_field("kind")
    kind = column.choice_set.text_of(row.kind)
    given = {name: value for name, value in values.items() if value not in (None, "")}
    return service.log_interaction(
        client=row.client,
        held_at=held_at or clock.now(),
        summary=note or f"{kind}：{said}",
        **{"purpose": kind[:120], "result": said, **given},
    )


def _close(row: Moment) -> None:
    """End a moment now, by the actor."""
    row.state = MomentState.DONE.value
    row.worked_at = clock.now()
    row.worked_on = clock.today()
    row.worked_by = team.current_user()
    row.snoozed_until = None
    row.save()


@action(
    "service.snooze_moment",
    needs=Permission.MOMENT_WORK,
    zh="推迟关键时刻",
    en="Snooze a moment",
    parameters=(MOMENT, service.VERSION, Parameter("until", kind="date", spec=FieldSpec("推迟至", "Until")), REASON),
)
def snooze_moment(*, moment: int, until: date, reason: str, version: int | None = None) -> Moment:
    """Snooze a moment until a day, with the reason. Its deadline stays. Raises Refused for a mandatory one beyond it."""
    row = _get_open(moment, version)
    due_on = clock.local(row.due_at).date()
    fault = rules.snooze_fault(until=until, today=clock.today(), mandatory=row.mandatory, due_on=due_on, reason=reason)
    if fault is not None:
        raise refusal(*fault)
    row.state, row.snoozed_until, row.reason = MomentState.SNOOZED.value, until, reason[:300]
    row.save()
    return row


@action(
    "service.pass_moment",
    needs=Permission.MOMENT_WORK,
    zh="转交关键时刻",
    en="Pass a moment on",
    parameters=(MOMENT, service.VERSION, TO, REASON),
)
def pass_moment(*, moment: int, to: Any, reason: str, version: int | None = None) -> Moment:
    """Pass a moment to a colleague who serves the client or leads one who does. It stays open, owned by that colleague."""
    row = _get_open(moment, version)
    _check_receiver([row], to)
    row.owner, row.state, row.snoozed_until, row.reason = to, MomentState.PASSED.value, None, reason[:300]
    row.save()
    return row


@action(
    "service.reassign_moments",
    needs=Permission.MOMENT_ASSIGN,
    zh="分派关键时刻",
    en="Reassign moments",
    parameters=(MOMENTS, TO),
)
def reassign_moments(*, moments: list[int], to: Any) -> dict[str, Any]:
    """Make a colleague the owner of open moments. Returns {changed}. Raises Refused if one is not open or not served."""
    rows = list(
        Moment.objects.filter(pk__in=moments, state__in=rules.OPEN_STATES).select_related("client").order_by("pk")
    )
    if len(rows) < len(moments):
        raise refusal("moments", "其中有已结束或找不到的事件。", "Some of these moments are not open or not found.")
    _check_receiver(rows, to)
    for row in rows:
        row.owner, row.state, row.snoozed_until = to, MomentState.PASSED.value, None
        row.save()
    return {"changed": len(rows)}


def _get_open(moment: int, version: int | None) -> Moment:
    """Return an open moment. Raises NotFound and Refused."""
    row = get_moment(moment)
    check_version(row, version)
    if row.state not in rules.OPEN_STATES:
        raise refusal("moment", "这一事件已经结束。", "This moment is no longer open.")
    return row


def _check_receiver(rows: Iterable[Moment], to: Any) -> None:
    """Raise Refused if a colleague neither serves the clients of moments nor leads one who does."""
    clients = {row.client_id for row in rows}
    serving: Any = model_of("clients.Coverage").objects.filter(until=None, client_id__in=clients)
    led = team.actor_of(to).covers
    served = set(serving.filter(user_id__in={to.pk, *led}).values_list("client_id", flat=True))
    if not to.is_active or clients - served:
        raise refusal(
            "to",
            "{name}不服务这位客户。请先安排为协办，或选择其主办、协办或团队负责人。",
            "{name} does not serve this client. Make them a deputy first, or choose who serves or leads.",
            name=to.name,
        )
