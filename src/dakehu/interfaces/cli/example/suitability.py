"""Suitability of the demonstration: graded products, stored checks, tests by clients' links, a class application, call-backs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from dakehu.domains.advice.assessments import links
from dakehu.domains.advice.assessments.questionnaires import Questionnaire, shipped_version
from dakehu.domains.clients import queries as clients
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform

Acting = Callable[[str], AbstractContextManager[Any]]
COMPLETE = {"kyc_complete": "是", "channel": "现场"}
CHECKS = (  # (client by order, product, its level, by whom, further facts)
    (0, "稳进债券一号（演示）", "R2", "工作人员", COMPLETE),
    (1, "成长混合二号（演示）", "R4", "客户", COMPLETE),
    (2, "指数增强收益凭证（演示）", "R5", "客户", COMPLETE),
    (3, "成长混合二号（演示）", "R5", "工作人员", COMPLETE),
    (4, "现金管理（演示）", "R1", "工作人员", {}),
)


def fill(acting: Acting) -> None:
    """Lin stores checks and sends questionnaires; two clients answer; a class is applied for; He plans and records a call-back;
    An drafts a version of the questionnaire."""
    with acting("lin"):
        rows = list(clients.clients(filters={"kind": "person"}).order_by("code")[:10])
        for place, product, risk, initiative, more in CHECKS:
            asked = {"product_name": product, "product_risk": risk, "initiative": initiative, **more}
            perform("advice.record_check", {"client": rows[place].code, **asked})
        tokens = [_token(rows[place]) for place in (5, 6, 7)]
        perform(
            "advice.apply_for_class",
            {
                "client": rows[8].code,
                "wanted": "B",
                "financial_assets": "6200000",
                "experience_years": "8",
                "evidence": "2025 年末金融资产证明、证券账户交割单（演示）",
                "has_statement": "是",
            },
        )
        low = sorted(rows, key=lambda row: str(row.risk_level))[0]
        tokens[1] = _token(low)
        signed = {"number": "TG-DEMO-01", "signed_on": clock.today().isoformat(), "fee_terms": "按年固定收费（演示）"}
        perform("advice.record_contract", {"client": rows[0].code, **signed})
    questionnaire = shipped_version("2026-11")
    links.submit(tokens[0], _answers(questionnaire, 1), is_confirmed=True)
    links.submit(tokens[1], _answers(questionnaire, -1), is_confirmed=True)
    with acting("he"):
        row = perform("advice.plan_call_back", {"client": rows[9].code, "reason": "yearly"})
        said = {"result": "确认", "answers": "客户知悉产品风险，对服务满意（演示）", "recording": "LY-DEMO-01"}
        perform("advice.record_call_back", {"call_back": row.pk, **said})
        perform("advice.plan_call_back", {"client": rows[5].code, "reason": "yearly"})
    with acting("an"):
        later = (clock.today() + timedelta(days=45)).isoformat()
        row = perform(
            "advice.draft_questionnaire", {"name": "demo-draft", "effective_from": later, "note": "年度修订（演示）"}
        )
        perform("advice.change_questionnaire", {"questionnaire": row.pk, "valid_days": 365, "c2_from": 22})


def _token(client: Any) -> str:
    path = str(perform("advice.send_questionnaire", {"client": client.code})["path"])
    return path.removeprefix("/test/").rstrip("/")


def _answers(questionnaire: Questionnaire, place: int) -> dict[str, tuple[str, ...]]:
    """Return the answers at one position in the order of points, none of the lowest category."""
    found = {}
    for item in questionnaire.items:
        options = sorted((one for one in item.options.values() if not one.is_minimum), key=lambda one: one.points)
        found[item.code] = (options[min(place, len(options) - 1)].code,)
    return found
