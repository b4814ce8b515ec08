"""Ideas, trials and the service catalogue of the demonstration: one idea completed, others in progress."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from typing import Any

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.records.bulk import record_columns
from dakehu.foundation.schema.fields import model_of

Acting = Callable[[str], AbstractContextManager[Any]]
DAYS = 40  # since the first trial began
CALLED = 4  # of five clients of its trial group were called
IDEAS = (  # author, title, topic, problem, proposal, who benefits, who supports it
    (
        "lin",
        "测评到期前一个月电话提醒",
        "账户业务",
        "客户到期才知道要重新测评，买卖当天被拦下。",
        "到期前一个月由客户经理打电话提醒并约时间。",
        "测评将到期的客户、客户经理",
        ("gu", "shen", "wang", "an"),
    ),
    (
        "gu",
        "月报缩成一页",
        "咨询与资讯",
        "月报太长，客户说没时间看。",
        "第一页只写收益、费用和下月要办的事，其余放附页。",
        "收月报的客户",
        ("lin", "shen", "wang", "hao", "bai"),
    ),
    (
        "shen",
        "午间回电轮值",
        "服务速度",
        "午间来电没人接，下午集中回电又占线。",
        "每队每天一人午间值守，漏接的十五分钟内回电。",
        "午间来电的客户",
        ("lin", "gu"),
    ),
    (
        "wang",
        "行情卡顿时自动发备用线路说明",
        "软件系统",
        "行情卡顿时电话被打爆，回答都一样。",
        "监测到卡顿即推送备用线路说明。",
        "使用交易软件的客户",
        ("hao", "mai", "an"),
    ),
    (
        "an",
        "佣金说明一页纸",
        "佣金费用",
        "客户常问佣金怎么定，各人说法不一。",
        "合规审过的一页纸，附计算例子。",
        "新客户、客户经理",
        ("lin",),
    ),
    ("lu", "生日送礼升级", "其他", "生日只有短信，客户没有感觉。", "按资产送不同礼品。", "大客户", ()),
)
SERVICES = (  # code, name, description, tiers, channel, promised, unit, minutes, cost
    ("S-01", "测评到期提醒", "到期前一周发短信提醒重新测评。", "", "企业微信", 3, "工作日", 2, "0.10"),
    (
        "S-02",
        "年度资产回顾",
        "每年一次面谈，附资产、收益与费用的一页报告。",
        "T4,T5,T6",
        "面谈",
        10,
        "工作日",
        90,
        "120",
    ),
    ("S-03", "诉求首次回应", "受理后先告知由谁处理、何时答复。", "", "电话", 4, "工作小时", 12, "6"),
    ("S-04", "急跌致电", "市场急跌后按次序致电，说明其本人的情况与选择。", "T3,T4,T5,T6", "电话", 5, "工作日", 15, "8"),
    ("S-05", "两融担保比例提醒", "低于预警线当日提醒，并说明可选的做法。", "", "电话", 30, "分钟", 10, "5"),
)
REMINDER = {
    "name": "测评到期前一个月电话提醒（演示）",
    "hypothesis": "到期前一个月打电话的客户，四周内有有效联系的比例高 30 个百分点。",
    "varied": "联系时间",
    "treatment": "客户经理在到期前一个月打电话，约定测评时间；对照组照常在到期前一周收到短信。",
    "measure": "有效联系客户占比",
    "hoped_effect": "30",
    "days": "28",
    "contact": "服务联系",
    "channel": "电话或短信",
    "cost": "1800",
}
REPORT = {
    "name": "一页月报（演示）",
    "hypothesis": "收到一页月报的客户，一个月内有回应的比例高 3 个百分点。",
    "varied": "资料内容",
    "treatment": "月报第一页只写收益、费用和下月要办的事。",
    "measure": "有回应客户占比",
    "hoped_effect": "3",
    "days": "30",
    "contact": "服务联系",
    "channel": "邮件",
    "why_small": "本队客户只够看出大的差别；先看排版是否可行，再请其他营业部一起做。",
}


RETURN_CALLS = {
    "name": "午间回电轮值（演示）",
    "hypothesis": "午间有人值守后，四周内有有效联系的客户比例高 35 个百分点。",
    "varied": "内部流程",
    "treatment": "来电由午间值守的同事当场接听；对照组照常由本人客户经理回电。",
    "measure": "有效联系客户占比",
    "hoped_effect": "35",
    "days": "28",
    "contact": "不主动联系客户",
}


def fill(today: date, acting: Acting) -> None:
    """Write ideas, catalogue and trials. acting(username) → a context that acts as that user."""
    ideas = _file_ideas(acting)
    _write_catalogue(today, acting)
    first = _run(acting, "zhou", ideas[0], REMINDER)
    _age(first)
    _end(today, acting, first, ideas[0])
    with acting("zhou"):
        waiting = perform("innovation.add_trial", {**REPORT, "idea": ideas[1]}).pk
        perform("innovation.submit_trial", {"trial": waiting, "is_confirmed": True})
        perform(
            "service.add_comment",
            {"subject_kind": "idea", "subject_id": ideas[2], "text": "排班表我来拟，先从浦江一队开始。（演示）"},
        )
    _run(acting, "meng", ideas[2], RETURN_CALLS)


def _file_ideas(acting: Acting) -> list[int]:
    numbers = []
    for author, title, topic, problem, proposal, beneficiaries, supporters in IDEAS:
        with acting(author):
            words = {"title": title, "topic": topic, "problem": problem, "proposal": proposal}
            row = perform("innovation.file_idea", {**words, "beneficiaries": beneficiaries})
        for name in supporters:
            with acting(name):
                perform("innovation.support_idea", {"idea": row.pk})
        numbers.append(row.pk)
    with acting("zhou"):
        for number in numbers[:3]:
            perform("innovation.sponsor_idea", {"idea": number})
    with acting("he"):
        reason = "按资产送礼涉及利益输送与费用规定，不能做；可改为不分资产的手写贺卡。（演示）"
        perform("innovation.decide_idea", {"idea": numbers[-1], "decision": "不采纳", "reason": reason})
    return numbers


def _write_catalogue(today: date, acting: Acting) -> None:
    with acting("zhou"):
        for code, name, description, tiers, channel, promised, unit, minutes, cost in SERVICES:
            values = {"code": code, "name": name, "description": description, "tiers": tiers, "channel": channel}
            promise = {"promised": promised, "promised_unit": unit, "minutes": minutes, "cost": cost, "owner": "zhou"}
            since = {"valid_from": today - timedelta(days=300)}
            perform("innovation.add_service", {**values, **promise, **since})
        review = model_of("innovation.ServiceVersion").objects.get(name="年度资产回顾")
        coming = {"valid_from": today + timedelta(days=33), "note": "客户希望半年一次（演示）"}
        changed = {"description": "每半年一次面谈或视频，附资产、收益与费用的一页报告。", "minutes": 60, "cost": "80"}
        perform("innovation.change_service", {"service_version": review.pk, **changed, **coming})


def _run(acting: Acting, owner: str, idea: int, design: dict[str, Any]) -> int:
    """Add a trial, let compliance approve it and start it; return its number."""
    with acting(owner):
        row = perform("innovation.add_trial", {**design, "idea": idea})
        perform("innovation.submit_trial", {"trial": row.pk, "is_confirmed": True})
    with acting("he"):
        waiting = next(one for one in ask("compliance.approvals", {}) if one["url"] == f"/trials/{row.pk}/")
        perform("compliance.approve", {"approval": waiting["id"], "note": "两组的适当性与告知相同（演示）"})
    with acting(owner):
        perform("innovation.start_trial", {"trial": row.pk})
    return int(row.pk)


def _age(number: int) -> None:
    """Backdate a trial by some weeks, and let its managers call most clients of the trial group."""
    with acting_as(system_actor("age the demonstration（演示）", "cli")), act("example.age"):
        row = model_of("innovation.Trial").objects.get(pk=number)
        row.started_on -= timedelta(days=DAYS)
        row.ends_on -= timedelta(days=DAYS)
        row.save()
        members = model_of("innovation.TrialMember").objects.filter(trial=row, group="treatment").order_by("pk")
        clients = [
            client for place, client in enumerate(members.values_list("client_id", flat=True)) if place % 5 < CALLED
        ]
        managers = dict(
            model_of("clients.Coverage").objects.filter(role="main", until=None).values_list("client_id", "user_id")
        )
        days = [row.started_on + timedelta(days=place % 20 + 1) for place in range(len(clients))]
        record_columns(
            model_of("service.Interaction"),
            len(clients),
            {
                "client_id": clients,
                "staff_id": [managers.get(client) for client in clients],
                "channel": ["call"] * len(clients),
                "held_at": [clock.at_local(datetime.combine(day, time(10, 15))) for day in days],
                "summary": ["提醒测评到期，约定测评时间（演示）"] * len(clients),
            },
        )


def _end(today: date, acting: Acting, trial: int, idea: int) -> None:
    """Measure a trial, let compliance adopt it, add it to the catalogue and adopt the idea."""
    with acting("zhou"):
        perform("innovation.measure_trial", {"trial": trial})
    with acting("he"):
        reason = "区间不含 0，且不小于希望的改善；每次多花两分钟，值得推广。（演示）"
        perform("innovation.decide_trial", {"trial": trial, "outcome": "采纳", "reason": reason})
    with acting("zhou"):
        reminder = model_of("innovation.ServiceVersion").objects.get(name="测评到期提醒")
        changed = {
            "description": "到期前一个月由客户经理打电话提醒，并约定测评时间。",
            "channel": "电话",
            "minutes": 6,
            "cost": "3",
        }
        why = {"valid_from": today, "note": "试点证实提前打电话有效（演示）", "based_on": trial}
        perform("innovation.change_service", {"service_version": reminder.pk, **changed, **why})
        perform(
            "innovation.decide_idea", {"idea": idea, "decision": "采纳", "reason": "试点有效，已写入服务目录。（演示）"}
        )
