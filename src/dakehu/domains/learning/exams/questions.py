"""Actions on the question bank. A change of content is a new version; earlier ones are kept for the results."""

from typing import Any

from dakehu.domains.learning.exams import pasting, rules, store
from dakehu.domains.learning.models import Question, QuestionVersion
from dakehu.domains.learning.parameters import QUESTION, VERSION
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

MODEL, ASKED = "learning.Question", "learning.QuestionVersion"
ROWS = Parameter(
    "rows",
    ASKED,
    "text",
    spec=FieldSpec(
        "试题行",
        "Rows of questions",
        help_zh="从表格复制，列依次为：编号、主题、题型、难度、题干、选项（用 | 分开）、答案、解析、出处",
        help_en="Copied from a worksheet: code, topic, kind, difficulty, text, options (separated by |), answer, explanation, source",
    ),
)
CONTENT = ("text", "options", "answer", "explanation", "source")


@action(
    "learning.add_question",
    needs=Permission.QUESTION_WRITE,
    zh="新增试题",
    en="Add a question",
    parameters=(
        parameters_of(MODEL, "code", "topic", "kind"),
        parameters_of(ASKED, "text"),
        parameters_of(ASKED, optional=("options",)),
        parameters_of(ASKED, "answer", optional=("explanation", "source")),
        parameters_of(MODEL, optional=("difficulty",)),
    ),
    is_confidential=True,
)
def add_question(
    *, code: str, topic: str, kind: str, text: str, answer: str, difficulty: str | None = None, **content: Any
) -> Question:
    """Add a question with its first version. Raises Refused for a code that is taken, and for inconsistent options or answers."""
    store.check_no_open_attempt()
    row = Question(code=code.strip(), topic=topic, kind=kind)
    row.difficulty = difficulty or row.difficulty
    if Question.objects.filter(code=row.code).exists():
        raise refusal("code", "已有这个编号。", "There is this code already.")
    version = _version(row, {"text": text, "answer": answer, **content})
    row.save()
    version.question, version.number = row, 1
    version.save()
    return row


@action(
    "learning.change_question",
    needs=Permission.QUESTION_WRITE,
    zh="修改试题",
    en="Change a question",
    parameters=(
        QUESTION,
        VERSION,
        parameters_of(MODEL, optional=("topic", "difficulty", "is_active")),
        parameters_of(ASKED, optional=CONTENT),
    ),
    is_confidential=True,
)
def change_question(*, question_id: int, version: int | None = None, **values: Any) -> Question:
    """Change a question; a change of content is a new version, and attempts already begun keep theirs."""
    store.check_no_open_attempt()
    row = store.get_question(question_id)
    check_version(row, version)
    latest = store.latest_versions()[row.pk]
    content = {name: values.pop(name) for name in CONTENT if values.get(name) is not None}
    for name in CONTENT:
        values.pop(name, None)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    before = {name: getattr(latest, name) for name in CONTENT}
    if {**before, **content} != before:
        made = _version(row, {**before, **content})
        made.question, made.number = row, latest.number + 1
        made.save()
    return row


@action(
    "learning.paste_questions",
    needs=Permission.QUESTION_WRITE,
    zh="从表格粘贴试题",
    en="Paste questions from a worksheet",
    parameters=(ROWS,),
    is_confidential=True,
)
def paste_questions(*, rows: str) -> dict[str, int]:
    """Add the questions of rows copied from a worksheet, all or none; returns {added}.

    Raises Refused with every fault by its row: a missing cell, an unknown topic, a code that is taken, an inconsistent answer.
    """
    faults: list[Bilingual | str] = []
    added, read = 0, list(pasting.read_rows(rows))
    if not 0 < len(read) <= pasting.MOST:
        raise refusal("rows", "应有 1–{n} 行试题。", "1 to {n} rows.", n=pasting.MOST)
    for number, values, fault in read:
        if fault is None:
            given = {name: value for name, value in values.items() if value}
            try:
                add_question(**given)
                added += 1
                continue
            except Refused as refused:
                fault = bilingual("{text}", "{text}", text=refused)
        faults.append(bilingual("第 {row} 行：{fault}", "Row {row}: {fault}", row=number, fault=fault))
    if faults:
        raise Refused({"rows": faults})
    return {"added": added}


def _version(row: Question, content: dict[str, Any]) -> QuestionVersion:
    """Return an unsaved version. Raises Refused for inconsistent options or answers."""
    made = QuestionVersion(**{name: value or "" for name, value in content.items()})
    options = rules.options_of(str(row.kind), made.options)
    answer = rules.read_answer(made.answer)
    fault = rules.question_fault(str(row.kind), options, answer)
    if fault is not None:
        raise Refused({fault[0]: [fault[1]]})
    made.answer = "".join(chr(ord("A") + one) for one in answer)
    return made
