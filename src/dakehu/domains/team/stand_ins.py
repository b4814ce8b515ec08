"""Whose deputy a member of staff is on which days: stored on the user, so that an actor needs no further query."""

from typing import Any

from dakehu.domains.team.models import User
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter


@action(
    "team.set_stand_ins",
    needs=Permission.TEAM_READ,
    zh="更新代理安排",
    en="Set whose deputy somebody is",
    parameters=(
        Parameter("user", "team.User", spec=FieldSpec("代理人", "Deputy")),
        Parameter("stands_in_for", kind="json", spec=FieldSpec("代理对象", "For whom")),
    ),
    is_public=False,
)
def set_stand_ins(*, user: Any, stands_in_for: list[dict[str, Any]]) -> dict[str, Any]:
    """Set whose deputy a user is: [{user, first_on, last_on}] with days as ISO dates. Returns {changed}."""
    row = User.objects.get(pk=user.pk)
    if row.stands_in_for == stands_in_for:
        return {"changed": False}
    row.stands_in_for = stands_in_for
    row.save()
    return {"changed": True}
