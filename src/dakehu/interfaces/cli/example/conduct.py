"""Conduct of the demonstration: registrations of staff, notices and consents, and anti-money laundering for compliance."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.foundation.gates import perform

Acting = Callable[[str], AbstractContextManager[Any]]
CHECKED = "中证协公示查询（演示）"
REGISTRATIONS = (
    ("lin", "investment_adviser", "S0000620010001", {"valid_from": -900}),
    ("zhou", "investment_adviser", "S0000620010002", {"valid_from": -1500}),
    ("wang", "securities_staff", "S0000120010003", {"valid_from": -700, "valid_to": 18}),
    ("wang", "fund_sales", "F0000000010003", {"valid_from": -700}),
    ("an", "analyst", "S0000520010004", {"valid_from": -400}),
    ("gu", "securities_staff", "S0000120010005", {"state": "unverified"}),
)


TEXTS = {
    "marketing": "我们会按您登记的偏好，以短信、邮件或微信向您介绍产品和活动。您可以随时撤回，不影响交易和服务。（演示）",
    "profiling": "我们会分析您的交易和联系记录，用于安排服务次序与提示，不用于定价。您可以随时撤回。（演示）",
    "sensitive": "为提供适老等服务，我们会登记您主动告知的健康和家庭情况，仅服务您的人员可见。您可以随时撤回。（演示）",
}


def add_conduct(today: date, acting: Acting, compliance: str, manager: str) -> None:
    """Enter the records of compliance, and consents of a manager's clients. acting(username) → their context."""
    with acting(compliance):
        for user, kind, number, more in REGISTRATIONS:
            days = {
                name: today + timedelta(days=value) if isinstance(value, int) else value for name, value in more.items()
            }
            perform(
                "compliance.add_registration",
                {"user": user, "kind": kind, "number": number, "evidence": CHECKED, **days},
            )
        for purpose, text in TEXTS.items():
            perform("compliance.publish_consent_text", {"purpose": purpose, "text_zh": text})
    with acting(manager):
        own = [client.code for client in clients.clients().order_by("code")[:6]]
        for code in own:
            perform("compliance.give_consent", {"client": code, "purpose": "profiling", "way": "branch"})
        perform("compliance.withdraw_consent", {"client": own[1], "purpose": "profiling", "way": "phone"})
        perform(
            "compliance.open_privacy_request",
            {"client": own[3], "kind": "withdraw", "purposes": "画像分析", "detail": "来电提出（演示）"},
        )
        perform(
            "compliance.give_consent",
            {"client": own[0], "purpose": "sensitive", "way": "branch", "evidence": "单独同意书（演示）"},
        )
    with acting(compliance):
        _add_money_laundering(today, own)
        _add_self_check()


def _add_self_check() -> None:
    """Write the self-check of the last half-year, not yet signed by a second person."""
    row = perform("compliance.open_self_check", {})
    perform(
        "compliance.write_self_check",
        {
            "self_check": row.pk,
            "findings": "抽查 20 份适当性核对，1 份缺少录音编号；2 位客户的测评临近到期未联系。（演示）",
            "measures": "客户经理于下月 15 日前补齐编号并安排测评，合规复查。（演示）",
        },
    )


def _add_money_laundering(today: date, codes: list[str]) -> None:
    """Rate clients, enter a suspicion, and put the name of a client on a list."""
    for code, level, days in zip(
        codes, ("high", "medium", "low", "medium_high", "low"), (175, 300, 40, 380, 90), strict=False
    ):
        perform(
            "compliance.rate_client",
            {
                "client": code,
                "level": level,
                "grounds": "按评分表评定（演示）",
                "rated_on": today - timedelta(days=days),
            },
        )
    perform("compliance.enter_suspicion", {"client": codes[0], "text": "三日内大额转入又转出，几乎没有交易。（演示）"})
    name = clients.clients().get(code=codes[4]).name
    perform("compliance.add_watch_entry", {"watch_list": "own", "name": name, "source": "内部关注名单（演示）"})
