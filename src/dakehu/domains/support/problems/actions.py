"""Actions on known problems: add, change, fix; subscribe."""

from typing import Any

from dakehu.domains.support.choices import ProblemState
from dakehu.domains.support.client_data.check import check_no_client_data
from dakehu.domains.support.models import KnownProblem, ProblemSubscription
from dakehu.domains.support.parameters import ANYWAY, KNOWN_PROBLEM, VERSION
from dakehu.domains.support.tickets.store import words_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

TEXTS = ("title", "description", "workaround")
FIXED_IN = Parameter("fixed_in", spec=FieldSpec("修复版本", "Fixed in"))


def get_problem(pk: int) -> KnownProblem:
    """Return a known problem. Raises NotFound."""
    row: KnownProblem | None = KnownProblem.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("已知问题", "known problem"), pk)
    return row


@action(
    "support.add_problem",
    needs=Permission.SUPPORT_ANSWER,
    zh="登记已知问题",
    en="Add a known problem",
    parameters=(
        Fields("support.KnownProblem", required=("title", "description", "affected_version"), new=True),
        ANYWAY,
    ),
)
def add_problem(*, anyway: bool | None = None, **values: Any) -> KnownProblem:
    """Add a known fault of the desk, with its workaround. Raises Refused for client data in the texts."""
    return _save(KnownProblem(), values, anyway)


@action(
    "support.change_problem",
    needs=Permission.SUPPORT_ANSWER,
    zh="修改已知问题",
    en="Change a known problem",
    parameters=(KNOWN_PROBLEM, VERSION, Fields("support.KnownProblem"), ANYWAY),
)
def change_problem(
    *, known_problem: int, version: int | None = None, anyway: bool | None = None, **values: Any
) -> KnownProblem:
    """Change the texts of a known problem."""
    row = get_problem(known_problem)
    check_version(row, version)
    return _save(row, values, anyway)


def _save(row: KnownProblem, values: dict[str, Any], anyway: bool | None) -> KnownProblem:
    for name, value in values.items():
        setattr(row, name, row._meta.get_field(name).get_default() if value is None else value)
    check_no_client_data({name: getattr(row, name) for name in TEXTS}, anyway)
    for name in ("title", "description", "affected_version"):
        if not getattr(row, name).strip():
            raise refusal(name, "请填写。", "This is needed.")
    row.words = words_of(row)
    row.save()
    return row


@action(
    "support.fix_problem",
    needs=Permission.SUPPORT_ANSWER,
    zh="标记为已修复",
    en="Mark a problem as fixed",
    parameters=(KNOWN_PROBLEM, FIXED_IN),
)
def fix_problem(*, known_problem: int, fixed_in: str) -> KnownProblem:
    """Record the version that fixes a problem; subscribers are notified."""
    row = get_problem(known_problem)
    if not fixed_in.strip():
        raise refusal("fixed_in", "请填写版本。", "Name the version.")
    row.fixed_in, row.fixed_at, row.state = fixed_in.strip()[:40], clock.now(), ProblemState.FIXED.value
    row.save()
    return row


@action(
    "support.subscribe_problem",
    needs=Permission.SUPPORT_ASK,
    zh="修复后提醒我",
    en="Remind me once it is fixed",
    parameters=(KNOWN_PROBLEM,),
)
def subscribe_problem(*, known_problem: int) -> KnownProblem:
    """Subscribe to a known problem; idempotent."""
    row, user = get_problem(known_problem), team.current_user()
    if user is not None and not ProblemSubscription.objects.filter(problem=row, user=user).exists():
        ProblemSubscription(problem=row, user=user).save()
    return row


@action(
    "support.unsubscribe_problem",
    needs=Permission.SUPPORT_ASK,
    zh="不再提醒",
    en="Remind me no longer",
    parameters=(KNOWN_PROBLEM,),
)
def unsubscribe_problem(*, known_problem: int) -> KnownProblem:
    """End one's own subscription to a known problem."""
    row, user = get_problem(known_problem), team.current_user()
    subscription = ProblemSubscription.objects.filter(problem=row, user=user).first()
    if subscription is not None:
        subscription.delete()
    return row
