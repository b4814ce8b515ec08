"""Whether a product may be sold to a client: the first rule that applies decides. Pure.

Source of the order: 《证券期货投资者适当性管理办法》 arts. 6, 18 to 25, 33; the matrix as brokers publish it. No rule depends
on a role: no permission overrides a refusal.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dakehu.domains.advice.suitability.choices import Channel, Initiative, Outcome, Side
from dakehu.domains.advice.suitability.duties import DUTIES, HOUSE, OLDER_RULE, Duty, measures
from dakehu.foundation.base.i18n import Bilingual

VERSION, EFFECTIVE_FROM = "2026-11", date(2026, 11, 1)  # of this set of rules, as implemented
VALID_DAYS = 730  # our default: firms use one or two years
SENIOR_AGE, ELDER_AGE = 65, 70  # house defaults
PROFESSIONAL = ("A", "B", "C")
HIGHEST = 5
CAUTION_FROM = 4  # product level from which duties of care apply to older clients


@dataclass(frozen=True)
class Rule:
    """A rule of the check: id, outcome, reason in both languages, source and how sure it is (see duties)."""

    code: str
    outcome: Outcome
    zh: str
    en: str
    source: Bilingual
    certainty: str


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "S00",
            Outcome.ALLOW,
            "卖出或赎回不受适当性限制",
            "Selling is never limited by suitability",
            HOUSE,
            "D",
        ),
        Rule(
            "S01",
            Outcome.REFUSE,
            "客户信息不完整或不真实",
            "What must be known of the client is incomplete or false",
            measures("第六、三十三条", "arts. 6 and 33"),
            "V",
        ),
        Rule(
            "S02",
            Outcome.REFUSE,
            "未达到产品的准入要求",
            "An access requirement is not met",
            measures("第二十二条(一)", "art. 22 (1)"),
            "V",
        ),
        Rule(
            "S03",
            Outcome.ALLOW,
            "专业投资者，不要求风险等级匹配",
            "A professional investor: no matching of levels is required",
            measures("第七至十二条", "arts. 7 to 12"),
            "V",
        ),
        Rule(
            "S04",
            Outcome.BLOCK,
            "没有风险测评结果",
            "There is no result of a risk test",
            measures("第十、十八条", "arts. 10 and 18"),
            "V",
        ),
        Rule(
            "S04.1",
            Outcome.BLOCK,
            "风险测评已到期",
            "The risk test has expired",
            OLDER_RULE,
            "S",
        ),
        Rule(
            "S04.2",
            Outcome.BLOCK,
            "没有测评日期，无法确认测评有效",
            "Without the day of the test its validity is not known",
            HOUSE,
            "D",
        ),
        Rule(
            "S04.3",
            Outcome.BLOCK,
            "测评日期晚于核对日期",
            "The test is dated after the day of the check",
            HOUSE,
            "D",
        ),
        Rule(
            "S04.4",
            Outcome.BLOCK,
            "产品尚未评定风险等级",
            "The product has no risk level yet",
            measures("第十六、十八条", "arts. 16 and 18"),
            "V",
        ),
        Rule(
            "S05",
            Outcome.REFUSE,
            "风险承受能力最低类别，只能办理 R1 产品",
            "The lowest category of risk tolerance: R1 only",
            measures("第二十二条(五)", "art. 22 (5)"),
            "V",
        ),
        Rule(
            "S06",
            Outcome.REFUSE,
            "不得主动推介风险等级高于客户承受能力的产品",
            "Staff may not bring up a product above the client's level",
            measures("第二十二条(三)", "art. 22 (3)"),
            "V",
        ),
        Rule(
            "S07",
            Outcome.REFUSE,
            "不得主动推介期限或品种不符合客户投资目标的产品",
            "Staff may not bring up a product outside the client's goal",
            measures("第二十二条(四)", "art. 22 (4)"),
            "V",
        ),
        Rule(
            "S08",
            Outcome.WARNING,
            "产品风险高于客户承受能力；客户主动要求，警示并确认后可以办理",
            "Above the client's level, at the client's own request: after warning and confirmation",
            measures("第十九条", "art. 19"),
            "V",
        ),
        Rule(
            "S09",
            Outcome.ALLOW,
            "普通投资者购买高风险产品，履行特别注意义务后可以办理",
            "A high-risk product for an ordinary investor: with the special duties of care",
            measures("第二十条", "art. 20"),
            "V",
        ),
        Rule(
            "S10",
            Outcome.ALLOW,
            "风险等级匹配",
            "The levels match",
            measures("第十八、二十三条", "arts. 18 and 23"),
            "V",
        ),
    )
}


@dataclass(frozen=True)
class Case:
    """The data on a client, a product and a sale on one day.

    investor_class: "ordinary", "A", "B" or "C". risk_level: "C1" to "C5", "" untested. minimum: lowest category, whatever the
    level says. product_risk: "R1" to "R5", "" ungraded. valid_to: last day of the test where it is stated, else `valid_days`
    after `tested_on`. term_fits, kind_fits: whether term and kind of product are within the goal, None unknown. channel: ""
    unknown. age: None unknown. class_valid_to: last day of the evidence of class B or C, None unknown.
    """

    on: date
    investor_class: str = "ordinary"
    risk_level: str = ""
    minimum: bool = False
    product_risk: str = ""
    initiative: str = Initiative.STAFF.value
    tested_on: date | None = None
    valid_days: int = VALID_DAYS
    valid_to: date | None = None
    kyc_complete: bool = True
    access_met: bool = True
    term_fits: bool | None = None
    kind_fits: bool | None = None
    is_high_risk: bool = False
    age: int | None = None
    channel: str = ""
    side: str = Side.BUY.value
    class_valid_to: date | None = None
    is_private_fund: bool = False


@dataclass(frozen=True)
class Decision:
    """The rule that decides and the duties that follow, in the order in which they are done."""

    rule: Rule
    duties: tuple[Duty, ...]

    @property
    def outcome(self) -> str:
        return self.rule.outcome.value


def decide(case: Case) -> Decision:
    """Return the decision of the rules on a sale; the first that applies decides."""
    code = _rule_of(case)
    return Decision(RULES[code], tuple(DUTIES[name] for name in dict.fromkeys(_duties_of(code, case))))


def valid_until(case: Case) -> date | None:
    """Return the last day on which the risk test is valid; None without a test day."""
    if case.valid_to is not None:
        return case.valid_to
    return case.tested_on + timedelta(days=case.valid_days) if case.tested_on else None


def rank(level: str) -> int:
    """Return the number of a level: 3 for "C3" and "R3", 0 for none."""
    return int(level[1]) if level else 0


def is_professional(case: Case) -> bool:
    """Return whether the client counts as professional on the day: evidence known to have expired ends class B and C."""
    if case.investor_class not in PROFESSIONAL:
        return False
    return case.investor_class == "A" or not _is_class_expired(case)


def _is_class_expired(case: Case) -> bool:
    return case.investor_class in ("B", "C") and case.class_valid_to is not None and case.class_valid_to < case.on


def _rule_of(case: Case) -> str:
    """Return the code of the rule that decides."""
    if case.side == Side.SELL:
        return "S00"
    if not case.kyc_complete:
        return "S01"
    if not case.access_met:
        return "S02"
    if is_professional(case):
        return "S03"
    return _assessment_rule(case) or _matching_rule(case)


def _assessment_rule(case: Case) -> str:
    """Return the rule by which the test or the grade of the product is missing, "" where both are present."""
    if not case.risk_level:
        return "S04"
    last = valid_until(case)
    if last is None:
        return "S04.2"
    if case.tested_on is not None and case.tested_on > case.on:
        return "S04.3"
    if last < case.on:
        return "S04.1"
    return "" if case.product_risk else "S04.4"


def _matching_rule(case: Case) -> str:
    """Return the rule for a tested client and a graded product."""
    product, by_staff = rank(case.product_risk), case.initiative == Initiative.STAFF
    is_above = product > (1 if case.minimum else rank(case.risk_level))
    if case.minimum and product > 1:
        return "S05"
    if is_above and by_staff:
        return "S06"
    if by_staff and False in (case.term_fits, case.kind_fits):
        return "S07"
    if is_above:
        return "S08"
    return "S09" if product == HIGHEST or case.is_high_risk else "S10"


def _duties_of(code: str, case: Case) -> list[str]:
    """Return the codes of the duties of a case decided by a rule."""
    renew = ["renew_class_evidence"] if _is_class_expired(case) and code not in ("S00", "S01", "S02") else []
    if code == "S03":
        evidence = [] if case.investor_class == "A" else ["check_class_evidence"]
        return [*evidence, *_older_client_duties(case), *_private(case)]
    by_rule = {
        "S00": [],
        "S01": ["inform_consequence", "log_attempt"],
        "S02": ["state_access_rule", "log_attempt"],
        "S04.4": ["grade_product"],
        "S05": ["log_attempt"],
        "S06": ["log_attempt", "alert_compliance"],
        "S07": ["log_attempt"],
    }
    if code in by_rule:
        return [*renew, *by_rule[code]]
    if code.startswith("S04"):
        return [*renew, "ask_retest"]
    return [*renew, *_sale(code, case)]


def _sale(code: str, case: Case) -> list[str]:
    """Return the duties of a sale to an ordinary investor."""
    found = ["tell_unsuitable", "special_warning", "client_confirms"] if code == "S08" else []
    if False in (case.term_fits, case.kind_fits):
        found.append("tell_goal_mismatch")
    if rank(case.product_risk) == HIGHEST or case.is_high_risk:
        found += ["special_procedure", "extra_information", "explain_risk_points", "time_to_consider"]
    trace = {Channel.BRANCH.value: "record_at_branch", Channel.ONLINE.value: "electronic_trail"}
    found += ["matching_opinion"] if code != "S08" else []
    found += ["disclose", "written_delivery", trace.get(case.channel, "keep_trace"), *_older_client_duties(case)]
    if rank(case.product_risk) == HIGHEST or case.is_high_risk:
        found.append("more_call_backs")
    return [*found, *_private(case)]


def _older_client_duties(case: Case) -> list[str]:
    """Return the duties of care towards a client of 65 or 70 and older (house defaults)."""
    if case.age is None or case.age < SENIOR_AGE:
        return []
    found = ["senior_confirmation"]
    if rank(case.product_risk) >= CAUTION_FROM:
        if case.age >= ELDER_AGE:
            found += ["manager_cosign", "elder_recording", "elder_reflection"]
        found.append("senior_call_back")
    return found


def _private(case: Case) -> list[str]:
    """Return the duties of a private fund."""
    return ["cooling_off", "independent_call_back"] if case.is_private_fund else []
