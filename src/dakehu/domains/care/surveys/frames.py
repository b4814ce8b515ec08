"""Sampling frame of a survey: the clients of a filter, less those who may not be asked now, split into groups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dakehu.domains.care.models import SurveyInvitation
from dakehu.domains.care.surveys import rules
from dakehu.domains.care.surveys.choices import Stratum
from dakehu.domains.clients import queries as clients
from dakehu.domains.service.deliveries.permission_to_send import refusals_by_client
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of

RECENT, NO_ADDRESS = "surveyed_recently", "no_address"  # rules of surveys
PASSING = ("quiet_hours",)  # rules that only move the hour
RULES = {
    RECENT: bilingual("90 天内已受邀", "Invited within 90 days"),
}
MOST = 5_000  # clients of one sending


@dataclass(frozen=True)
class Frame:
    """The clients found by a filter, and {client: the rule that keeps them out}."""

    clients: tuple[int, ...]
    refused: Mapping[int, str]

    @property
    def eligible(self) -> list[int]:
        """Return the clients who may be asked."""
        return [number for number in self.clients if number not in self.refused]


def find_frame(text: str | None, filters: Mapping[str, Any] | None) -> Frame:
    """Return the frame of a filter of the client list, of visible clients. Raises Refused for a bad filter."""
    found = clients.clients(text=text, filters=dict(filters or {}), order="code")
    numbers = tuple(dict.fromkeys(found.values_list("pk", flat=True)[: MOST + 1]))
    return Frame(numbers, refused_clients(numbers))


def refused_clients(numbers: Iterable[int]) -> dict[int, str]:
    """Return {client: the first rule that keeps them from being asked by mail now}; no client is dropped silently.

    Opt-out, open complaint, restriction and frequency are those of deliveries; in addition, 90 days between two
    surveys.
    """
    asked = list(numbers)
    found: dict[int, str] = {}
    with elevated("ask whether clients may be surveyed"):
        reachable, recent = _clients_with_mail(asked), recently_invited(asked)
    for number, refusals in refusals_by_client(asked, "mail", "survey").items():
        names = [one.rule for one in refusals if one.rule not in PASSING]
        names += [RECENT] * (number in recent) + [NO_ADDRESS] * (number not in reachable)
        if names:
            found[number] = names[0]
    return found


def recently_invited(numbers: Iterable[int]) -> set[int]:
    """Return which clients were invited to any survey within 90 days."""
    since = clock.today() - timedelta(days=rules.DAYS_BETWEEN)
    rows = SurveyInvitation.objects.filter(client_id__among=list(numbers), invited_on__gt=since)
    return set(rows.values_list("client_id", flat=True))


def _clients_with_mail(numbers: list[int]) -> set[int]:
    rows = model_of("clients.Contact").objects.filter(client_id__among=numbers, kind="mail")
    return set(rows.values_list("client_id", flat=True))


def served_by(numbers: Iterable[int]) -> dict[int, int]:
    """Return {client: id of the main manager now}."""
    found: dict[int, int] = {}
    with elevated("note who serves the clients of a survey"):
        for some in chunks(set(numbers)):
            rows = model_of("clients.Coverage").objects.filter(client_id__among=some, until=None, role="main")
            found |= dict(rows.values_list("client_id", "user_id"))
    return found


def strata_of(numbers: Iterable[int], split_by: str) -> dict[int, str]:
    """Return {client: name of the group}; "" if a client has no tier or branch."""
    numbers = list(numbers)
    if split_by == Stratum.TIER:
        with elevated("split a survey by tier"):
            rows = model_of("tiers.ClientTier").objects.filter(client_id__among=numbers)
            tiers = dict(rows.values_list("client_id", "code"))
        return {number: str(tiers.get(number) or "") for number in numbers}
    if split_by == Stratum.BRANCH:
        managers = served_by(numbers)
        users = model_of("team.User").objects.filter(pk__in=set(managers.values()))
        branches = {pk: name or "" for pk, name in users.values_list("pk", "team__branch__name")}
        return {number: branches.get(managers.get(number, 0), "") for number in numbers}
    return dict.fromkeys(numbers, "")


def groups_of_sample(strata: Mapping[int, str], chosen: Iterable[int], least: int) -> dict[str, list[int]]:
    """Return {name: chosen clients} of the groups, neighbours merged until each has at least the minimum size."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for number in chosen:
        by_name[strata[number]].append(number)
    cells = rules.joined_cells([(name, len(by_name[name])) for name in sorted(by_name)], least)
    return {joined_name(names): [number for name in names for number in by_name[name]] for names in cells}


def joined_name(names: Iterable[str]) -> str:
    """Return the name of merged groups."""
    return " + ".join(name or "—" for name in names)
