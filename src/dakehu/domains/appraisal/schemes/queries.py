"""Queries of schemes: all editions, one with its measures and their data sources."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from dakehu.domains.appraisal.choices import SchemeState
from dakehu.domains.appraisal.measures.registry import Measure, find_measure, measures
from dakehu.domains.appraisal.models import Scheme
from dakehu.domains.appraisal.schemes.actions import SCHEME, SUBJECT
from dakehu.domains.appraisal.schemes.store import get_scheme, weights_of
from dakehu.domains.appraisal.scores import rules
from dakehu.domains.appraisal.scores.rules import plain
from dakehu.domains.compliance.approvals.requests import find_approval
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query

NO_SOURCE = bilingual("尚无数据来源", "No data source yet")


@query("appraisal.schemes", needs=Permission.APPRAISAL_OWN, zh="考核方案", en="Appraisal schemes")
def scheme_rows() -> Any:
    """Return all schemes by name, the newest edition first."""
    return Scheme.objects.all()


@query(
    "appraisal.scheme",
    needs=Permission.APPRAISAL_OWN,
    zh="考核方案详情",
    en="An appraisal scheme",
    parameters=(SCHEME,),
)
def scheme_detail(*, appraisal_scheme: int) -> dict[str, Any]:
    """Return a scheme with its parts, and the measures it leaves out.

    {id, name, label, edition, state, state_text, version, strength, least_rated, volume_reason, total, volume_weight, cap,
    approval: {id, can_decide} or None, parts: [{code, name, position, weight, measures: [{measure, name, definition,
    definition_version, has_source, source_text, weight, min_n, targets: [{role, role_text, floor, target}]}]}], others: [{measure, name,
    definition, has_source}]}.
    """
    row = get_scheme(appraisal_scheme)
    weights = weights_of(row)
    approval = find_approval(SUBJECT, row.pk)
    return {
        "id": row.pk,
        "name": row.name,
        "label": row.choice_label,
        "edition": row.edition,
        "state": str(row.state),
        "state_text": SchemeState.text_of(row.state),
        "version": row.row_version,
        "strength": plain(row.strength),
        "least_rated": plain(row.least_rated),
        "volume_reason": row.volume_reason,
        "total": plain(sum(weights.values(), Decimal(0))),
        "volume_weight": plain(sum((weights.get(code, Decimal(0)) for code in rules.CAPPED), Decimal(0))),
        "cap": plain(rules.CAP),
        "approval": approval.pk if approval is not None and row.state == SchemeState.WAITING else None,
        "parts": [_part(part) for part in row.parts.prefetch_related("measures__targets")],
        "others": [_render_measure(one) for one in measures() if one.code not in weights],
    }


def _part(part: Any) -> dict[str, Any]:
    """Return a part with its measures as plain values."""
    rows = list(part.measures.all())
    return {
        "code": part.code,
        "name": str(part),
        "position": part.position,
        "weight": plain(sum((row.weight for row in rows), Decimal(0))),
        "measures": [
            {
                **_measure(row.measure),
                "weight": plain(row.weight),
                "min_n": row.min_n,
                "targets": [
                    {
                        "role": str(one.role),
                        "role_text": RoleName.text_of(one.role) if one.role else str(bilingual("全部", "All")),
                        "floor": plain(one.floor),
                        "target": plain(one.target),
                    }
                    for one in sorted(row.targets.all(), key=lambda one: str(one.role))
                ],
            }
            for row in rows
        ],
    }


def _measure(code: str) -> dict[str, Any]:
    """Return the name and definition of a measure by its code."""
    found = find_measure(code)
    if found is None:
        return {
            "measure": code,
            "name": code,
            "definition": "",
            "has_source": False,
            "source_text": str(NO_SOURCE),
            "unit": "count",
        }
    return _render_measure(found)


def _render_measure(one: Measure) -> dict[str, Any]:
    """Return the name, definition and source of a measure."""
    return {
        "measure": one.code,
        "name": str(one.label),
        "definition": str(one.definition),
        "definition_version": one.version,
        "has_source": one.source is not None,
        "source_text": "" if one.source is not None else str(NO_SOURCE),
        "unit": one.unit,
    }


def described_measures() -> Iterator[dict[str, Any]]:
    """Yield every declared measure with its definition."""
    return (_render_measure(one) for one in measures())
