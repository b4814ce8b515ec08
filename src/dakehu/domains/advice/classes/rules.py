"""Which investor class a client may have, by stated and proven facts. Pure.

Source: 《证券期货投资者适当性管理办法》 arts. 7 to 12 (order 130, as amended in 2020 and 2022). Financial assets are deposits,
shares, bonds, fund units, plans, trusts, insurance, futures and derivatives; real estate does not count. What is not known
counts as not met and is named.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WAN = Decimal(10_000)
SOURCE = "《证券期货投资者适当性管理办法》第七至十二条"
CERTAINTY = "V"
PROFESSIONAL = ("A", "B", "C")
STANDINGS_OF_A = ("licensed", "product", "public_fund", "qfii")
OFFERED = {"person": ("B", "C"), "institution": ("A", "B", "C"), "product": ("A",)}


@dataclass(frozen=True)
class Facts:
    """The facts stated by a client. Money in yuan, spans in years, None unknown. `kind`: person, institution or product."""

    kind: str
    standing: str = "none"
    financial_assets: Decimal | None = None
    net_assets: Decimal | None = None
    average_income: Decimal | None = None
    experience_years: Decimal | None = None
    work_years: Decimal | None = None
    is_officer: bool = False
    is_certified: bool = False


@dataclass(frozen=True)
class Condition:
    """A condition of a class: its code, its text, and whether it is met."""

    code: str
    zh: str
    en: str
    is_met: bool


def conditions(wanted: str, facts: Facts) -> tuple[Condition, ...]:
    """Return the conditions of a class for a client; all of them must be met. Empty for the ordinary class."""
    if wanted == "ordinary":
        return ()
    if wanted not in OFFERED.get(facts.kind, ()):
        return (Condition("kind", "该客户类型不适用这一类别", "This class is not for this kind of client", False),)
    if wanted == "A":
        words = (
            "属于办法第八条第一至三项所列机构、产品或基金",
            "Of art. 8 (1) to (3): licensed, their product, or a public fund",
        )
        return (Condition("standing", *words, facts.standing in STANDINGS_OF_A),)
    person = facts.kind == "person"
    return _person_conditions(wanted, facts) if person else _institution_conditions(wanted, facts)


def _person_conditions(wanted: str, facts: Facts) -> tuple[Condition, ...]:
    assets, income, years = (500, 50, 2) if wanted == "B" else (300, 30, 1)
    rich = _is_at_least(facts.financial_assets, assets * WAN) or _is_at_least(facts.average_income, income * WAN)
    seasoned = _is_at_least(facts.experience_years, Decimal(years)) or _is_at_least(facts.work_years, Decimal(years))
    more_zh, more_en = "", ""
    if wanted == "B":
        seasoned = seasoned or facts.is_officer or facts.is_certified
        more_zh, more_en = "，或属于所列高管、注册会计师、律师", ", or an officer, accountant or lawyer as listed"
    return (
        Condition(
            "wealth",
            f"金融资产不低于 {assets} 万元，或近三年年均收入不低于 {income} 万元",
            f"Financial assets of {assets}0,000 yuan, or {income}0,000 a year over three years",
            rich,
        ),
        Condition(
            "experience",
            f"{years} 年以上投资经历，或 {years} 年以上相关工作经历{more_zh}",
            f"{years} years of investing, or {years} years of work in finance{more_en}",
            seasoned,
        ),
    )


def _institution_conditions(wanted: str, facts: Facts) -> tuple[Condition, ...]:
    net, assets, years = (2000, 1000, 2) if wanted == "B" else (1000, 500, 1)
    return (
        Condition(
            "net_assets",
            f"最近一年末净资产不低于 {net} 万元",
            f"Net assets of {net}0,000 yuan at the end of last year",
            _is_at_least(facts.net_assets, net * WAN),
        ),
        Condition(
            "financial_assets",
            f"最近一年末金融资产不低于 {assets} 万元",
            f"Financial assets of {assets}0,000 yuan",
            _is_at_least(facts.financial_assets, assets * WAN),
        ),
        Condition(
            "experience",
            f"{years} 年以上投资经历",
            f"{years} years of investing",
            _is_at_least(facts.experience_years, Decimal(years)),
        ),
    )


def _is_at_least(value: Decimal | None, least: Decimal) -> bool:
    return value is not None and value >= least


def is_possible(wanted: str, facts: Facts) -> bool:
    """Return whether every condition of a class is met. The firm may still refuse class C."""
    return all(one.is_met for one in conditions(wanted, facts))


def possible_classes(facts: Facts) -> tuple[str, ...]:
    """Return the professional classes whose conditions are met, A first; none: ordinary."""
    return tuple(one for one in PROFESSIONAL if is_possible(one, facts))


def application_fault(
    before: str, wanted: str, has_statement: bool, evidence: str, evidence_until: date | None, today: date
) -> tuple[str, str, str] | None:
    """Return (field, zh, en) of why an application cannot be taken, None where it can.

    Class A does not become ordinary; B may in writing (art. 11). A professional class requires valid evidence.
    """
    before = before or "ordinary"
    if wanted == before:
        return ("wanted", "客户已经是这一类别。", "The client has this class already.")
    if before == "A" and wanted == "ordinary":
        return ("wanted", "A 类专业投资者不能转为普通投资者。", "Class A does not become ordinary.")
    if wanted != "A" and not has_statement:
        return (
            "has_statement",
            "须有客户的书面申请；转为专业投资者还须有自担风险声明。",
            "A written application is required; towards a professional class a statement of own risk too.",
        )
    if wanted == "ordinary":
        return None
    if not evidence.strip():
        return ("evidence", "请写明证明材料。", "State the evidence.")
    if evidence_until is not None and evidence_until < today:
        return ("evidence_until", "证明材料已过期。", "The evidence has expired.")
    return None
