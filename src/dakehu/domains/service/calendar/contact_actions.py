"""Record how clients wish to be contacted, postpone a contact, and accept the plan of a week."""

from datetime import date
from typing import Any

from dakehu.domains.service import actions as service
from dakehu.domains.service.calendar import contact_rules
from dakehu.domains.service.calendar.contacts import book_of
from dakehu.domains.service.calendar.parameters import OWNER
from dakehu.domains.service.calendar.week import proposed_week
from dakehu.domains.service.models import ContactPlan
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

CLIENT = parameters_of("service.ContactPlan", "client")


def _row_of(client: Any) -> ContactPlan:
    """Return the contact plan of a client, a new one if there is none."""
    row: ContactPlan = ContactPlan.objects.filter(client=client).first() or ContactPlan(client=client)
    return row


@action(
    "service.set_contact_wishes",
    needs=Permission.PLAN_WRITE,
    zh="登记联系意愿",
    en="Set contact wishes",
    parameters=(Fields("service.ContactPlan", required=("client",)),),
)
def set_contact_wishes(*, client: Any, **values: Any) -> ContactPlan:
    """Record how a client wishes to be contacted: channel, rhythm, weekdays, hours, or not at all."""
    row = _row_of(client)
    for name, value in values.items():
        if value is not None or ContactPlan._meta.get_field(name).null:
            setattr(row, name, value)
    changed = values.get("no_contact_until")
    error = contact_rules.wish_error(row.days, row.from_time, row.until_time, changed, clock.today())
    if error is not None:
        raise refusal(*error)
    row.save()
    return row


@action(
    "service.postpone_contact",
    needs=Permission.PLAN_WRITE,
    zh="推迟联系",
    en="Put a contact off",
    parameters=(
        *CLIENT,
        Parameter("until", kind="date", choices_from="service.next_days", spec=FieldSpec("推迟到", "Until")),
        Parameter("reason", spec=FieldSpec("推迟原因", "Why it is put off")),
    ),
)
def postpone_contact(*, client: Any, until: date, reason: str) -> ContactPlan:
    """Postpone the next contact owed to a client to a working day, with the reason; it applies until the next contact.

    Raises Refused without a reason, for a past day, and for a client to whom no contact is owed.
    """
    today = clock.today()
    if not reason.strip():
        raise refusal("reason", "请写明推迟原因。", "Say why it is put off.")
    if until <= today:
        raise refusal("until", "请选择今天之后的日期。", "Choose a day after today.")
    owed = book_of([client.pk]).next_of(client.pk)
    if owed.on is None:
        raise refusal("client", "这位客户没有应联系日。", "No contact is owed to this client.")
    row = _row_of(client)
    row.next_on, row.owed_on = trading_days.next_trading_day(until), owed.owed_on
    row.postponed_reason, row.postponed_on, row.postponed_by = reason.strip()[:300], today, team.current_user()
    row.save()
    add_audit_note(reason=reason)
    return row


@action(
    "service.accept_week_plan",
    needs=Permission.PLAN_WRITE,
    zh="采纳周计划",
    en="Accept the plan of a week",
    parameters=(
        Parameter("first", kind="date", required=False, spec=FieldSpec("周起始日", "Week from")),
        OWNER,
        Parameter("clients", kind="ids", required=False, spec=FieldSpec("仅这些客户", "These clients only")),
    ),
)
def accept_week_plan(
    *, first: date | None = None, owner: int | None = None, clients: list[int] | None = None
) -> dict[str, Any]:
    """Plan the contacts that the plan of a week proposes, all or those with some clients.

    The plan is recomputed, so that nothing is planned twice. Raises Refused for the week of a person outside the
    actor's team. Returns {changed}.
    """
    actor = current_actor()
    user = owner or actor.user_id
    if user is None or user not in {*actor.covers, actor.user_id}:
        raise refusal("owner", "只能采纳自己或本队同事的周计划。", "Only one's own week or that of one's team.")
    wanted = set(clients) if clients is not None else None
    chosen = [one for one in proposed_week(user, first).contacts if wanted is None or one.client in wanted]
    if not chosen:
        raise refusal("clients", "周计划中没有可采纳的联系。", "The plan of the week has no such contact.")
    bearer = team.get_user(user)
    for one in chosen:
        service.plan_follow_up(
            client=one.row, due_on=one.day, subject=one.subject, channel=one.channel or None, owner=bearer
        )
    return {"changed": len(chosen)}
