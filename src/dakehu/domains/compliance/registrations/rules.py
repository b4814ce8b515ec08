"""Rules of registrations: whether one is in force on a day, which exclude each other, when a reminder is due. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dakehu.domains.compliance.registrations.choices import RegistrationKind, RegistrationState
from dakehu.foundation.base.i18n import Bilingual, bilingual

# People register as one or the other (domain.md 6, certainty K: to be checked before it is relied on).
EXCLUSIVE = frozenset({RegistrationKind.INVESTMENT_ADVISER, RegistrationKind.ANALYST})
REMINDER_DAYS = 30  # before the last day; house default
HELD = (RegistrationState.VALID, RegistrationState.SUSPENDED)


@dataclass(frozen=True)
class Registration:
    """One registration as input for the rules; a missing first or last day means no bound."""

    kind: str
    state: str
    valid_from: date | None = None
    valid_to: date | None = None


def counts_on(one: Registration, day: date) -> bool:
    """Return whether a registration is in force on a day: valid, begun and not ended; both ends included."""
    return (
        one.state == RegistrationState.VALID
        and (one.valid_from is None or one.valid_from <= day)
        and (one.valid_to is None or day <= one.valid_to)
    )


def days_fault(valid_from: date | None, valid_to: date | None) -> tuple[str, Bilingual] | None:
    """Return (field, error) for a registration that ends before it begins."""
    if valid_from is None or valid_to is None or valid_from <= valid_to:
        return None
    return "valid_to", bilingual("有效至不能早于登记日期。", "It cannot end before it begins.")


def exclusion_fault(new: Registration, others: Iterable[Registration]) -> tuple[str, Bilingual] | None:
    """Return (field, error) if a person would be both adviser and analyst on one day. [K]"""
    if new.kind not in EXCLUSIVE or new.state not in HELD:
        return None
    for other in others:
        if other.kind in EXCLUSIVE and other.kind != new.kind and other.state in HELD and _overlap(new, other):
            return "kind", bilingual(
                "同一人不能同时登记为投资顾问和证券分析师；请先为其中一个填写有效至或改为已注销（规则待核实）。",
                "Nobody is adviser and analyst at once; give one of them a last day or cancel it (rule to be checked).",
            )
    return None


def _overlap(one: Registration, other: Registration) -> bool:
    """Return whether two registrations share a day."""
    first, last = date.min, date.max
    return (one.valid_from or first) <= (other.valid_to or last) and (other.valid_from or first) <= (
        one.valid_to or last
    )


def refusal_of(kind: str, held: Iterable[Registration], day: date) -> Bilingual | None:
    """Return why a person with these registrations lacks one of a kind on a day, None if they hold it."""
    own = [one for one in held if one.kind == kind]
    if any(counts_on(one, day) for one in own):
        return None
    name = RegistrationKind(kind)
    ended = [
        one.valid_to for one in own if one.state == RegistrationState.VALID and one.valid_to and one.valid_to < day
    ]
    if any(one.state == RegistrationState.SUSPENDED for one in own):
        return _refusal(name, bilingual("您的登记已暂停", "yours is suspended"))
    if any(one.state == RegistrationState.UNVERIFIED for one in own):
        return _refusal(name, bilingual("您的登记待合规核实", "compliance has not verified yours yet"))
    if ended:
        until = max(ended).isoformat()
        return _refusal(name, bilingual("您的登记已于 {day} 到期", "yours ended on {day}", day=until))
    return _refusal(name, bilingual("您没有有效的登记", "you hold none that is valid"))


def _refusal(kind: RegistrationKind, why: Bilingual) -> Bilingual:
    return bilingual(
        "此操作须由登记为“{kind}”的人员办理：{why}。请由已登记的同事办理，或联系合规人员补录登记。",
        "This is done by somebody registered as “{kind}” only: {why}. Ask a registered colleague, or compliance to enter it.",
        kind=bilingual(kind.zh, kind.en),
        why=why,
    )


def is_reminder_due(one: Registration, day: date, days: int = REMINDER_DAYS) -> bool:
    """Return whether a registration ends within some days, or has ended but is still marked valid."""
    return (
        one.state == RegistrationState.VALID and one.valid_to is not None and one.valid_to - timedelta(days=days) <= day
    )
