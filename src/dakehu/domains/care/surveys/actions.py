"""Actions on surveys: create one, change its questions, copy, open and close it."""

from copy import deepcopy
from typing import Any

from dakehu.domains.care.models import Survey, SurveyVersion
from dakehu.domains.care.permissions import SURVEY_WRITE
from dakehu.domains.care.surveys import questions as rules
from dakehu.domains.care.surveys.choices import Anonymity, Purpose, QuestionKind, SurveyState
from dakehu.domains.care.surveys.parameters import (
    IS_REQUIRED,
    KIND,
    OPTIONS,
    QUESTION,
    SHOW_IF,
    SURVEY,
    TEXT_EN,
    TEXT_ZH,
    VERSION,
)
from dakehu.domains.care.surveys.store import get_open_survey, get_survey, is_begun, latest_version
from dakehu.domains.service.deliveries import client_text
from dakehu.domains.team import queries as team
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.parameters import Fields

RULES = ("anonymity", "purpose")  # frozen with the first invitation
TEXTS = ("title_zh", "title_en", "intro_zh", "intro_en")


@action(
    "care.add_survey",
    needs=SURVEY_WRITE,
    zh="新建问卷",
    en="Add a survey",
    parameters=(Fields("care.Survey", required=("title_zh",), new=True),),
)
def add_survey(*, title_zh: str, **values: Any) -> Survey:
    """Add a survey with three standard questions."""
    row = Survey(title_zh=title_zh, owner=team.current_user())
    _set(row, {name: value for name, value in values.items() if value is not None})
    row.save()
    SurveyVersion(survey=row, questions=rules.standard_questions()).save()
    return row


@action(
    "care.change_survey",
    needs=SURVEY_WRITE,
    zh="修改问卷",
    en="Change a survey",
    parameters=(SURVEY, VERSION, Fields("care.Survey")),
)
def change_survey(*, survey: int, version: int | None = None, **values: Any) -> Survey:
    """Change a survey. Raises Refused for the kind of anonymity or the purpose after the first invitation."""
    row = get_open_survey(survey)
    check_version(row, version)
    if is_begun(row):
        for name in RULES:
            if values.get(name) not in (None, getattr(row, name)):
                raise refusal(
                    name,
                    "已经发出邀请，不能再更改；请复制为新问卷。",
                    "Invitations have left: it stands. Copy the survey instead.",
                )
    _set(row, values)
    row.save()
    return row


def _set(row: Survey, values: dict[str, Any]) -> None:
    """Set fields of a survey. Raises Refused for words that may not go to clients, and for an anonymous one after requests."""
    for name, value in values.items():
        column: Any = Survey._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    if row.purpose != Purpose.GENERAL and row.anonymity == Anonymity.ANONYMOUS:
        raise refusal(
            "anonymity",
            "办结后、答复后的问卷逐份发送，不可能匿名；请选“保密”或“实名”。",
            "After a request or a complaint one survey leaves at a time, which cannot be anonymous: choose confidential or named.",
        )
    check_words(*(getattr(row, name) for name in TEXTS))


def check_words(*texts: str) -> None:
    """Raise Refused for words that may not go to a client."""
    words = "\n".join(text for text in texts if text)
    found = client_text.refusals_now(words, "survey") if words else []
    if found:
        raise Refused(found[0].text)


def editable_version(survey: int) -> SurveyVersion:
    """Return the version whose questions may be changed: a new copy if the latest one is frozen."""
    row = latest_version(get_open_survey(survey))
    if row.frozen_on is None:
        return row
    return SurveyVersion(survey=row.survey, number=row.number + 1, questions=deepcopy(row.questions))


def _save(version: SurveyVersion, questions: list[dict[str, Any]]) -> SurveyVersion:
    """Save the questions of a version. Raises Refused for invalid ones."""
    faults = rules.question_faults(questions)
    if faults:
        code, fault = next(iter(faults.items()))
        text = Bilingual(*fault)
        raise refusal("question", "{code} {fault}", "{code} {fault}", code=code, fault=text)
    for one in questions:
        words = [
            one["zh"],
            one["en"],
            *(part[side] for part in [*one["options"], *one["rows"]] for side in ("zh", "en")),
        ]
        check_words(*words)
    version.questions = questions
    version.save()
    return version


def _read(
    code: str, kind: str, text_zh: str, text_en: str, options: str, is_required: bool, show_if: str
) -> dict[str, Any]:
    """Return a question from the texts of a form. Raises Refused for a condition that cannot be read."""
    try:
        condition = rules.read_condition(show_if)
    except ValueError:
        raise refusal(
            "show_if", "应为“题目编号：取值”，如 q2：0，1，2。", "Write it as question: values, such as q2: 0,1,2."
        ) from None
    lines = rules.read_lines(options)
    is_matrix = kind == QuestionKind.MATRIX
    return rules.question(
        code,
        kind,
        text_zh,
        text_en,
        options=() if is_matrix or kind not in rules.WITH_OPTIONS else lines,
        rows=lines if is_matrix else (),
        is_required=is_required,
        show_if=condition,
    )


@action(
    "care.add_question",
    needs=SURVEY_WRITE,
    zh="新增题目",
    en="Add a question",
    parameters=(SURVEY, KIND, TEXT_ZH, TEXT_EN, OPTIONS, IS_REQUIRED, SHOW_IF),
)
def add_question(
    *,
    survey: int,
    kind: str,
    text_zh: str,
    text_en: str | None = None,
    options: str | None = None,
    is_required: bool | None = None,
    show_if: str | None = None,
) -> SurveyVersion:
    """Add a question at the end; a survey that was sent gets a new version."""
    version = editable_version(survey)
    code = rules.next_code(version.questions)
    made = _read(code, kind, text_zh, text_en or "", options or "", bool(is_required), show_if or "")
    return _save(version, [*version.questions, made])


@action(
    "care.change_question",
    needs=SURVEY_WRITE,
    zh="修改题目",
    en="Change a question",
    parameters=(SURVEY, QUESTION, KIND, TEXT_ZH, TEXT_EN, OPTIONS, IS_REQUIRED, SHOW_IF),
)
def change_question(*, survey: int, question: str, **values: Any) -> SurveyVersion:
    """Replace a question; it keeps its place and code. Raises NotFound, Refused."""
    version = editable_version(survey)
    place = _place(version, question)
    made = _read(
        question,
        values["kind"],
        values["text_zh"],
        values.get("text_en") or "",
        values.get("options") or "",
        bool(values.get("is_required")),
        values.get("show_if") or "",
    )
    return _save(version, [*version.questions[:place], made, *version.questions[place + 1 :]])


@action(
    "care.remove_question",
    needs=SURVEY_WRITE,
    zh="删除题目",
    en="Remove a question",
    parameters=(SURVEY, QUESTION),
)
def remove_question(*, survey: int, question: str) -> SurveyVersion:
    """Remove a question on which no condition depends. Raises NotFound, Refused."""
    version = editable_version(survey)
    place = _place(version, question)
    return _save(version, [*version.questions[:place], *version.questions[place + 1 :]])


@action(
    "care.move_question",
    needs=SURVEY_WRITE,
    zh="题目上移",
    en="Move a question up",
    parameters=(SURVEY, QUESTION),
)
def move_question(*, survey: int, question: str) -> SurveyVersion:
    """Move a question before the one above it. Raises NotFound, Refused if a condition would precede its question."""
    version = editable_version(survey)
    place = _place(version, question)
    moved = list(version.questions)
    if place:
        moved[place - 1], moved[place] = moved[place], moved[place - 1]
    return _save(version, moved)


def _place(version: SurveyVersion, code: str) -> int:
    for place, one in enumerate(version.questions):
        if one["code"] == code:
            return place
    raise NotFound(bilingual("题目", "question"), code)


@action("care.copy_survey", needs=SURVEY_WRITE, zh="复制问卷", en="Copy a survey", parameters=(SURVEY,))
def copy_survey(*, survey: int) -> Survey:
    """Copy a survey with all its questions as a new draft."""
    known = get_survey(survey)
    values = {
        f.name: getattr(known, f.name) for f in Survey._meta.fields if getattr(f, "spec", None) and f.spec.editable
    }
    row = Survey(**values, owner=team.current_user())
    row.title_zh = f"{known.title_zh}（副本）"[:80]
    row.title_en = f"{known.title_en} (copy)"[:120] if known.title_en else ""
    row.save()
    SurveyVersion(survey=row, questions=deepcopy(latest_version(known).questions)).save()
    return row


@action("care.open_survey", needs=SURVEY_WRITE, zh="启用问卷", en="Open a survey", parameters=(SURVEY,))
def open_survey(*, survey: int) -> Survey:
    """Open a survey: it may be sent, for requests or complaints automatically. Raises Refused if another is open."""
    row = get_open_survey(survey)
    if row.purpose != Purpose.GENERAL:
        others = Survey.objects.filter(purpose=row.purpose, state=SurveyState.OPEN.value).exclude(pk=row.pk)
        if others.exists():
            raise refusal(
                "survey",
                "已有一份“{purpose}”的问卷在进行中。",
                "Another survey “{purpose}” is open already.",
                purpose=Purpose.text_of(row.purpose),
            )
    row.state = SurveyState.OPEN.value
    row.save()
    return row


@action(
    "care.close_survey",
    needs=SURVEY_WRITE,
    zh="结束问卷",
    en="Close a survey",
    parameters=(SURVEY,),
    irreversible=bilingual(
        "结束后链接全部失效，匿名与保密问卷的结果随之公布，不能再收答卷。",
        "All links stop working and the results of anonymous and confidential surveys open; no more answers come in.",
    ),
)
def close_survey(*, survey: int) -> Survey:
    """Close a survey permanently. Raises NotFound, Refused."""
    row = get_open_survey(survey)
    row.state, row.closed_on = SurveyState.CLOSED.value, clock.today()
    row.save()
    return row
