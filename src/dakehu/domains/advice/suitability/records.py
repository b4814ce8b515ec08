"""Queries on stored checks: the list, those of a client, one with its duties, and the card on a client's page."""

from typing import Any

from django.db.models import Count, Q

from dakehu.domains.advice.choices import DutyState
from dakehu.domains.advice.models import (
    CallBack,
    ClassApplication,
    QuestionnaireLink,
    SuitabilityCheck,
    SuitabilityDuty,
)
from dakehu.domains.advice.parameters import CHECK, CLIENT, FILTERS, ORDER
from dakehu.domains.advice.suitability.choices import Outcome, Stage
from dakehu.domains.advice.suitability.duties import DUTIES
from dakehu.domains.advice.suitability.duty_rules import BY_CALL_BACK, NEEDS_EVIDENCE
from dakehu.domains.advice.suitability.rules import RULES
from dakehu.domains.clients.choices import InvestorClass, RiskLevel
from dakehu.domains.compliance.rule_sets.registry import CERTAINTY
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of, render_row
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare

CARD = "advice.suitability_card"
TONES = {"refuse": "bad", "block": "warn", "allow_with_warning": "warn", "allow": "good"}
SHOWN, LATEST = 5, 20


@query(
    "advice.checks",
    needs=Permission.SUITABILITY_READ,
    zh="适当性核对记录",
    en="Suitability checks",
    parameters=(FILTERS, ORDER),
)
def checks(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible checks as they were stored, the latest first."""
    rows = SuitabilityCheck.objects.select_related("client", "checked_by")
    return filter_rows(rows, filters or {}, order or "-id")


@query("advice.latest_checks", needs=Permission.SUITABILITY_READ, zh="最近的适当性核对", en="Latest suitability checks")
def latest_checks() -> list[dict[str, Any]]:
    """Return the latest visible checks: [{id, client, client_id, product_name, outcome, outcome_code, rule, checked_at, checked_by,
    open_duties, needs_review}]."""
    left = Count("duties", filter=Q(duties__state=DutyState.OPEN.value, duties__stage=Stage.BEFORE.value))
    rows = SuitabilityCheck.objects.select_related("client", "checked_by").annotate(left=left).order_by("-id")
    clearance = current_actor().clearance
    return [
        {
            "id": row.pk,
            "client": name_of(row.client, clearance),
            "client_id": row.client_id,
            "product_name": row.product_name,
            "outcome": Outcome.text_of(str(row.outcome)),
            "outcome_code": str(row.outcome),
            "rule": row.rule,
            "checked_at": clock.local(row.checked_at).strftime("%Y-%m-%d %H:%M"),
            "checked_by": row.checked_by.name if row.checked_by else "",
            "open_duties": row.left,
            "needs_review": row.needs_review,
        }
        for row in rows[:LATEST]
    ]


@query(
    "advice.client_checks",
    needs=Permission.SUITABILITY_READ,
    zh="客户的适当性核对",
    en="Suitability checks of a client",
    parameters=(CLIENT,),
)
def client_checks(*, client: Any) -> Any:
    """Return the checks of a client, the latest first."""
    return SuitabilityCheck.objects.filter(client=client).select_related("checked_by").order_by("-id")


@query(
    "advice.check_page",
    needs=Permission.SUITABILITY_READ,
    zh="适当性核对详情",
    en="A suitability check",
    parameters=(CHECK,),
)
def check_page(*, suitability: int) -> dict[str, Any]:
    """Return a stored check with its duties. Raises NotFound.

    {check, shown, client, client_id, tone, source, certainty, certainty_text, reason, missing, duties: [{id, text, stage, state, is_open,
    document, evidence, needs_evidence, by_call_back, done_at, done_by, not_before, source, certainty_text}], ready: {done, total}}.
    """
    row = SuitabilityCheck.objects.select_related("client", "checked_by").filter(pk=suitability).first()
    if row is None:
        raise NotFound(bilingual("适当性核对", "suitability check"))
    rule = RULES.get(row.rule)
    duties = [_render_duty(one) for one in row.duties.select_related("done_by").order_by("pk")]
    before = [one for one in duties if one["stage_code"] == Stage.BEFORE.value]
    return {
        "check": {"id": row.pk, "outcome": str(row.outcome), "rule": row.rule, "digest": row.digest},
        "shown": render_row(row, shown=True),
        "client": name_of(row.client, current_actor().clearance),
        "client_id": row.client_id,
        "tone": TONES[str(row.outcome)],
        "reason": str(bilingual(rule.zh, rule.en)) if rule else row.reason,
        "source": str(rule.source) if rule else "",
        "certainty_text": str(CERTAINTY[rule.certainty]) if rule else "",
        "missing": row.missing,
        "duties": duties,
        "ready": {"done": sum(not one["is_open"] for one in before), "total": len(before)},
    }


def _render_duty(row: SuitabilityDuty) -> dict[str, Any]:
    """Return a duty as plain values."""
    known = DUTIES.get(row.code)
    return {
        "id": row.pk,
        "text": str(bilingual(row.zh, row.en)),
        "stage": Stage.text_of(str(row.stage)),
        "stage_code": str(row.stage),
        "state": DutyState.text_of(str(row.state)),
        "is_open": row.state == DutyState.OPEN,
        "document": row.document,
        "evidence": row.evidence,
        "needs_evidence": row.code in NEEDS_EVIDENCE,
        "by_call_back": row.code in BY_CALL_BACK,
        "done_at": clock.local(row.done_at).strftime("%Y-%m-%d %H:%M") if row.done_at else "",
        "done_by": row.done_by.name if row.done_by else "",
        "not_before": clock.local(row.not_before).strftime("%Y-%m-%d %H:%M") if row.not_before else "",
        "source": str(known.source) if known else "",
        "certainty_text": str(CERTAINTY[known.certainty]) if known else "",
    }


@query(
    CARD,
    needs=Permission.SUITABILITY_READ,
    zh="客户适当性卡片",
    en="Card of a client's suitability",
    parameters=(CLIENT,),
)
def suitability_card(*, client: Any) -> dict[str, Any]:
    """Return level, validity and class of a client with open items (foundation.schema.client_cards)."""
    lead, tone = _validity(client)
    facts = [
        _fact("投资者类别", "Investor class", InvestorClass.text_of(str(client.investor_class)) or "–"),
        _fact("测评有效期至", "Test valid to", client.risk_valid_to.isoformat() if client.risk_valid_to else "–", tone),
    ]
    if client.is_risk_minimum:
        words = bilingual("最低类别，只能办理 R1 产品", "Lowest category: R1 only")
        facts.append(_fact("风险承受能力", "Risk tolerance", str(words), "bad"))
    facts += _open_work(client)
    rows = SuitabilityCheck.objects.filter(client=client).order_by("-id")[:SHOWN]
    return {
        "lead": lead,
        "tone": tone,
        "facts": facts,
        "lines": [
            {
                "what": row.product_name,
                "text": f"{Outcome.text_of(str(row.outcome))} · {row.rule} · {clock.local(row.checked_at):%Y-%m-%d}",
                "tone": TONES[str(row.outcome)],
            }
            for row in rows
        ],
        "actions": ["advice.record_check", "advice.send_questionnaire", "advice.apply_for_class"],
    }


def _open_work(client: Any) -> list[dict[str, str]]:
    """Return the open items of a client: duties, call-backs, an application, a valid link."""
    duties = SuitabilityDuty.objects.filter(client=client, state=DutyState.OPEN.value, stage=Stage.BEFORE.value)
    links = QuestionnaireLink.objects.filter(
        client=client, used_at=None, is_revoked=False, expires_on__gte=clock.today()
    )
    open_duties = duties.count()
    calls = CallBack.objects.filter(client=client, state="open").count()
    applies = ClassApplication.objects.filter(client=client, state="waiting").exists()
    expires_on = links.order_by("-id").values_list("expires_on", flat=True).first()
    facts = []
    if open_duties:
        facts.append(_fact("成交前待办义务", "Duties before the sale", str(open_duties), "warn"))
    if calls:
        facts.append(_fact("待回访", "Call-backs", str(calls), "warn"))
    if applies:
        facts.append(_fact("分类申请", "Class application", str(bilingual("待审核", "waiting")), "warn"))
    if expires_on is not None:
        words = bilingual("已发出，{day} 到期", "sent, good until {day}", day=expires_on)
        facts.append(_fact("测评链接", "Questionnaire link", str(words)))
    return facts


def _validity(client: Any) -> tuple[str, str]:
    """Return the client's level with its tone: bad without a valid test, warn within 60 days of its end."""
    if not client.risk_level:
        return str(bilingual("尚未测评", "Not tested")), "bad"
    level = RiskLevel.text_of(str(client.risk_level))
    if client.risk_valid_to is None:
        return level, "warn"
    left = (client.risk_valid_to - clock.today()).days
    if left < 0:
        return str(bilingual("{level}，已到期", "{level}, expired", level=level)), "bad"
    return level, "warn" if left <= 60 else "good"


def _fact(zh: str, en: str, text: str, tone: str = "") -> dict[str, str]:
    return {"what": str(bilingual(zh, en)), "text": text, "tone": tone}


declare(ClientCard(CARD, "适当性", "Suitability", CARD, order=12))
