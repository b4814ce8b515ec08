"""Client feedback of the demonstration: an inbox, an issue closed with its effect, one waiting."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform

Acting = Callable[[str], AbstractContextManager[Any]]
BEFORE, AFTER, LATER = (75, 46), (45, 16), (14, -16)  # first and last day of windows, in days ago
SLOW = "打电话半天没人接，希望回电快一些（演示）"
NOW = (  # kind, channel, days ago, text
    ("建议", "电话", 1, "希望月报缩短到一页，先写收益和费用（演示）"),
    ("建议", "邮件", 3, "交易软件行情偶尔卡顿，建议增加备用线路（演示）"),
    ("表扬", "营业部现场", 2, "柜台小王很耐心，帮我把两融材料一次办完，谢谢（演示）"),
    ("咨询", "网站或 APP 表单", 1, "请问港股通额度怎么查，能否在软件里直接显示（演示）"),
    ("建议", "员工转达", 6, "理财到期前能否早一周提醒，不要到期当天才打电话（演示）"),
    ("建议", "电话", 0, "群里老师让我转账到个人账户，说稳赚不赔，你们能不能多提醒老人（演示）"),
    ("咨询", "电话", 4, "佣金费率是怎么定的，能不能给一份说明（演示）"),
)


def fill(today: date, acting: Acting) -> None:
    """Register eight open pieces of feedback, and two issues. acting(username) → a context that acts as that user."""
    with acting("lin"):
        codes = [client.code for client in clients.clients().order_by("code")[20:44]]
        for code, (kind, channel, ago, text) in zip(codes, NOW, strict=False):
            _say(today, ago, client=code, kind=kind, channel=channel, text=text)
        _say(today, 2, sender="路先生（演示）", kind="建议", channel="信函", text="营业部门口能否设置坡道（演示）")
        old = [_say(today, 50 + n, client=code, channel="电话", text=SLOW) for n, code in enumerate(codes[7:21])]
        old.append(_say(today, 20, client=codes[21], channel="电话", text=SLOW))
        for number in old:
            perform("care.reply_feedback", {"feedback": number, "reply": "已收到您的建议，我们正在调整排班。（演示）"})
            perform("care.close_feedback", {"feedback": number, "satisfied": "满意"})
    first = _closed_issue(today, acting, old)
    with acting("lin"):
        links = ask("care.issue_detail", {"issue": first})["records"]
        for link in links[:4]:
            perform("care.inform_client", {"link": link["id"], "informed_how": "电话"})
    _waiting_issue(today, acting)


def _say(today: date, ago: int, **said: Any) -> int:
    """Register feedback received some days ago; return its number."""
    moment = clock.at_local(datetime.combine(today - timedelta(days=ago), time(9, 30)))
    received = min(moment, clock.now()).isoformat()
    row = perform("care.register_feedback", {"kind": "建议", "received_at": received, **said})
    return int(row.pk)


def _days(today: date, before: tuple[int, int], after: tuple[int, int]) -> dict[str, date]:
    names = ("before_from", "before_to", "after_from", "after_to")
    return {name: today - timedelta(days=ago) for name, ago in zip(names, (*before, *after), strict=True)}


def _closed_issue(today: date, acting: Acting, voices: list[int]) -> int:
    """Open an issue from old feedback and complete it; return its number."""
    plan = {
        "title": "缩短电话等待时间（演示）",
        "topic": "服务速度",
        "problem": "一个月内多位客户反映电话无人接听。",
        "cause": "午间与收盘后无人值守；转接规则未更新。",
        "cause_method": "五问法",
        "measure": "午间轮值，未接来电半小时内回拨。",
        "due_on": today - timedelta(days=20),
        "metric": "提建议客户占比",
        "smallest_effect": "2",
        **_days(today, BEFORE, AFTER),
    }
    with acting("zhou"):
        source = {"source_kind": "feedback", "source_ref": voices[0]}
        number = int(perform("care.open_issue", {**plan, **source}).pk)
        for voice in voices[1:9]:
            perform("care.link_to_issue", {"into": number, "source_kind": "feedback", "source_ref": voice})
        for stage in ("执行", "检查"):
            perform("care.move_issue", {"issue": number, "stage": stage})
        text = "您此前反映电话无人接听。我们已安排午间轮值，未接来电会在半小时内回拨。感谢您的建议。（演示）"
        perform("care.write_client_text", {"issue": number, "client_text": text})
        perform("care.measure_issue", {"issue": number})
        result = ask("care.issue_detail", {"issue": number})["result"]
        is_shown = result["verdict_code"] == "better"
        reason = {} if is_shown else {"no_effect_reason": "样本太少，无法判断", "closing_note": "演示数据较少"}
        perform("care.submit_issue", {"issue": number, **reason})
    with acting("he"):
        approval = ask("care.issue_detail", {"issue": number})["approval"]["id"]
        perform("compliance.approve", {"approval": approval, "note": "效果已核对（演示）"})
    return number


def _waiting_issue(today: date, acting: Acting) -> None:
    """Open an issue whose measure is in progress, and whose second window is not over."""
    plan = {
        "title": "业务办理进度可查（演示）",
        "topic": "其他",
        "cause": "办理进度只能打电话询问。",
        "cause_method": "访谈",
        "measure": "受理、办结时各发一条短信。",
        "owner": "an",
        "due_on": today + timedelta(days=20),
        "metric": "提建议客户占比",
        "smallest_effect": "1",
        **_days(today, BEFORE, LATER),
    }
    with acting("zhou"):
        number = int(perform("care.open_issue", plan).pk)
    with acting("an"):
        for stage in ("执行", "检查"):
            perform("care.move_issue", {"issue": number, "stage": stage})
        perform("care.measure_issue", {"issue": number})
