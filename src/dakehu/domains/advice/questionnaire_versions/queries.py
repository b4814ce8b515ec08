"""Queries on versions of the questionnaire: the list, and one version for editing or approval."""

from typing import Any

from dakehu.domains.advice.models import QuestionnaireVersion
from dakehu.domains.advice.parameters import FILTERS, ORDER
from dakehu.domains.advice.questionnaire_versions import rules, store
from dakehu.domains.advice.questionnaire_versions.actions import FACTS, SUBJECT, get_version
from dakehu.domains.advice.questionnaire_versions.choices import VersionState
from dakehu.domains.advice.questionnaire_versions.parameters import QUESTIONNAIRE
from dakehu.domains.compliance.approvals.requests import find_approval
from dakehu.domains.compliance.rule_sets.registry import CERTAINTY
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query


@query(
    "advice.questionnaire_versions",
    needs=Permission.SUITABILITY_CHECK,
    zh="测评问卷版本",
    en="Versions of the questionnaire",
    parameters=(FILTERS, ORDER),
)
def questionnaire_versions(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the versions written by the firm, the newest first."""
    return filter_rows(QuestionnaireVersion.objects.all(), filters or {}, order or "-effective_from,-name")


@query(
    "advice.questionnaire_page",
    needs=Permission.SUITABILITY_CHECK,
    zh="问卷版本内容",
    en="Content of a version",
    parameters=(QUESTIONNAIRE,),
)
def questionnaire_page(*, questionnaire: int) -> dict[str, Any]:
    """Return one version: {id, row_version, name, state, state_code, effective_from, valid_days, based_on, note, bands:
    [{level, least}], certainty, topics: [{code, text, items}], checks: [{code, text, condition, is_hard}], errors, changes,
    approval_id, can: {edit, submit, withdraw, decide}}. An item is as it is stored, with `text`, and `exclusive` on its options."""
    row = get_version(questionnaire)
    content = row.content
    before = {key: value for key, value in store.content_of(row.based_on).items() if key not in FACTS}
    approval = find_approval(SUBJECT, row.pk)
    return {
        "id": row.pk,
        "row_version": row.row_version,
        "name": row.name,
        "state": VersionState.text_of(str(row.state)),
        "state_code": str(row.state),
        "effective_from": row.effective_from.isoformat(),
        "valid_days": content["valid_days"],
        "based_on": row.based_on,
        "note": row.note,
        "bands": [{"level": level, "least": least} for least, level in content["bands"]],
        "most_points": sum(max((one["points"] for one in item["options"]), default=0) for item in content["items"]),
        "bands_source": content["bands_source"],
        "bands_certainty": str(CERTAINTY[content["bands_certainty"]]),
        "topics": [
            {
                "code": code,
                "text": str(Bilingual(zh, en)),
                "items": [_item(one, content) for one in content["items"] if one["group"] == code],
            }
            for code, zh, en in content["groups"]
        ],
        "checks": [
            {
                "code": one["code"],
                "text": str(Bilingual(one["zh"], one["en"])),
                "condition": "; ".join(f"{item}={','.join(codes)}" for item, codes in one["when"].items()),
                "is_hard": one["severity"] == "hard",
            }
            for one in content["checks"]
        ],
        "errors": [str(Bilingual(*one)) for one in rules.structure_errors(content)],
        "changes": [str(Bilingual(*one)) for one in rules.changes(before, content)],
        "approval_id": approval.pk if approval else None,
        "can": _can(row, approval),
    }


def _item(item: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    alone = content["exclusive"].get(item["code"], ())
    text = str(Bilingual(item["zh"], item["en"]))
    return {**item, "text": text, "options": [{**one, "exclusive": one["code"] in alone} for one in item["options"]]}


def _can(row: QuestionnaireVersion, approval: Any) -> dict[str, bool]:
    """Return the actor's possible actions on a version now; the actions apply the same conditions."""
    actor, state = current_actor(), str(row.state)
    writes, is_open = actor.may(Permission.QUESTIONNAIRE_WRITE), state in (VersionState.DRAFT, VersionState.WAITING)
    is_coming = state == VersionState.APPROVED and row.effective_from > clock.today()
    return {
        "edit": writes and is_open,
        "submit": writes and state == VersionState.DRAFT,
        "withdraw": writes and (is_open or is_coming),
        "decide": state == VersionState.WAITING
        and approval is not None
        and actor.may(Permission.SUITABILITY_REVIEW)
        and actor.user_id not in row.edited_by,
    }
