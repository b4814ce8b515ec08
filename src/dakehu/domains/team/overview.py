"""Start page of compliance and administrators: sensitive actions of the week, and the state of the desk."""

import json
from datetime import date, timedelta
from typing import Any

from django.db.models import Count

from dakehu.domains.team import audit_queries
from dakehu.domains.team.models import User
from dakehu.domains.team.sign_in import second_factors
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.labels import act_label
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name, names_with_former
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import number, rows_at
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

AUDIT, SYSTEM = "team.audit", "team.system"
ACTIONS = Parameter("actions", kind="json", spec=FieldSpec("操作", "Actions"))
PEOPLE_SHOWN = 20
BACKUP_DAYS = 7  # days after which a backup is outdated
CALENDAR_DAYS = 60  # days before its end from which the trading calendar is to be extended
DISK_LOW = 2 << 30  # bytes
FAILURES_SHOWN = 10
FAILURES = "team.record_failed_sign_in"


def _week() -> date:
    """Return the first of the last seven days."""
    return clock.today() - timedelta(days=6)


def _entries(actions: list[str]) -> Any:
    """Return the visible audit entries of some actions in the last seven days."""
    names = [name for action in actions for name in names_with_former(Kind.ACTION, action)]
    return AuditEntry.objects.filter(action__in=names, at__gte=clock.start_of_day(_week()))


@query(
    "team.acts_of_week",
    needs=Permission.AUDIT_READ,
    zh="近 7 天的敏感操作",
    en="Sensitive acts in 7 days",
    parameters=(ACTIONS,),
)
def acts_of_week(*, actions: list[str]) -> dict[str, Any]:
    """Return how often each of some actions was done in the last seven days, in total and by person."""
    since = _week().isoformat()
    counted = _entries(actions).order_by().values("actor_name", "action").annotate(count=Count("pk"))
    totals = dict.fromkeys(actions, 0)
    people: dict[str, dict[str, int]] = {}
    for row in counted:
        action, own = current_name(Kind.ACTION, row["action"]), people.setdefault(row["actor_name"], {})
        totals[action] += row["count"]
        own[action] = own.get(action, 0) + row["count"]
    busiest = sorted(people, key=lambda name: (-sum(people[name].values()), name))[:PEOPLE_SHOWN]
    labels = {action: str(act_label(action)) for action in actions}
    return {
        "figures": [
            number(labels[action], totals[action], rows=rows_at(AUDIT, {"action": action, "since": since}))
            for action in actions
        ],
        "columns": [
            {"name": "person", "label": str(bilingual("操作人", "Person")), "kind": "text"},
            *({"name": action, "label": label, "kind": "number"} for action, label in labels.items()),
        ],
        "rows": [
            {
                "person": name,
                **{
                    action: number(
                        "",
                        people[name].get(action, 0),
                        rows=rows_at(AUDIT, {"actor": name, "action": action, "since": since}),
                    )
                    for action in actions
                },
            }
            for name in busiest
        ],
        "as_of": clock.today().isoformat(),
    }


@query("team.health", needs=Permission.SYSTEM_READ, zh="系统健康", en="Health of the desk")
def health() -> dict[str, Any]:
    """Return failed sign-ins of the week, background work, age of the backup, end of the calendar, second factors."""
    seen = audit_queries.system_state()
    return {
        "figures": [
            _failed_sign_ins(),
            _worker(seen["worker"]),
            _backup(),
            _calendar(seen["calendar"]["ends_on"]),
            _disk(seen["disk"]),
            _second_factors(),
        ],
    }


def _failed_sign_ins() -> dict[str, Any]:
    """Return how many sign-ins failed in the last seven days."""
    at = rows_at(AUDIT, {"action": FAILURES, "since": _week().isoformat()})
    label = bilingual("登录失败（近 7 天）", "Failed sign-ins, 7 days")
    return number(label, _entries([FAILURES]).count(), rows=at, tone="warn")


@query("team.failed_sign_ins", needs=Permission.SYSTEM_READ, zh="登录失败", en="Failed sign-ins")
def failed_sign_ins() -> dict[str, Any]:
    """Return the last ten failed sign-ins of the last seven days: time, user name, network address."""
    labels = {
        "at": bilingual("时间", "Time"),
        "username": bilingual("登录名", "User name"),
        "address": bilingual("地址", "Address"),
    }
    rows = _entries([FAILURES]).order_by("-pk")[:FAILURES_SHOWN] if current_actor().may(Permission.AUDIT_READ) else []
    notes = [(row, json.loads(row.body).get("note", {})) for row in rows]
    return {
        "columns": [{"name": name, "label": str(label), "kind": "text"} for name, label in labels.items()],
        "rows": [
            {
                "at": f"{clock.local(row.at):%m-%d %H:%M}",
                "username": str(note.get("username", "")),
                "address": str(note.get("address", "")),
            }
            for row, note in notes
        ],
        "rows_at": rows_at(AUDIT, {"action": FAILURES, "since": _week().isoformat()}),
    }


def _state(
    label: Bilingual, text: Bilingual | str, at: str, note: Bilingual | str = "", tone: str = ""
) -> dict[str, Any]:
    """Return a state as text; `at` is the query whose page gives details."""
    return number(label, str(text), unit="text", rows=rows_at(at), note=note, tone=tone)


def _worker(worker: dict[str, Any]) -> dict[str, Any]:
    """Return whether background jobs are running, and how many failed within a day."""
    alive = bilingual("运行中", "Running") if worker["alive"] else bilingual("未运行", "Not running")
    failed = bilingual("近一天失败 {n} 个任务", "{n} jobs failed within a day", n=worker["failed"])
    tone = "bad" if not worker["alive"] else "warn" if worker["failed"] else "good"
    return _state(bilingual("后台任务", "Background work"), alive, SYSTEM, failed, tone)


def _backup() -> dict[str, Any]:
    """Return the age of the last backup that was written on this desk."""
    label = bilingual("最近备份", "Last backup")
    last = AuditEntry.objects.filter(action="desk.backup").order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return _state(
            label, bilingual("从未备份", "Never"), SYSTEM, bilingual("运行 dakehu backup", "Run dakehu backup"), "bad"
        )
    days = (clock.today() - clock.local(last).date()).days
    age = bilingual("今天", "Today") if days == 0 else bilingual("{n} 天前", "{n} days ago", n=days)
    tone = "bad" if days > BACKUP_DAYS else "good"
    return number(label, str(age), unit="text", rows=rows_at(AUDIT, {"action": "desk.backup"}), tone=tone)


def _calendar(ends_on: date | None) -> dict[str, Any]:
    """Return the last day of the trading calendar."""
    label = bilingual("交易日历至", "Trading calendar until")
    at = "team.trading_days"
    if ends_on is None:
        return _state(label, bilingual("未录入", "Not entered"), at, tone="bad")
    short = ends_on < clock.today() + timedelta(days=CALENDAR_DAYS)
    note = bilingual("即将到期，请补录下一年休市安排", "About to end: add next year's holidays") if short else ""
    return _state(label, ends_on.isoformat(), at, note, "warn" if short else "")


def _disk(disk: dict[str, int]) -> dict[str, Any]:
    """Return the free space of the data directory's disk."""
    low = disk["free"] < DISK_LOW
    free = f"{disk['free'] / (1 << 30):,.1f} GB"
    return _state(bilingual("磁盘剩余", "Disk free"), free, SYSTEM, tone="bad" if low else "")


def _second_factors() -> dict[str, Any]:
    """Return how many active members of staff have a second factor."""
    active = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
    with_one = second_factors.users_with_one() & active
    return _state(
        bilingual("启用两步登录", "Second factor"),
        f"{len(with_one)} / {len(active)}",
        "team.users",
        bilingual("人", "people"),
    )
