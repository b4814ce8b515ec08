"""Actions on exam papers. Settings that decide the result are fixed once a paper is open."""

from typing import Any

from dakehu.domains.learning.choices import PaperState, Topic
from dakehu.domains.learning.exams import rules, store
from dakehu.domains.learning.models import ExamPaper
from dakehu.domains.learning.parameters import PAPER, VERSION
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

MODEL = "learning.ExamPaper"
NUMBER = "number_"
NUMBERS = tuple(
    Parameter(
        f"{NUMBER}{one.value}",
        required=False,
        kind="integer",
        spec=FieldSpec(f"{one.zh}：题数", f"{one.en}: questions"),
    )
    for one in Topic
)


@action(
    "learning.add_paper",
    needs=Permission.QUESTION_WRITE,
    zh="新建试卷",
    en="Add an exam paper",
    parameters=(Fields(MODEL, required=("code", "name"), new=True), NUMBERS),
)
def add_paper(*, code: str, name: str, **values: Any) -> ExamPaper:
    """Add a paper in preparation. `number_TOPIC` is the number of questions of a topic. Raises Refused for a code that is taken."""
    row = ExamPaper(code=code.strip(), name=name)
    if ExamPaper.objects.filter(code=row.code).exists():
        raise refusal("code", "已有这个编号。", "There is this code already.")
    _set(row, {key: value for key, value in values.items() if value is not None})
    row.save()
    return row


@action(
    "learning.change_paper",
    needs=Permission.QUESTION_WRITE,
    zh="修改试卷",
    en="Change an exam paper",
    parameters=(PAPER, VERSION, Fields(MODEL, without=("code",)), NUMBERS),
)
def change_paper(*, paper_id: int, version: int | None = None, **values: Any) -> ExamPaper:
    """Change a paper in preparation. Raises Refused once it was open: no one is graded by a mark set afterwards."""
    row = store.get_paper(paper_id)
    check_version(row, version)
    if row.state != PaperState.DRAFT:
        raise refusal(
            "paper_id",
            "试卷开放后不能修改题数、时长和及格线；请新建试卷。",
            "Once open, its questions, time and pass mark are fixed; add another paper.",
        )
    _set(row, values)
    row.save()
    return row


def _set(row: ExamPaper, values: dict[str, Any]) -> None:
    blueprint = dict(row.blueprint)
    for name, value in values.items():
        if not name.startswith(NUMBER):
            setattr(row, name, value)
        elif value:
            blueprint[name.removeprefix(NUMBER)] = value
        else:
            blueprint.pop(name.removeprefix(NUMBER), None)
    row.blueprint = blueprint


@action(
    "learning.open_paper",
    needs=Permission.QUESTION_WRITE,
    zh="开放考试",
    en="Open an exam",
    parameters=(PAPER,),
    irreversible=bilingual(
        "开放后题数、时长和及格线不能再改。", "Questions, time and pass mark are fixed from then on."
    ),
)
def open_paper(*, paper_id: int) -> ExamPaper:
    """Open a paper to all users. Raises Refused if the bank has too few questions of a topic."""
    row = store.get_paper(paper_id)
    if row.state != PaperState.DRAFT:
        raise refusal("paper_id", "只有筹备中的试卷可以开放。", "Only a paper in preparation is opened.")
    fault = rules.blueprint_fault(row.blueprint, store.available())
    if fault is not None:
        raise Refused({"paper_id": [fault]})
    row.state, row.opened_at = PaperState.OPEN.value, clock.now()
    row.save()
    return row


@action(
    "learning.close_paper",
    needs=Permission.QUESTION_WRITE,
    zh="结束考试",
    en="Close an exam",
    parameters=(PAPER,),
)
def close_paper(*, paper_id: int) -> ExamPaper:
    """Close a paper to new attempts; attempts in progress may finish, and results are kept."""
    row = store.get_paper(paper_id)
    row.state = PaperState.CLOSED.value
    row.save()
    return row
