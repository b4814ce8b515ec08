"""Advice of the demonstration: goals, policies, graded products, and advice in every state, one of it measured."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

from dakehu.domains.advice.records import outcomes
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of

Acting = Callable[[str], AbstractContextManager[Any]]
LEVELS = {"bond": "R2", "repo": "R1", "cash": "R1", "stock": "R3", "fund": "R3"}
FUNDS = (("货币", "cash"), ("债", "fixed_income"), ("固收", "fixed_income"))  # names of funds that are not equity
CLIENTS = 4  # of Lin, with holdings
AGO = 100  # days since the first advice was delivered
TEXT = "（演示）我们按您的投资方案检视了持仓，想和您约个时间，一起核对资金用途、期限和可承受的损失是否有变化。"
KNOWN = {
    "address": "上海市浦东新区世纪大道 100 号（演示）",
    "occupation": "企业管理人员",
    "education": "bachelor",
    "income_band": "50万–100万",
    "birth_on": "1979-05-12",
}


def add_advice(today: date, acting: Acting) -> None:
    """Grade products as He, set asset classes as Zhou, and let Lin plan and advise for four clients; Zhou approves."""
    _grade(acting)
    with acting("lin"):
        rows = model_of("clients.Client").objects.filter(kind="person", figures__market_value__gt=0)
        clients = list(rows.order_by("-figures__market_value", "pk")[:CLIENTS])
        for place, client in enumerate(clients):
            _plan(client, today, place)
        numbers = [_advise(client, place) for place, client in enumerate(clients)]
    with acting("zhou"):
        for row in model_of("compliance.Approval").objects.filter(
            subject_kind="advice.advice", subject_ref__in=numbers[:2]
        ):
            perform("compliance.approve", {"approval": row.pk})
    with acting("lin"):
        perform("advice.deliver_advice", {"advice": numbers[0], "channel": "handed"})
        values = {"decision": "partly", "decided_on": today.isoformat(), "decision_note": "先调整固定收益部分（演示）"}
        perform("advice.record_decision", {"advice": numbers[0], **values})
    _age(numbers[0], clients[1], today)


def _grade(acting: Acting) -> None:
    """Give every product a level and every fund an asset class."""
    with acting("he"):
        products = list(model_of("ledger.Product").objects.exclude(kind__in=("index", "rate")).order_by("pk"))
        graded = set(model_of("advice.ProductGrade").objects.values_list("product_id", flat=True))
        for product in products:
            if product.pk in graded:
                continue
            level = LEVELS.get(str(product.kind), "R4")
            values = {"product": product.pk, "risk_level": level, "floor_risk": level, "reason": "按类别评定（演示）"}
            perform("advice.grade_product", values)
    with acting("zhou"):
        for product in products:
            if product.kind == "fund":
                kind = next((kind for word, kind in FUNDS if word in product.name), "equity")
                values = {"product": product.pk, "asset_class": kind, "basis": "基金合同（演示）"}
                perform("advice.set_asset_class", values)


def _plan(client: Any, today: date, place: int) -> None:
    """Complete the required information of a client, and add goals and a signed policy."""
    tested = {
        "risk_level": "C4" if place == 0 else "C3",
        "risk_basis": "tested",
        "risk_tested_on": today - timedelta(days=60),
    }
    perform("clients.change", {"client": client.code, **KNOWN, **tested, "risk_valid_to": today + timedelta(days=670)})
    needs = {"goal": "子女教育与养老", "term": "medium", "bearable_loss": "10"}
    perform("clients.record_needs", {"client": client.code, **needs})
    goals = (
        ("女儿留学（演示）", "education", "1", "1200000", 3.5, "600000", "8000"),
        ("养老储备（演示）", "retirement", "2", "5000000", 14, "900000", "12000"),
    )
    for name, purpose, priority, amount, years, saved, monthly in goals[: 2 if place < 2 else 1]:
        due = today + timedelta(days=round(365 * years))
        values = {
            "purpose": purpose,
            "priority": priority,
            "amount": amount,
            "due_on": due,
            "saved": saved,
            "monthly": monthly,
        }
        perform("advice.add_goal", {"client": client.code, "name": name, **values})
    if place < 3:
        more = {"horizon": "medium", "review_on": today + timedelta(days=20 + 60 * place), "liquidity_need": "200000"}
        level = "C3" if place else "C4"
        row = perform("advice.draft_policy", {"client": client.code, "risk_level": level, **more})
        signed = {"signed_on": today - timedelta(days=150), "signed_reference": f"TZ-{today.year}-00{place + 1}"}
        perform("advice.sign_policy", {"policy": row.pk, **signed})


def _advise(client: Any, place: int) -> int:
    """Draft advice to a client, and submit all but the last; return its number."""
    kinds = ("review", "allocation", "allocation", "review")
    subjects = ("年度资产配置检视", "养老目标配置沟通", "提高固定收益比例的讨论", "新客户配置沟通")
    basis = "方案、目标与上一收盘日持仓；模型组合为内部默认（演示）。"
    values = {"kind": kinds[place], "subject": f"{subjects[place]}（演示）", "basis": basis, "text": TEXT}
    row = perform("advice.draft_advice", {"client": client.code, **values})
    if place < 3:
        perform("advice.submit_advice", {"advice": row.pk})
    return int(row.pk)


def _age(number: int, reviewed: Any, today: date) -> None:
    """Backdate the delivery of the first advice and measure it, and make one policy due for review."""
    delivered = clock.at_local(datetime.combine(today - timedelta(days=AGO), datetime.min.time()) + timedelta(hours=10))
    with acting_as(system_actor("age advice of the demonstration", "cli")):
        with act("example.age"):
            row = model_of("advice.Advice").objects.get(pk=number)
            row.delivered_at = delivered
            row.save()
            for one in model_of("advice.AdviceOutcome").objects.filter(advice=row):
                one.due_on -= timedelta(days=AGO)
                one.save()
            policy = model_of("advice.InvestmentPolicy").objects.get(client=reviewed, state="in_force")
            policy.review_on = today - timedelta(days=3)
            policy.save()
        outcomes.measure_outcomes(day=today - timedelta(days=1))
