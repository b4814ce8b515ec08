"""The clients of a trial: selected by the filter of the client list, excluded by rule before the draw, stratified by tier."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.identifiers import age_on
from dakehu.domains.growth.campaigns.rules import excluding_rule
from dakehu.domains.innovation.choices import TrialContact, TrialState
from dakehu.domains.innovation.models import Trial, TrialMember
from dakehu.domains.innovation.trials import rules
from dakehu.domains.service.deliveries.kinds import DeliveryKind
from dakehu.domains.service.deliveries.permission_to_send import refusals_by_client
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of

MOST = 100_000  # clients per trial
NOT_SERVED = "not_served"
VULNERABLE = "vulnerable"
IN_TRIAL = "in_trial"
RULES = {
    NOT_SERVED: bilingual("限制处理、信息隔离、未开户或已销户", "Restricted, behind a wall, no client yet or closed"),
    VULNERABLE: bilingual("年长、年龄未知或情绪关怀中", "Older, of unknown age, or in a case of distress"),
    IN_TRIAL: bilingual("已在另一项进行中的试点", "In another trial that is running"),
}
LEFT_OUT = ("prospect", "restricted", "closed")
KINDS = {  # kind of message for the contact rules
    TrialContact.SERVICE.value: DeliveryKind.SURVEY.value,
    TrialContact.MARKETING.value: DeliveryKind.CAMPAIGN.value,
}


@dataclass(frozen=True)
class Candidates:
    """The clients matched by a filter: `strata` of those eligible ({client: tier}), the others counted by rule."""

    found: int
    strata: dict[int, str]
    excluded: dict[str, int]


def clients_of(trial: Trial) -> list[int]:
    """Return the ids of the visible clients matched by the filter of a trial. Raises Refused for a bad filter."""
    found = clients.clients(text=trial.text or None, filters=trial.filters, order="code")
    return list(dict.fromkeys(found.values_list("pk", flat=True)[: MOST + 1]))


def candidates_of(trial: Trial) -> Candidates:
    """Return the clients eligible for a trial now, in the actor's scope; the others each excluded by one rule."""
    numbers = clients_of(trial)
    with elevated("ask who may be drawn for a trial"):
        out = {
            **_clients_in_other_trial(trial, numbers),
            **_clients_not_to_contact(trial, numbers),
            **_protected_clients(trial, numbers),
        }
        tiers = _tiers(number for number in numbers if number not in out)
    strata = {number: tiers.get(number, "") for number in numbers if number not in out}
    return Candidates(len(numbers), strata, dict(Counter(out.values()).most_common()))


def _protected_clients(trial: Trial, numbers: list[int]) -> dict[int, str]:
    """Return the clients who may not be drawn for any trial, or for one of this kind."""
    today, out = clock.today(), dict[int, str]()
    columns = ("pk", "kind", "status", "walled", "restricted", "birth_on", "stated_age")
    for some in chunks(numbers):
        cases = model_of("care.DistressCase").objects.filter(client_id__among=some, state="open")
        distress = set(cases.values_list("client_id", flat=True))
        rows = model_of("clients.Client").objects.filter(pk__among=some)
        for number, kind, status, walled, restricted, birth_on, stated_age in rows.values_list(*columns):
            age = age_on(birth_on, today) if birth_on else stated_age
            if walled or restricted or status in LEFT_OUT:
                out[number] = NOT_SERVED
            elif rules.is_vulnerable_client(kind == "person", age, trial.older_from, number in distress):
                out[number] = VULNERABLE
    return out


def _clients_not_to_contact(trial: Trial, numbers: list[int]) -> dict[int, str]:
    """Return the clients excluded by the contact rules; none if the trial contacts no client."""
    kind = KINDS.get(str(trial.contact))
    if kind is None:
        return {}
    found = {
        number: excluding_rule(one.rule for one in refused)
        for number, refused in refusals_by_client(numbers, str(trial.channel), kind).items()
    }
    return {number: rule for number, rule in found.items() if rule}


def _clients_in_other_trial(trial: Trial, numbers: list[int]) -> dict[int, str]:
    """Return the clients who are in another running trial: one at a time, to avoid interference."""
    busy: set[int] = set()
    for some in chunks(numbers):
        rows = TrialMember.objects.filter(client_id__among=some, trial__state=TrialState.RUNNING.value)
        busy |= set(rows.exclude(trial=trial.pk).values_list("client_id", flat=True))
    return dict.fromkeys(busy, IN_TRIAL)


def _tiers(numbers: Iterable[int]) -> dict[int, str]:
    found: dict[int, Any] = {}
    for some in chunks(set(numbers)):
        rows = model_of("tiers.ClientTier").objects.filter(client_id__among=some)
        found.update(rows.values_list("client_id", "code"))
    return {number: str(code) for number, code in found.items()}
