"""Scheme data for other parts of appraisal."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dakehu.domains.appraisal.choices import SchemeState
from dakehu.domains.appraisal.models import Scheme, SchemeMeasure
from dakehu.domains.compliance.approvals import rules as approvals
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual


@dataclass(frozen=True)
class Weighted:
    """A measure of a scheme as applied to one role."""

    measure: str
    part: str
    weight: Decimal
    min_n: int
    floor: Decimal
    target: Decimal


def get_scheme(pk: int) -> Scheme:
    """Return a scheme. Raises NotFound."""
    row = Scheme.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("考核方案", "scheme"), pk)
    return row


def get_draft(pk: int) -> Scheme:
    """Return a scheme that may still be edited. Raises NotFound and Refused."""
    row = get_scheme(pk)
    if row.state != SchemeState.DRAFT:
        raise refusal(
            "scheme",
            "只有草稿可以修改；已提交或已批准的方案请另建新版。",
            "Only a draft is edited; make a new edition of a scheme that was submitted or approved.",
        )
    return row


def weights_of(scheme: Scheme) -> dict[str, Decimal]:
    """Return {measure: weight} of a scheme."""
    return dict(SchemeMeasure.objects.filter(scheme=scheme).values_list("measure", "weight"))


def content_of(pk: int) -> dict[str, Any]:
    """Return all of a scheme as plain values: the content covered by approvals and hashes."""
    scheme = get_scheme(pk)
    return {
        "name": scheme.name,
        "edition": scheme.edition,
        "strength": str(scheme.strength),
        "least_rated": str(scheme.least_rated),
        "volume_reason": scheme.volume_reason,
        "parts": [[part.code, part.name, part.name_en, part.position] for part in scheme.parts.order_by("code")],
        "measures": [
            [
                row.measure,
                row.part.code,
                str(row.weight),
                row.min_n,
                [[one.role, str(one.floor), str(one.target)] for one in row.targets.order_by("role")],
            ]
            for row in scheme.measures.select_related("part").order_by("measure")
        ],
    }


def content_digest(pk: int) -> str:
    """Return the digest of a scheme."""
    return approvals.digest(content_of(pk))


def weighted_measures(scheme: Scheme) -> dict[str, list[Weighted]]:
    """Return {role: its measures}; under "" for roles without their own targets."""
    rows = list(scheme.measures.select_related("part").prefetch_related("targets").order_by("measure"))
    roles = {"", *(str(target.role) for row in rows for target in row.targets.all())}
    found: dict[str, list[Weighted]] = {}
    for role in roles:
        found[role] = []
        for row in rows:
            targets = {str(one.role): one for one in row.targets.all()}
            one = targets.get(role) or targets[""]
            found[role].append(Weighted(row.measure, row.part.code, row.weight, row.min_n, one.floor, one.target))
    return found
