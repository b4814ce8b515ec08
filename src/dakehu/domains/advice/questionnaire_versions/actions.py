"""Actions on versions of the questionnaire: draft, edit, submit for approval by a second person, withdraw.

A version is used from its day on once a second person has approved exactly its content; it never changes after that.
"""

from datetime import date
from typing import Any

from dakehu.domains.advice.models import QuestionnaireVersion
from dakehu.domains.advice.parameters import VERSION
from dakehu.domains.advice.questionnaire_versions import rules, store
from dakehu.domains.advice.questionnaire_versions.choices import VersionState
from dakehu.domains.advice.questionnaire_versions.parameters import (
    BANDS,
    CHECK_CODE,
    CONDITION,
    IS_HARD,
    ITEM,
    ITEM_CODE,
    QUESTIONNAIRE,
    TEXT_EN,
    TEXT_ZH,
    VALID_DAYS,
)
from dakehu.domains.compliance.approvals.requests import request_approval, void_approvals
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.parameters import Fields, parameters_of

SUBJECT = "advice.questionnaire_version"  # of approvals
NEEDS = Permission.QUESTIONNAIRE_WRITE
FACTS = ("version", "effective_from")  # stored in a file in addition to the content, and in a row as separate columns


def get_version(pk: int) -> QuestionnaireVersion:
    """Return a version. Raises NotFound."""
    row: QuestionnaireVersion | None = QuestionnaireVersion.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("测评问卷版本", "questionnaire version"))
    return row


def content_digest(row: QuestionnaireVersion) -> str:
    """Return the digest of what is approved: name, day and content."""
    return digest({"name": row.name, "from": row.effective_from.isoformat(), "content": row.content})


@action(
    "advice.draft_questionnaire",
    needs=NEEDS,
    zh="新建问卷版本",
    en="Draft a version of the questionnaire",
    parameters=(Fields("advice.QuestionnaireVersion", required=("name", "effective_from"), new=True),),
)
def draft_questionnaire(*, name: str, effective_from: date, **values: Any) -> QuestionnaireVersion:
    """Draft a version with the content of the newest approved one. It is not used before its approval."""
    known = store.versions()
    if not rules.NAME.fullmatch(name):
        raise refusal(
            "name",
            "版本名称只用字母、数字、点和短横，不超过 20 位。",
            "Use letters, digits, dots and hyphens, 20 at most.",
        )
    if name in known or QuestionnaireVersion.objects.filter(name=name).exists():
        raise refusal("name", "已有同名版本，请换一个名称。", "A version has this name; choose another.")
    base = list(known)[-1]
    content = {key: value for key, value in store.content_of(base).items() if key not in FACTS}
    row = QuestionnaireVersion(name=name, effective_from=_future(effective_from), based_on=base, content=content)
    row.note = values.get("note") or ""
    row.edited_by = [current_actor().user_id]
    row.save()
    return row


def _future(day: date) -> date:
    if day < clock.today():
        raise refusal("effective_from", "启用日期不能早于今天。", "It cannot be used before today.")
    return day


def _editable(pk: int, version: int | None) -> QuestionnaireVersion:
    """Return a version that is not approved, as a draft. Raises NotFound, Refused and Conflict."""
    row = get_version(pk)
    check_version(row, version)
    if row.state not in (VersionState.DRAFT, VersionState.WAITING):
        raise refusal(
            "questionnaire",
            "已批准或已撤回的版本不能修改，请新建版本。",
            "It is approved or withdrawn and stays so; draft another.",
        )
    void_approvals(SUBJECT, row.pk)
    row.state = VersionState.DRAFT.value
    if current_actor().user_id not in row.edited_by:
        row.edited_by = [*row.edited_by, current_actor().user_id]
    return row


@action(
    "advice.change_questionnaire",
    needs=NEEDS,
    zh="修改问卷版本",
    en="Change a version of the questionnaire",
    parameters=(
        QUESTIONNAIRE,
        VERSION,
        parameters_of("advice.QuestionnaireVersion", optional=("effective_from", "note")),
        VALID_DAYS,
        *BANDS,
    ),
)
def change_questionnaire(
    *, questionnaire: int, version: int | None = None, valid_days: int | None = None, **values: Any
) -> QuestionnaireVersion:
    """Change day, note, days of validity, and the scores from which levels begin. A version awaiting approval becomes a draft again."""
    row = _editable(questionnaire, version)
    if values.get("effective_from"):
        row.effective_from = _future(values["effective_from"])
    row.note = values["note"] if values.get("note") is not None else row.note
    least = [values.get(band.name) for band in BANDS]
    stated = [
        known if given is None else given for given, (known, _) in zip(least, row.content["bands"][1:], strict=True)
    ]
    row.content = rules.with_bands({**row.content, "valid_days": valid_days or row.content["valid_days"]}, stated)
    row.save()
    return row


@action(
    "advice.set_questionnaire_item",
    needs=NEEDS,
    zh="修改问卷题目",
    en="Set a question of the questionnaire",
    parameters=(QUESTIONNAIRE, VERSION, ITEM),
)
def set_questionnaire_item(*, questionnaire: int, item: Any, version: int | None = None) -> QuestionnaireVersion:
    """Replace the question of that code, or add it: {code, group, kind, zh, en, options: [{code, zh, en, points, minimum,
    exclusive}]}. Raises Refused with every error."""
    row = _editable(questionnaire, version)
    errors = rules.item_errors(item, [code for code, _, _ in row.content["groups"]])
    if errors:
        raise Refused({"item": [Bilingual(*error) for error in dict.fromkeys(errors)]})
    row.content = rules.with_item(row.content, item)
    row.save()
    return row


@action(
    "advice.remove_questionnaire_item",
    needs=NEEDS,
    zh="删除问卷题目",
    en="Remove a question of the questionnaire",
    parameters=(QUESTIONNAIRE, VERSION, ITEM_CODE),
)
def remove_questionnaire_item(*, questionnaire: int, code: str, version: int | None = None) -> QuestionnaireVersion:
    """Remove a question from a draft. Raises Refused where it has none of that code."""
    row = _editable(questionnaire, version)
    if all(one["code"] != code for one in row.content["items"]):
        raise refusal("code", "没有这道题。", "There is no such question.")
    row.content = rules.without_item(row.content, code)
    row.save()
    return row


@action(
    "advice.set_questionnaire_check",
    needs=NEEDS,
    zh="设置矛盾检查",
    en="Set a check for contradictions",
    parameters=(QUESTIONNAIRE, VERSION, CHECK_CODE, CONDITION, IS_HARD, TEXT_ZH, TEXT_EN),
)
def set_questionnaire_check(
    *, questionnaire: int, code: str, condition: str, is_hard: bool, zh: str, en: str, version: int | None = None
) -> QuestionnaireVersion:
    """Replace or add a check: answers that contradict one another, where every question has one of the options named."""
    row = _editable(questionnaire, version)
    when = rules.read_condition(condition)
    if when is None:
        raise refusal(
            "condition",
            "请写成“题目=选项，选项；题目=选项”，至少两道题。",
            "Write it as “question=option,option; question=option”, two questions at least.",
        )
    check = {"code": code, "severity": "hard" if is_hard else "soft", "when": when, "zh": zh, "en": en}
    checks = [one for one in row.content["checks"] if one["code"] != code]
    row.content = {**row.content, "checks": [*checks, check]}
    row.save()
    return row


@action(
    "advice.remove_questionnaire_check",
    needs=NEEDS,
    zh="删除矛盾检查",
    en="Remove a check for contradictions",
    parameters=(QUESTIONNAIRE, VERSION, CHECK_CODE),
)
def remove_questionnaire_check(*, questionnaire: int, code: str, version: int | None = None) -> QuestionnaireVersion:
    """Remove a check from a draft; does nothing where it has none of that code."""
    row = _editable(questionnaire, version)
    row.content = {**row.content, "checks": [one for one in row.content["checks"] if one["code"] != code]}
    row.save()
    return row


@action(
    "advice.submit_questionnaire",
    needs=NEEDS,
    zh="提交问卷版本审批",
    en="Submit a version of the questionnaire",
    parameters=(QUESTIONNAIRE, VERSION),
)
def submit_questionnaire(*, questionnaire: int, version: int | None = None) -> QuestionnaireVersion:
    """Request approval by a user who did not edit it. Raises Refused with every broken rule of structure."""
    row = _editable(questionnaire, version)
    _future(row.effective_from)
    errors = rules.structure_errors(row.content)
    if errors:
        raise Refused({"questionnaire": [Bilingual(*error) for error in errors]})
    if any(one.effective_from == row.effective_from for one in store.versions().values()):
        raise refusal("effective_from", "同一天已有另一版本启用。", "Another version is used from that day.")
    if not rules.is_readable(row.name, row.effective_from.isoformat(), row.content):
        raise refusal("questionnaire", "问卷内容不完整。", "The content is not whole.")
    row.state = VersionState.WAITING.value
    row.save()
    request_approval(SUBJECT, row.pk, row.name, content_digest(row), row.edited_by)
    return row


def decide_version(pk: int, is_approved: bool, note: str) -> None:
    """Apply the second person's decision. Called inside the action that decides."""
    row = get_version(pk)
    if is_approved:
        _future(row.effective_from)
    row.state = (VersionState.APPROVED if is_approved else VersionState.DRAFT).value
    row.save()


@action(
    "advice.withdraw_questionnaire",
    needs=NEEDS,
    zh="撤回问卷版本",
    en="Withdraw a version of the questionnaire",
    parameters=(QUESTIONNAIRE, VERSION),
)
def withdraw_questionnaire(*, questionnaire: int, version: int | None = None) -> QuestionnaireVersion:
    """Withdraw a version that is not in use yet. Raises Refused for one in use: tests are interpreted by it."""
    row = get_version(questionnaire)
    check_version(row, version)
    if row.state == VersionState.APPROVED and row.effective_from <= clock.today():
        raise refusal(
            "questionnaire", "已启用的版本不能撤回，请新建版本。", "It is in use; draft another version instead."
        )
    void_approvals(SUBJECT, row.pk)
    row.state = VersionState.WITHDRAWN.value
    row.save()
    return row
