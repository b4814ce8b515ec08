"""Notifications of daily work: complaints one by one, plans, requests and promises by number."""

from typing import Any

from dakehu.domains.service.today.queries import today_list
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

DUE = "service.due_notices"
KINDS = {
    "follow_up": bilingual("跟进", "Follow-ups"),
    "request": bilingual("诉求", "Requests"),
    "promise": bilingual("承诺", "Promises"),
}
BOTH = bilingual("{due} 项{what}今天到期，{late} 项已逾期", "{what}: {due} due today, {late} overdue")
DUE_ONLY = bilingual("{due} 项{what}今天到期", "{what}: {due} due today")
LATE_ONLY = bilingual("{late} 项{what}已逾期", "{what}: {late} overdue")


@query(DUE, needs=Permission.SERVICE_READ, zh="今日到期提醒", en="Notices of what is due")
def due_notices() -> list[dict[str, Any]]:
    """Return what is due today or overdue: the reader's own work; all complaints for users who only handle those.

    The notices of a day are new again on the next day.
    """
    actor = current_actor()
    if not (actor.may(Permission.PLAN_WRITE) or actor.may(Permission.REQUEST_WRITE)):
        return []
    serves = actor.may(Permission.PLAN_WRITE)
    found = today_list(mine=serves)
    lines = [line for line in found["lines"] if line["urgency"] in ("overdue", "today")]
    made = [_complaint(line, found["date"]) for line in lines if line["what"] == "complaint"]
    for what, name in KINDS.items() if serves else ():
        late = sum(line["what"] == what and line["urgency"] == "overdue" for line in lines)
        due = sum(line["what"] == what and line["urgency"] == "today" for line in lines)
        if late or due:
            text = BOTH if late and due else LATE_ONLY if late else DUE_ONLY
            said = bilingual(text.zh, text.en, what=name, due=due, late=late)
            key = f"{DUE}:{what}:{found['date']}"
            tone = "warn" if late else ""
            made.append(notice(key, said, at=found["date"], url="/", tone=tone, outside=said))
    return made


def _complaint(line: dict[str, Any], day: str) -> dict[str, Any]:
    """Return the notice of one complaint."""
    return notice(
        f"{DUE}:complaint:{line['id']}:{day}",
        _complaint_text(line),
        at=line["due_on"],
        url=f"/complaints/{line['id']}/",
        tone="bad",
        outside=_complaint_text(line, outside=True),
    )


def _complaint_text(line: dict[str, Any], outside: bool = False) -> Bilingual:
    """Return the text on a complaint; outside the desk with the client's code and without its text."""
    names = {"name": line["client"]["name"], "text": line["text"], "days": -line["days"]}
    if outside:
        names["code"] = line["client"]["code"]
        if line["days"] < 0:
            return bilingual(
                "客户 {code} 的投诉已超期 {days} 天", "The complaint of client {code} is {days} days overdue", **names
            )
        return bilingual("客户 {code} 的投诉今天到期", "The complaint of client {code} is due today", **names)
    if line["days"] < 0:
        return bilingual(
            "{name}的投诉“{text}”已超期 {days} 天", "The complaint of {name}, “{text}”, is {days} days overdue", **names
        )
    return bilingual("{name}的投诉“{text}”今天到期", "The complaint of {name}, “{text}”, is due today", **names)


declare(NoticeSource(DUE, bilingual("今日到期", "Due today"), "calendar", order=20))
