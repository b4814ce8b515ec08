"""Look up schemes, and convert their tiers for the rules."""

from datetime import date
from typing import Any

from django.db.models import Q

from dakehu.domains.tiers import rules
from dakehu.domains.tiers.choices import SchemeState
from dakehu.domains.tiers.models import Scheme, Tier
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database.kept_statements import kept_statement


def find_scheme_in_force(day: date) -> Scheme | None:
    """Return the scheme in force on a day, None without one."""
    return _schemes_in_force(day).order_by("-effective_from", "-pk").first()


def _schemes_in_force(day: date) -> Any:
    rows = Scheme.objects.filter(effective_from__lte=day).exclude(state=SchemeState.DRAFT)
    return rows.filter(Q(retired_on=None) | Q(retired_on__gt=day))


_ids_in_force = kept_statement(Scheme, lambda day: _schemes_in_force(day).values_list("pk")[:1])


def is_scheme_in_force(day: date) -> bool:
    """Return whether a scheme is in force on a day."""
    return bool(_ids_in_force(day))


def get_scheme(pk: int) -> Scheme:
    """Return a scheme by id. Raises NotFound."""
    row = Scheme.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("分级方案", "tier scheme"))
    return row


def tiers_of(scheme: Scheme) -> list[Tier]:
    """Return the tiers of a scheme, the lowest first."""
    return list(Tier.objects.filter(scheme=scheme).order_by("rank", "code"))


def bands(tiers: list[Tier], bounds: dict[str, float] | None = None) -> list[rules.Band]:
    """Return tiers in the form used by the rules, with some lower bounds replaced by code."""
    moved = bounds or {}
    return [
        rules.Band(
            code=str(tier.code),
            rank=tier.rank,
            lower_bound=None if tier.lower_bound is None else moved.get(str(tier.code), float(tier.lower_bound)),
            client_kind=str(tier.client_kind),
            investor_class=str(tier.investor_class),
        )
        for tier in tiers
    ]


def window_of(scheme: Scheme) -> int:
    """Return the number of trading days over which a scheme averages."""
    return int(str(scheme.window))


def contact_gaps(tiers: list[Any]) -> dict[str, int | None]:
    """Return {code: the longest gap between contacts in days, None where none is due}."""
    return {str(tier.code): tier.contact_every_days for tier in tiers}
