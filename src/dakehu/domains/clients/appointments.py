"""The main manager of a client names deputies and specialists, and ends their duties."""

from datetime import date
from typing import Any

from dakehu.domains.clients import actions, choices
from dakehu.domains.clients.bulk_edit.actions import assign_role, batch_title
from dakehu.domains.clients.models import Client, Coverage
from dakehu.domains.team.notices import leave_notice
from dakehu.domains.team.roles import serves_clients
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

MAIN, SPECIALIST = choices.CoverRole.MAIN.value, choices.CoverRole.SPECIALIST.value
USER = Parameter("user", "team.User", spec=FieldSpec("服务人员", "Staff"))


def check_may_appoint(client: Client) -> None:
    """Raise Refused unless the actor is the client's main manager or may assign clients."""
    actor = current_actor()
    if actor.may(Permission.CLIENT_ASSIGN):
        return
    if not Coverage.objects.filter(client=client, user_id=actor.user_id, until=None, role=MAIN).exists():
        raise refusal(
            "client",
            "只有这位客户的主办客户经理或团队负责人可以调整服务团队。",
            "Only the client's main manager or a team lead changes who serves.",
        )


@action(
    "clients.appoint",
    needs=Permission.CLIENT_WRITE,
    zh="指定协办或专家",
    en="Name a deputy or specialist",
    parameters=(
        actions.CLIENT,
        parameters_of("clients.Coverage", "user", "role", optional=("subject", "ends_on")),
    ),
)
def appoint(
    *, client: Client, user: Any, role: str, subject: str | None = None, ends_on: date | None = None
) -> Coverage:
    """Give a user a duty in addition to the main manager; they see the client from now on, until `ends_on` if given.

    A specialist has a subject. Raises Refused for a past day, for the main manager, for users who serve no
    clients, and for a user of another team where the client is behind an information wall.
    """
    check_may_appoint(client)
    if role == MAIN:
        raise refusal(
            "role", "更换主办请用“分派客户”或“客户交接”。", "To change the main manager, assign or hand over."
        )
    if role == SPECIALIST and not subject:
        raise refusal("subject", "请写明专家的专业领域。", "State the specialist's subject.")
    if ends_on is not None and ends_on < clock.today():
        raise refusal("ends_on", "约定截止日已过。", "The agreed day has passed.")
    _check_user(client, user)
    undo_entries.entry_number(batch_title([client]))
    row = assign_role(client, user, role, subject=subject or "", ends_on=ends_on)
    if user.pk != current_actor().user_id:
        text = bilingual(
            "{name}请您担任一位客户的{role}",
            "{name} named you {role} of a client",
            name=current_actor().name,
            role=choices.CoverRole(role).label,
        )
        leave_notice(user, text)
    return row


def _check_user(client: Client, user: Any) -> None:
    """Raise Refused for a user who cannot have a duty in addition to the main manager."""
    name = {"name": user.name}
    if not serves_clients(user):
        raise refusal("user", actions.SERVES_NONE.zh, actions.SERVES_NONE.en, **name)
    with elevated("who serves the client now"):
        duty = Coverage.objects.filter(client=client, user=user, until=None).first()
    if duty is not None and duty.role == MAIN:
        raise refusal("user", "“{name}”是主办客户经理。", "“{name}” is the main manager.", **name)
    if client.walled and user.team_id not in current_actor().extra.get("teams", ()):
        raise refusal(
            "user",
            "这位客户在信息隔离墙内，只能由本团队的同事服务。",
            "This client stands behind an information wall: colleagues of the team only.",
        )


@action(
    "clients.end_appointment",
    needs=Permission.CLIENT_WRITE,
    zh="结束协办或专家",
    en="End a duty",
    parameters=(actions.CLIENT, USER),
)
def end_appointment(*, client: Client, user: Any) -> Coverage:
    """End the duty of a deputy or specialist today; from now on they no longer see the client."""
    check_may_appoint(client)
    row = Coverage.objects.filter(client=client, user=user, until=None).exclude(role=MAIN).first()
    if row is None:
        raise refusal(
            "user",
            "“{name}”不是这位客户的协办或专家。",
            "“{name}” is no deputy or specialist of this client.",
            name=user.name,
        )
    row.until = clock.today()
    row.save()
    return row
