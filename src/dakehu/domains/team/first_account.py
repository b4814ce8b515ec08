"""Set up an empty desk: the first account, which also has the duty of an administrator, and its team."""

from dakehu.domains.team import actions
from dakehu.domains.team.models import Team, User
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.actor import SIGN_IN, serving_strangers
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.audit.chain import wait_for_turn
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of
from dakehu.foundation.search.text import spellings

FIRM = Parameter("firm", required=False, spec=FieldSpec("公司名称", "Firm"))


@serving_strangers(SIGN_IN)
def has_staff() -> bool:
    """Return whether the desk has any user, including those who have left."""
    return bool(User.objects.exists())


@serving_strangers(SIGN_IN)
def find_only_person() -> User | None:
    """Return the only active user of the desk; None where there is none or more than one."""
    people = list(User.objects.filter(is_active=True)[:2])
    return people[0] if len(people) == 1 else None


def default_username(name: str) -> str:
    """Return the spelling of a name in Latin letters (张伟: zhangwei), "admin" for one without any."""
    return next(iter(spellings(name)), "")[:60] or "admin"


@action(
    "team.record_demonstration",
    needs=Permission.SYSTEM_WRITE,
    zh="启动演示",
    en="Start the demonstration",
    is_public=False,
)
def record_demonstration() -> None:
    """Record that a demonstration was started next to the desk. It changes nothing of the desk itself."""
    add_audit_note(demonstration=True)


@action(
    "team.set_up_desk",
    needs=Permission.SYSTEM_WRITE,
    zh="设置工作台",
    en="Set up the desk",
    parameters=(FIRM, parameters_of("team.User", "name", optional=("username",)), actions.PASSWORD),
    is_public=False,
    open_to_strangers=SIGN_IN,
)
def set_up_desk(*, name: str, password: str, firm: str = "", username: str = "") -> User:
    """Create the first account of an empty desk and its team. For the system, once a one-time link was opened.

    With a `firm` it leads the team of that name, without one it serves clients alone; in both cases it has the duty of
    an administrator, as no other user exists. Raises Refused on a desk with staff.
    """
    wait_for_turn()
    if has_staff():
        raise Refused(
            bilingual(
                "这个工作台已经有人员了。请登录；忘记密码请管理员重置。",
                "This desk already has staff. Sign in; for a forgotten password ask an administrator.",
            )
        )
    team = Team(name=firm.strip() or str(bilingual("{name}的团队", "Team of {name}", name=name))[:80])
    team.save()
    role = RoleName.LEAD if firm.strip() else RoleName.MANAGER
    user = User(username=username or default_username(name), name=name, role=role.value, team=team)
    user.has_admin_duty = True
    user.language = language()
    actions.set_password(user, password)
    user.save()
    add_audit_note(first_account=user.username)
    return user
