"""Queries: check suitability without writing anything, and list the rules in force."""

from dataclasses import fields
from datetime import date
from typing import Any

from dakehu.domains.advice.suitability import desk, rules
from dakehu.domains.advice.suitability.duties import Duty
from dakehu.domains.advice.suitability.parameters import CLIENT, ON, PRODUCT, SALE, STATED
from dakehu.domains.compliance.rule_sets.registry import CERTAINTY
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.errors import NotAllowed, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query

LONGEST_DAYS, OLDEST = 3660, 150
DEFAULTS = ("initiative", "kyc_complete", "access_met")  # named in the answer where they were not stated


@query(
    "advice.check_suitability",
    needs=Permission.SUITABILITY_CHECK,
    zh="适当性核对",
    en="Check suitability",
    parameters=(*STATED, *SALE, ON, CLIENT, PRODUCT),
)
def check_suitability(
    *, on: date | None = None, client: Any = None, product: str | None = None, **stated: Any
) -> dict[str, Any]:
    """Check whether a product may be sold to a client, by stated values or by a client and a product; writes nothing.

    Stated values override the desk's data. Returns {outcome: refuse | block | allow_with_warning | allow; rule: its code;
    reason: {zh, en}; text, source, certainty (V text read, S secondary source, K to be checked, D house default);
    duties: [{code, zh, en, text, stage: before | after | now, source, certainty, document}]; missing: required information
    that the desk lacks; assumed: defaults that were used; taken: the values that were evaluated; valid_until: last day
    of the test; version, on}. Raises Refused for invalid values, NotAllowed for a client if the actor may not read checks.
    """
    if client is not None and not current_actor().may(Permission.SUITABILITY_READ):
        raise NotAllowed(bilingual("按客户核对适当性", "check a client's suitability"), Permission.SUITABILITY_READ)
    day = on or clock.today()
    return render_decision(*evaluate(day, client, desk.get_product(product) if product else None, stated))


def evaluate(
    day: date, client: Any, product: Any, stated: dict[str, Any]
) -> tuple[rules.Case, rules.Decision, dict[str, Any]]:
    """Return (case, decision, {missing, assumed}) of stated values and of the desk's data. Raises Refused."""
    given = _check_values({name: value for name, value in stated.items() if value not in (None, "")})
    known: dict[str, Any] = {}
    missing: list[str] = []
    if client is not None:
        known |= desk.client_facts(client, day)
        missing = desk.missing_information(client)
        known["kyc_complete"] = not missing
    if product is not None:
        known |= desk.product_facts(product, day)
        if client is not None:
            known |= desk.goal_facts(client, product)
    if "tested_on" in given and "valid_to" not in given:
        known.pop("valid_to", None)
    values = {"valid_days": int(firm_settings.current("RISK_TEST_DAYS")), **known, **given}
    case = rules.Case(on=day, **values)
    notes = {"missing": missing, "assumed": [name for name in DEFAULTS if name not in values]}
    return case, rules.decide(case), notes


def _check_values(given: dict[str, Any]) -> dict[str, Any]:
    """Return stated values as input of the rules. Raises Refused for a contradiction or an invalid number."""
    if given.get("risk_level") == "C1_minimum":
        if given.get("minimum") is False:
            raise refusal(
                "minimum",
                "风险等级写的是最低类别，“最低类别”又填了否，请改成一致。",
                "The level names the lowest category and “lowest category” says no; make them agree.",
            )
        given = {**given, "risk_level": "C1", "minimum": True}
    if not 0 < given.get("valid_days", 1) <= LONGEST_DAYS:
        raise refusal("valid_days", "有效天数应为 1 至 {n}。", "Days of validity go from 1 to {n}.", n=LONGEST_DAYS)
    if not 0 <= given.get("age", 0) <= OLDEST:
        raise refusal("age", "年龄应为 0 至 {n}。", "Ages go from 0 to {n}.", n=OLDEST)
    return given


def render_decision(case: rules.Case, decision: rules.Decision, notes: dict[str, Any]) -> dict[str, Any]:
    """Return a decision as plain values with its reasons."""
    rule, last = decision.rule, rules.valid_until(case)
    return {
        "outcome": decision.outcome,
        "outcome_text": str(rule.outcome.text),
        "rule": rule.code,
        "reason": {"zh": rule.zh, "en": rule.en},
        "text": str(bilingual(rule.zh, rule.en)),
        "source": str(rule.source),
        "certainty": rule.certainty,
        "certainty_text": str(CERTAINTY[rule.certainty]),
        "duties": [described_duty(duty) for duty in decision.duties],
        **notes,
        "taken": judged_values(case),
        "valid_until": last.isoformat() if last else None,
        "version": rules.VERSION,
        "on": case.on.isoformat(),
    }


def described_duty(duty: Duty) -> dict[str, Any]:
    """Return a duty as plain values."""
    return {
        "code": duty.code,
        "zh": duty.zh,
        "en": duty.en,
        "text": str(bilingual(duty.zh, duty.en)),
        "stage": duty.stage.value,
        "stage_text": str(duty.stage.text),
        "source": str(duty.source),
        "certainty": duty.certainty,
        "certainty_text": str(CERTAINTY[duty.certainty]),
        "document": duty.document,
    }


def judged_values(case: rules.Case) -> dict[str, Any]:
    """Return the values that were evaluated, as JSON values; the age only for readers cleared for it."""
    values = {field.name: getattr(case, field.name) for field in fields(case)}
    if current_actor().clearance < PERSONAL:
        values.pop("age")
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


@query("advice.suitability_rules", needs=Permission.SUITABILITY_CHECK, zh="适当性规则", en="Suitability rules")
def suitability_rules() -> dict[str, Any]:
    """Return the rules in force in order of evaluation: {version, effective_from, rules: [{code, outcome, text,
    source, certainty, certainty_text}], certainties}. The first that applies decides, and no role overrides it."""
    return {
        "version": rules.VERSION,
        "effective_from": rules.EFFECTIVE_FROM.isoformat(),
        "rules": [
            {
                "code": rule.code,
                "outcome": rule.outcome.value,
                "outcome_text": str(rule.outcome.text),
                "text": str(bilingual(rule.zh, rule.en)),
                "source": str(rule.source),
                "certainty": rule.certainty,
                "certainty_text": str(CERTAINTY[rule.certainty]),
            }
            for rule in rules.RULES.values()
        ],
        "certainties": {code: str(words) for code, words in CERTAINTY.items()},
    }
