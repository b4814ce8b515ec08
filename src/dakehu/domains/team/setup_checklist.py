"""The administrator's checklist before production use. Each item is declared by the domain that has the fact, and is
ticked from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dakehu.domains.team.models import User
from dakehu.domains.team.role_changes import administrators
from dakehu.domains.team.roles import RoleName
from dakehu.domains.team.sign_in import backends, second_factors
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar.trading_days import calendar_ends_on
from dakehu.foundation.gates.registry import query

BACKUP_DAYS = 2
CALENDAR_DAYS = 60
State = tuple[bool, Bilingual | str]


@dataclass(frozen=True)
class ChecklistItem:
    """One item: `state` returns whether it is done and a sentence; `url` is where to do it, `needs` its permission."""

    key: str
    label: Bilingual
    url: str
    needs: str
    order: int
    state: Callable[[], State]


ITEMS: dict[str, ChecklistItem] = {}


def checklist_item(
    key: str, *, zh: str, en: str, url: str, order: int, needs: str = ""
) -> Callable[[Callable[[], State]], Any]:
    """Declare an item of the checklist: the function returns (done, sentence) and runs as the system.

    `url` is shown only to people with the permission `needs`; others see the sentence alone.
    """

    def declare(state: Callable[[], State]) -> Callable[[], State]:
        ITEMS[key] = ChecklistItem(key, bilingual(zh, en), url, needs, order, state)
        return state

    return declare


@query("team.setup_checklist", needs=Permission.SYSTEM_WRITE, zh="管理员清单", en="Administrator's checklist")
def setup_checklist() -> list[dict[str, Any]]:
    """Return the items of the checklist in order: [{key, label, done, detail, url}]."""
    actor = current_actor()
    with acting_as(system_actor("read the facts of the checklist")):
        rows = []
        for item in sorted(ITEMS.values(), key=lambda item: item.order):
            done, detail = item.state()
            rows.append(
                {
                    "key": item.key,
                    "label": str(item.label),
                    "done": done,
                    "detail": str(detail),
                    "url": item.url if actor.may(item.needs) else "",
                }
            )
        return rows


@checklist_item("people", zh="添加人员", en="Add people", url="/staff/", order=10)
def _people() -> State:
    people = list(User.objects.filter(is_active=True)[:2])
    if [str(user.role) for user in people] == [RoleName.MANAGER]:
        return True, bilingual("只有一人使用；有同事时在这里添加", "One person alone; add colleagues here")
    if len(people) < 2:
        return False, bilingual("还没有同事", "No colleagues yet")
    count = User.objects.filter(is_active=True).count()
    if not administrators().filter(has_admin_duty=False).exists():
        words = bilingual(
            "{n} 人；请另设管理员，业务与管理分开",
            "{n} people; appoint an administrator who serves no clients",
            n=count,
        )
        return False, words
    return True, bilingual("{n} 人", "{n} people", n=count)


@checklist_item("calendar", zh="补齐交易日历", en="Complete the trading calendar", url="/system/calendar/", order=20)
def _calendar() -> State:
    ends_on = calendar_ends_on()
    if ends_on is None:
        return False, bilingual("还没有任何休市安排", "It holds no days yet")
    words = bilingual("已维护到 {day}", "Known until {day}", day=ends_on.isoformat())
    return ends_on >= clock.today() + timedelta(days=CALENDAR_DAYS), words


@checklist_item("backup", zh="每天备份", en="Back up every day", url="/guide/system/", order=30)
def _backup() -> State:
    last = AuditEntry.objects.filter(action="desk.backup").order_by("-pk").values_list("at", flat=True).first()
    if last is None:
        return False, bilingual("还没有备份过：dakehu backup", "There is no backup yet: dakehu backup")
    words = bilingual("最近一次 {day}", "The last one on {day}", day=clock.local(last).date().isoformat())
    return last >= clock.now() - timedelta(days=BACKUP_DAYS), words


@checklist_item(
    "second_factor", zh="管理员启用两步登录", en="Second factor for administrators", url="/me/security", order=40
)
def _second_factor() -> State:
    people = list(administrators())
    missing = [u.name for u in people if not (second_factors.kinds_of(u) or backends.requires_second_factor(u))]
    if missing:
        return False, bilingual("还没有启用：{names}", "Not yet: {names}", names=missing)
    return True, bilingual("每位管理员都有", "Every administrator has one")
