"""Cases of the demonstration: complaints in several stages, and entries of the register of conflicts."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform

Acting = Callable[[str], AbstractContextManager[Any]]


def fill(acting: Acting) -> None:
    """Register complaints of Lin's clients and of a person who is not a client, handle some, and declare conflicts."""
    today = clock.today()
    with acting("lin"):
        codes = [client.code for client in clients.clients().order_by("code")[10:13]]
        about_fees = {"subject": "佣金与约定不一致（演示）", "category": "佣金", "channel": "12386", "severity": "较重"}
        fees = _register(client=codes[0], received_on=today - timedelta(days=9), **about_fees)
        perform("compliance.acknowledge_complaint", {"complaint": fees, "note": "已电话告知客户（演示）"})
        perform(
            "compliance.declare_conflict",
            {
                "kind": "自有持仓",
                "product": "600519",
                "product_name": "贵州茅台",
                "description": "本人证券账户持有该股票（演示）",
                "disclosure": "本人持有该股票",
            },
        )
    with acting("zhou"):
        perform("compliance.accept_complaint", {"complaint": fees})
        perform("compliance.add_complaint_note", {"complaint": fees, "note": "已调取佣金协议与交割单（演示）"})
        done = _register(client=codes[1], subject="APP 登录失败（演示）", category="交易", channel="表单")
        reply = {
            "reply": "您反映的登录问题已修复，给您带来不便，谨致歉意。（演示）",
            "decision": "成立",
            "cause": "系统故障",
        }
        perform("compliance.reply_complaint", {"complaint": done, **reply})
    with acting("he"):
        unknown = {"complainant": "路先生（演示）", "complainant_contact": "13900000000", "channel": "信函"}
        _register(subject="短信营销打扰（演示）", severity="一般", **unknown)
        _register(client=codes[2], subject="对产品风险说明不清（演示）", category="误导销售", about_staff="lin")
        perform(
            "compliance.declare_conflict",
            {
                "kind": "产品激励",
                "product": "A01001",
                "product_name": "某私募基金（演示）",
                "description": "代销奖励高于同类产品（演示）",
                "disclosure": "本机构代销该产品并收取代销费用",
            },
        )
        perform(
            "compliance.declare_conflict",
            {
                "kind": "关联关系",
                "staff": "wang",
                "client": codes[2],
                "description": "亲属关系（演示）",
                "effect": "须回避",
            },
        )


def _register(**values: Any) -> int:
    """Register a complaint; return its number."""
    row = perform("compliance.register_complaint", values)
    return int(row.pk)
