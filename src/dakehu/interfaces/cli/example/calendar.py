"""The calendar of the demonstration: past and future meetings, contact preferences of clients, an absence, and goals of a team."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.team import queries as team
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask, perform

Acting = Callable[[str], AbstractContextManager[Any]]

# (days of work from today, hour, kind, subject, place, agenda)
MEETINGS = (
    (1, "10:00", "visit", "年度资产检视", "客户办公室", "1. 全年收益回顾\n2. 明年资金安排\n3. 风险测评更新"),
    (1, "14:30", "office", "两融合约展期沟通", "营业部 3 号贵宾室", "1. 合约到期情况\n2. 展期条件说明"),
    (2, "09:30", "video", "季度配置建议", "视频会议", "1. 市场回顾\n2. 配置比例\n3. 客户提问"),
    (3, "15:00", "visit", "家族信托需求了解", "客户家中", "1. 家庭成员与目标\n2. 流动性需求"),
    (6, "10:30", "office", "产品到期资金安排", "营业部 1 号贵宾室", "1. 到期金额与日期\n2. 客户用款计划"),
    (8, "14:00", "visit", "企业客户走访", "客户公司", "1. 经营情况\n2. 闲置资金管理"),
)
WISHES = (
    {
        "channel": "wechat",
        "days": "24",
        "from_time": "15:30",
        "until_time": "17:30",
        "wish": "收盘后用微信联系，不接电话",
    },
    {"every_days": 60, "wish": "每两个月联系一次即可"},
    {"no_contact": True, "wish": "不希望被主动联系，有事会来电"},
)


def fill(today: date, acting: Acting, leads: dict[str, tuple[str, ...]]) -> None:
    """Fill the calendars of some teams. leads: {user name of a lead: user names of the managers of the team}."""
    days = trading_days.trading_days_between(today - timedelta(days=40), today + timedelta(days=40))
    ahead, behind = [day for day in days if day >= today], [day for day in days if day < today]
    for lead, managers in leads.items():
        members = [team.find_user(name).pk for name in managers]
        with acting(lead):
            _meet_weekly(ahead[0], members)
            _set_goals(today, members)
        for place, name in enumerate(managers):
            with acting(name):
                _meet_clients(ahead, behind, shift=place)
                _note_wishes(ahead[7 + place])
        with acting(managers[-1]):
            perform("service.record_absence", {"first_on": ahead[4], "last_on": ahead[5]})


def _meet_weekly(first: date, members: list[int]) -> None:
    """Add a weekly team meeting, with the minutes of last week."""
    monday = first - timedelta(days=first.weekday() + 7)
    perform(
        "service.plan_meeting",
        {
            "subject": "团队周例会",
            "kind": "internal",
            "starts_at": f"{monday} 08:45",
            "ends_at": f"{monday} 09:15",
            "place": "营业部会议室",
            "rrule": "FREQ=WEEKLY",
            "agenda": "1. 上周重点客户\n2. 必办事项\n3. 本周计划",
            "staff": members,
        },
    )


def _meet_clients(ahead: list[date], behind: list[date], shift: int) -> None:
    """Add meetings with clients: some past with minutes, an event, and those of the coming days."""
    codes = [row.code for row in clients.clients().order_by("-assets", "code")[:12]]
    for number, (days, hour, kind, subject, place, agenda) in enumerate(MEETINGS):
        if number >= len(codes):
            return
        perform(
            "service.plan_meeting",
            {
                "client": codes[number],
                "subject": subject,
                "kind": kind,
                "starts_at": f"{ahead[days + shift % 2]} {hour}",
                "place": place,
                "agenda": agenda,
            },
        )
    perform(
        "service.plan_meeting",
        {
            "client": codes[-1],
            "subject": "季度检视",
            "kind": "office",
            "starts_at": f"{ahead[2]} 16:00",
            "rrule": "FREQ=MONTHLY;INTERVAL=3;COUNT=8",
            "guests": "财务负责人（演示）",
        },
    )
    _hold(behind[-2], codes[1 % len(codes)])
    event = perform(
        "service.plan_meeting",
        {"subject": "投资者教育沙龙", "kind": "event", "starts_at": f"{behind[-8]} 14:00", "place": "营业部大厅"},
    )
    perform("service.hold_meeting", {"meeting": event.pk, "minutes": "（演示）到场 24 位客户，收集问题 9 条。"})


def _hold(day: date, code: str) -> None:
    """Add a recent meeting with its minutes, a promise and the next contact."""
    held = perform(
        "service.plan_meeting",
        {"client": code, "subject": "产品续期沟通", "kind": "visit", "starts_at": f"{day} 10:00", "place": "客户公司"},
    )
    perform(
        "service.hold_meeting",
        {
            "meeting": held.pk,
            "minutes": "（演示）客户说明明年一季度有用款计划，希望保留流动性。",
            "outcome": "到期部分先转入现金管理",
            "promise": "三个工作日内发出方案对比",
            "promise_due_on": day + timedelta(days=5),
            "next_in_days": 20,
            "next_subject": "听取客户对方案的意见",
        },
    )


def _note_wishes(until: date) -> None:
    """Add contact preferences of some clients, and one postponed contact."""
    codes = [row.code for row in clients.clients().order_by("-assets", "code")[12:15]]
    for code, wish in zip(codes, WISHES, strict=False):
        perform("service.set_contact_wishes", {"client": code, **wish})
    due = [row["client"]["code"] for row in ask("service.contacts_due", {})["rows"]]
    for code in [code for code in due if code not in codes][:1]:
        perform("service.postpone_contact", {"client": code, "until": until, "reason": "客户出国，回国后联系"})


def _set_goals(today: date, members: list[int]) -> None:
    """Add goals of the quarter for each member, and for the team."""
    first = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    last = (first + timedelta(days=100)).replace(day=1) - timedelta(days=1)
    period = {"first_on": first, "last_on": last}
    for member in members:
        name = team.names_of([member])[member]
        perform(
            "service.set_goal",
            {"name": f"{name}：本季度联系客户", "measure": "contacts", "target": 60, "user": member, **period},
        )
        perform(
            "service.set_goal",
            {
                "name": f"{name}：高净值客户覆盖",
                "measure": "coverage",
                "target": 90,
                "tier": "T4",
                "user": member,
                **period,
            },
        )
    own = team.current_user()
    if own is None:
        return
    for name, measure, target in (
        ("全队：客户联系", "contacts", 160),
        ("全队：新开户客户", "new_clients", 6),
        ("全队：客户活动", "events", 4),
    ):
        perform("service.set_goal", {"name": name, "measure": measure, "target": target, "team": own.team_id, **period})
