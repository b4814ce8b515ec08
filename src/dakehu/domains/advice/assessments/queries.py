"""Queries on questionnaires: the versions, the links and tests of a client, the tests awaiting compliance."""

from typing import Any

from dakehu.domains.advice.assessments.actions import valid_days
from dakehu.domains.advice.assessments.addresses import path_of
from dakehu.domains.advice.choices import AssessmentState
from dakehu.domains.advice.models import Assessment, QuestionnaireLink
from dakehu.domains.advice.parameters import CLIENT, FILTERS, ORDER
from dakehu.domains.advice.questionnaire_versions.store import find_version, in_force, versions
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query


@query("advice.questionnaire", needs=Permission.SUITABILITY_CHECK, zh="风险测评问卷", en="Risk questionnaire")
def questionnaire() -> dict[str, Any]:
    """Return the version in force: {version, effective_from, valid_days, versions (that may be asked, by day), bands: [{from, level}], items: [{code, text,
    options: [{code, text, points, is_minimum}]}]}."""
    found = in_force(clock.today())
    return {
        "version": found.version,
        "effective_from": found.effective_from.isoformat(),
        "valid_days": valid_days(found),
        "versions": list(versions()),
        "bands": [{"from": least, "level": level} for least, level in found.bands],
        "items": [
            {
                "code": item.code,
                "text": str(bilingual(item.zh, item.en)),
                "options": [
                    {
                        "code": one.code,
                        "text": str(bilingual(one.zh, one.en)),
                        "points": one.points,
                        "is_minimum": one.is_minimum,
                    }
                    for one in item.options.values()
                ],
            }
            for item in found.items
        ],
    }


@query(
    "advice.assessments",
    needs=Permission.SUITABILITY_READ,
    zh="风险测评记录",
    en="Risk assessments",
    parameters=(FILTERS, ORDER),
)
def assessments(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible tests, the latest first."""
    return filter_rows(Assessment.objects.all(), filters or {}, order or "-id")


@query(
    "advice.client_assessments",
    needs=Permission.SUITABILITY_READ,
    zh="客户的风险测评",
    en="Risk assessments of a client",
    parameters=(CLIENT,),
)
def client_assessments(*, client: Any) -> Any:
    """Return the tests of a client, the latest first."""
    return Assessment.objects.filter(client=client).order_by("-id")


@query(
    "advice.questionnaire_links",
    needs=Permission.SUITABILITY_WRITE,
    zh="有效的测评链接",
    en="Working questionnaire links",
)
def questionnaire_links() -> list[dict[str, Any]]:
    """Return the links that are still valid: [{id, client, client_id, place, expires_on, path}], the latest first."""
    rows = QuestionnaireLink.objects.filter(is_revoked=False, used_at=None, expires_on__gte=clock.today())
    clearance = current_actor().clearance
    return [
        {
            "id": row.pk,
            "client": name_of(row.client, clearance),
            "client_id": row.client_id,
            "place": str(row.place),
            "expires_on": row.expires_on.isoformat(),
            "path": path_of(row),
        }
        for row in rows.select_related("client").order_by("-pk")[:50]
    ]


@query("advice.waiting_assessments", needs=Permission.SUITABILITY_REVIEW, zh="待复核测评", en="Assessments to review")
def waiting_assessments() -> list[dict[str, Any]]:
    """Return the tests that compliance must review, oldest first: [{id, row_version, client, client_id, level_before, level,
    score, filled_at, conflicts}]."""
    rows = Assessment.objects.filter(state=AssessmentState.WAITING.value).select_related("client").order_by("pk")
    clearance = current_actor().clearance
    return [
        {
            "id": row.pk,
            "row_version": row.row_version,
            "client": name_of(row.client, clearance),
            "client_id": row.client_id,
            "level_before": str(row.level_before),
            "level": str(row.level),
            "score": row.score,
            "filled_at": clock.local(row.filled_at).strftime("%Y-%m-%d %H:%M"),
            "conflicts": conflict_texts(row),
        }
        for row in rows[:100]
    ]


def conflict_texts(row: Assessment) -> list[str]:
    """Return the contradictions that the client confirmed, in the reader's language."""
    version = find_version(row.questionnaire) if row.conflicts else None
    checks = version.checks if version else ()
    return [str(bilingual(check.zh, check.en)) for check in checks if check.code in row.conflicts]
