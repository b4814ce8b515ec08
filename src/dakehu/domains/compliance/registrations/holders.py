"""Who holds which registration today: used by every domain whose actions require one."""

from collections.abc import Iterable
from datetime import date

from dakehu.domains.compliance.registrations import rules
from dakehu.domains.compliance.registrations.choices import RegistrationKind
from dakehu.domains.compliance.registrations.models import StaffRegistration
from dakehu.domains.compliance.registrations.rules import Registration
from dakehu.foundation.access.actor import Actor, current_actor
from dakehu.foundation.actions.registry import Action, add_qualification
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotRegistered
from dakehu.foundation.base.i18n import Bilingual, bilingual

# Kinds whose number is shown in a signature, in order of preference.
SHOWN_FIRST = (
    RegistrationKind.INVESTMENT_ADVISER,
    RegistrationKind.ANALYST,
    RegistrationKind.SECURITIES_STAFF,
    RegistrationKind.SECURITIES_BROKER,
    RegistrationKind.FUND_SALES,
)


def has_registration(user_id: int | None, kind: str, on: date | None = None) -> bool:
    """Return whether a person holds a registration of a kind on a day (default: today); the system holds none."""
    day = on or clock.today()
    return any(rules.counts_on(one, day) for one in _registrations_held(user_id) if one.kind == kind)


def require_registration(kind: str) -> None:
    """Raise NotRegistered, with the reason, if the actor holds no registration of a kind today."""
    refusal = find_refusal(kind, current_actor())
    if refusal is not None:
        raise NotRegistered(refusal)


def find_refusal(kind: str, actor: Actor) -> Bilingual | None:
    """Return why an actor holds no registration of a kind today, None if they do. The system holds none."""
    if actor.user_id is None:
        return bilingual(
            "此操作须由登记为“{kind}”的人员本人办理，系统不能代办。",
            "This is done by a person registered as “{kind}” only, never by the desk itself.",
            kind=RegistrationKind(kind).label,
        )
    return rules.refusal_of(kind, _registrations_held(actor.user_id), clock.today())


def find_number(user_id: int | None, on: date | None = None) -> str:
    """Return the number under which a person signs on a day, "" without a registration in force."""
    day = on or clock.today()
    counted = {
        str(row.kind): row.number
        for row in StaffRegistration.objects.filter(user_id=user_id)
        if user_id is not None and rules.counts_on(_plain(row), day)
    }
    return next((counted[kind] for kind in SHOWN_FIRST if kind in counted), "")


def earliest_days(user_ids: Iterable[int]) -> dict[int, date]:
    """Return {user: first day of the earliest registration} for users who have one."""
    rows = StaffRegistration.objects.filter(user_id__in=list(user_ids), valid_from__isnull=False)
    return {user: day for user, day in rows.order_by("-valid_from").values_list("user_id", "valid_from") if day}


def registrations_of(user_id: int, without: int | None = None) -> list[Registration]:
    """Return the registrations of a person as input for the rules, without the one with a given id."""
    rows = StaffRegistration.objects.filter(user_id=user_id).exclude(pk=without)
    return [_plain(row) for row in rows]


def _registrations_held(user_id: int | None) -> list[Registration]:
    return [] if user_id is None else registrations_of(user_id)


def _plain(row: StaffRegistration) -> Registration:
    return Registration(str(row.kind), str(row.state), row.valid_from, row.valid_to)


def registration_fault(action: Action, actor: Actor) -> NotRegistered | None:
    """Return the error that an actor lacks the registration required by an action, None if it is not missing."""
    refusal = find_refusal(action.registration, actor) if action.registration else None
    return None if refusal is None else NotRegistered(refusal)


add_qualification(registration_fault)
