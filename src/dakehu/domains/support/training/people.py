"""Admit users of the real desk to the training desk, and record it on the real desk."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from dakehu.domains.clients.bulk_edit.actions import assign_role
from dakehu.domains.clients.choices import CoverRole
from dakehu.domains.support.training import rules
from dakehu.domains.team import actions as team_actions
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.actor import SIGN_IN
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SERVE = (RoleName.MANAGER.value, RoleName.LEAD.value)
STEP = Parameter("step", spec=FieldSpec("步骤", "Step"))
STEPS = ("start", "stop", "reset")


@dataclass(frozen=True)
class Person:
    """A person entering the training desk: the data in a hand-over link."""

    username: str
    name: str
    role: str
    language: str

    def as_plain(self) -> dict[str, str]:
        return asdict(self)


@action(
    "support.go_to_training",
    needs=Permission.SUPPORT_ASK,
    zh="进入练习台",
    en="Go to the training desk",
    is_public=False,
)
def go_to_training() -> Person:
    """Record that a user goes to the training desk, and return their data for it. Raises Refused on the training desk itself."""
    user = team.current_user()
    if settings.TRAINING or user is None:
        raise Refused(bilingual("您已在练习台。", "This is the training desk."))
    return Person(str(user.username), str(user.name), str(user.role), str(user.language))


@action(
    "support.run_training",
    needs=Permission.SYSTEM_WRITE,
    zh="启动、停止或还原练习台",
    en="Start, stop or reset the training desk",
    parameters=(STEP,),
    is_public=False,
)
def run_training(*, step: str) -> None:
    """Record that the training desk was started, stopped or reset; nothing on this desk changes."""
    if settings.TRAINING or step not in STEPS:
        raise refusal("step", "没有这一步。", "There is no such step.")
    add_audit_note(training=step)


@action(
    "support.join_training",
    needs=Permission.TEAM_WRITE,
    zh="进入练习",
    en="Join the training desk",
    parameters=parameters_of("team.User", "username", "name", "role", optional=("language",)),
    is_public=False,
    open_to_strangers=SIGN_IN,
)
def join_training(*, username: str, name: str, role: str, language: str = "zh") -> Any:
    """Return the training desk account of a user of the real desk; created at the first visit, with fictitious clients.

    Its password is random and discarded: sign-in is by one-time link. Name, role and language follow the real desk. Raises
    Refused on a desk that is not a training desk.
    """
    if not settings.TRAINING:
        raise Refused(bilingual("这不是练习台。", "This is no training desk."))
    model = model_of("team.User")
    row = model.objects.filter(username=rules.practice_name(username)).first()
    is_new = row is None
    if row is None:
        row = model(username=rules.practice_name(username), team=_team())
        team_actions.set_password(row, secrets.token_urlsafe(24) + "-Aa1")
    row.name, row.role, row.language, row.is_active = name, role, language, True
    row.save()
    if is_new and role in SERVE:
        _give_clients(row)
    return row


def _team() -> Any:
    """Return the team of the fictitious brokerage that users join: its first."""
    return model_of("team.Team").objects.order_by("pk").first()


def _give_clients(row: Any) -> None:
    """Make a user deputy of the next fictitious clients."""
    place = model_of("team.User").objects.filter(username__startswith=rules.PREFIX).count() - 1
    clients = list(model_of("clients.Client").objects.filter(walled=False).order_by("code"))
    for client in rules.clients_for(place, clients):
        assign_role(client, row, CoverRole.DEPUTY)
