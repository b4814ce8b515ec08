"""Conditions on a piece of advice before delivery, and the days on which its outcome is measured. Pure.

The rules of conduct are in 《证券投资顾问业务暂行规定》 arts. 18 to 20 [S]: risk is stated, nothing is promised, source and date are
named. That allocation names no security is a house rule [D] drawn from the boundary of 荐股软件 (domain.md 0.2).
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dakehu.domains.compliance.conflicts.rules import BLOCK, DISCLOSE, Entry, missing_disclosures
from dakehu.foundation.base.i18n import join_items

VERSION = "advice 2026-11 [D]"
MONTHS = (3, 6, 12)  # after delivery, when the outcome is measured
WITHOUT_SECURITIES = ("allocation", "rebalancing", "review")  # kinds whose text concerns asset classes only
SECURITY_GROUPS = ("W16", "W17")  # wording groups: advice on one security, targets of prices
REFUSING = ("refuse", "block")
Error = tuple[str, str, str]  # field, zh, en


@dataclass(frozen=True)
class Letter:
    """The text for a client, and the responsible adviser."""

    text: str
    adviser: str
    number: str
    on: date
    disclosure: str


def letter_text(letter: Letter) -> str:
    """Return the full text to a client: the adviser's text, then adviser, registration, day of the data, conflicts and risk."""
    disclosure = letter.disclosure or "本建议未发现须披露的利益冲突。"
    return (
        f"{letter.text.strip()}\n\n"
        f"投资顾问：{letter.adviser}，登记编号：{letter.number}\n"
        f"数据来源：本公司账户记录，截至{letter.on:%Y年%m月%d日}。\n"
        f"{disclosure}\n"
        "以上观点可能不准确，过往业绩不代表未来表现。投资有风险，是否采纳由您自行决定。"
    )


def security_errors(kind: str, hits: Iterable[Mapping[str, Any]]) -> list[Error]:
    """Return where advice on asset classes mentions buying or selling, or a price: hits on the text as written, since
    the text the desk adds to a letter would excuse them."""
    return [
        (
            "text",
            f"“{hit['text']}”：配置类建议只写资产类别，不写具体产品的买卖。",
            f"“{hit['text']}”: such advice speaks of asset classes, not of buying or selling a product.",
        )
        for hit in hits
        if kind in WITHOUT_SECURITIES and hit["group"] in SECURITY_GROUPS
    ]


def text_errors(hits: Iterable[Mapping[str, Any]]) -> list[Error]:
    """Return why the text of a letter may not be sent to a client: blocked wording, or a required statement is missing."""
    found: list[Error] = []
    for hit in hits:
        words = hit["text"]
        if hit["severity"] == "BLOCK":
            reason = hit["reason"]
            found.append(
                ("text", f"“{words}”不得发给客户：{reason['zh']}", f"“{words}” may not go to a client: {reason['en']}")
            )
        elif hit["severity"] == "COND":
            zh, en = (join_items(hit["missing"], code) for code in ("zh", "en"))
            found.append(("text", f"“{words}”缺少必备内容：{zh}", f"“{words}” lacks what must stand with it: {en}"))
    return found


def suitability_errors(outcome: str, initiative: str, reason: Mapping[str, str]) -> list[Error]:
    """Return why suitability prevents the submission of a piece of advice; no role overrides it.

    With a warning it is allowed only where the client took the initiative.
    """
    if outcome in REFUSING or (outcome == "allow_with_warning" and initiative == "staff"):
        return [("product", f"适当性不通过：{reason['zh']}。", f"Not suitable: {reason['en']}.")]
    return []


def kind_errors(kind: str, has_product: bool) -> list[Error]:
    """Return the errors of a kind of advice: product advice must name a product, other kinds none."""
    if kind == "product" and not has_product:
        return [("product", "产品类建议请选择产品。", "Advice about a product names it.")]
    if kind != "product" and has_product:
        return [
            ("product", "配置类建议不涉及具体产品，请清空产品或改为产品类。", "Advice on allocation names no product.")
        ]
    return []


def disclosure(conflicts: Iterable[Entry]) -> str:
    """Return the disclosure of conflicts of interest to a client, each text once in the order of the register."""
    return "\n".join(dict.fromkeys(one.disclosure.strip() for one in conflicts if one.effect == DISCLOSE))


def conflict_errors(conflicts: Iterable[Entry], disclosed: str) -> list[Error]:
    """Return the conflicts that block a piece of advice, and those whose disclosure it lacks."""
    found = list(conflicts)
    if any(one.effect == BLOCK for one in found):
        return [
            (
                "text",
                "利益冲突登记禁止就此提供建议，请由他人办理。",
                "The register of conflicts forbids this advice; ask a colleague.",
            )
        ]
    if missing_disclosures(found, disclosed):
        return [
            ("text", "利益冲突登记有变化，请修改后重新提交。", "The register of conflicts changed; submit it again.")
        ]
    return []


def decision_error(decided_on: date, delivered_on: date, today: date) -> Error | None:
    """Return why a client cannot have decided on a day: before delivery, or after today."""
    if decided_on < delivered_on:
        return "decided_on", "客户决定不能早于送达。", "The client cannot decide before the advice was delivered."
    if decided_on > today:
        return "decided_on", "客户决定日期不能晚于今天。", "It cannot be decided after today."
    return None


def due_days(delivered_on: date) -> dict[int, date]:
    """Return {months: day} on which outcomes are measured; the last day of a month where the month is shorter."""
    return {months: add_months(delivered_on, months) for months in MONTHS}


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def growth_between(days: list[date], growth: list[float], first: date, last: date) -> tuple[float, float] | None:
    """Return (return, largest drawdown as a negative share) of a series of growth from the end of `first` to the end of `last`.

    `days` ascend. None where the series does not reach back to `first` or has no day after it.
    """
    before = [value for day, value in zip(days, growth, strict=True) if day <= first]
    within = [value for day, value in zip(days, growth, strict=True) if first < day <= last]
    if not before or not within or before[-1] <= 0:
        return None
    highest, lowest = before[-1], 0.0
    for value in within:
        highest = max(highest, value)
        lowest = min(lowest, value / highest - 1.0)
    return within[-1] / before[-1] - 1.0, lowest
