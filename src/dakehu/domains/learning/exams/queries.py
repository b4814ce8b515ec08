"""Queries of exams: available papers, an attempt in progress without its key, its result, the bank with its statistics."""

from typing import Any

from dakehu.domains.learning.choices import AttemptState, PaperState, QuestionKind, Topic
from dakehu.domains.learning.exams import rules, statistics, store
from dakehu.domains.learning.models import Attempt, ExamPaper, Question, QuestionVersion
from dakehu.domains.learning.parameters import ATTEMPT, FILTERS, ORDER, PAPER, QUESTION
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query


@query("learning.papers", needs=Permission.LEARNING_READ, zh="试卷列表", en="Exam papers", parameters=(FILTERS, ORDER))
def papers(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the exam papers, by code; those in preparation only for their maintainers."""
    rows = filter_rows(ExamPaper.objects.select_related("certificate_kind"), filters or {}, order or "")
    if not current_actor().may(Permission.QUESTION_WRITE):
        rows = rows.exclude(state=PaperState.DRAFT.value)
    return rows if order else rows.order_by("code")


@query("learning.attempts", needs=Permission.LEARNING_READ, zh="考试记录", en="Attempts", parameters=(FILTERS, ORDER))
def attempts(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the attempts that the reader sees, the latest first."""
    rows = filter_rows(Attempt.objects.select_related("user", "paper"), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query("learning.exams", needs=Permission.LEARNING_READ, zh="我的考试", en="My exams")
def exams() -> list[dict[str, Any]]:
    """Return the papers with the reader's status in each this year.

    [{id, …, questions, used, left, open_attempt: id or None, last: {id, state, state_code, score} or None}].
    """
    rows, year = list(papers()), clock.today().year
    own: dict[int, list[Attempt]] = {}
    for one in Attempt.objects.filter(user_id=current_actor().user_id, year=year).order_by("number"):
        own.setdefault(one.paper_id, []).append(one)
    made = []
    for row, shown in zip(rows, render_rows(rows, shown=True), strict=True):
        mine = own.get(row.pk, [])
        under_way = next((one.pk for one in mine if one.state == AttemptState.OPEN), None)
        ended = [one for one in mine if one.state != AttemptState.OPEN]
        made.append(
            {
                **shown,
                "id": row.pk,
                "state_code": str(row.state),
                "questions": sum(row.blueprint.values()),
                "used": len(mine),
                "left": max(row.attempts_a_year - len(mine), 0),
                "open_attempt": under_way,
                "last": _result(ended[-1]) if ended else None,
            }
        )
    return made


def _result(row: Attempt) -> dict[str, Any]:
    return {**render_row(row, shown=True), "id": row.pk, "state_code": str(row.state)}


@query("learning.paper_page", needs=Permission.LEARNING_READ, zh="考试页面", en="Page of an exam", parameters=(PAPER,))
def paper_page(*, paper_id: int) -> dict[str, Any]:
    """Return one entry of `exams` with its topics and one's own attempts. Raises NotFound.

    {…, topics: [(topic, number)], attempts: [{id, …}]}.
    """
    paper = store.get_paper(paper_id)
    found = next((one for one in exams() if one["id"] == paper.pk), None)
    if found is None:
        raise NotFound(bilingual("试卷", "exam paper"))
    rows = Attempt.objects.filter(user_id=current_actor().user_id, paper=paper).order_by("-pk")
    return {
        **found,
        "topics": [(Topic.text_of(topic), number) for topic, number in sorted(paper.blueprint.items())],
        "attempts": [_result(one) for one in rows],
    }


@query("learning.attempt", needs=Permission.LEARNING_READ, zh="答卷", en="An attempt", parameters=(ATTEMPT,))
def attempt_page(*, attempt_id: int) -> dict[str, Any]:
    """Return one's own attempt. In progress: questions and choices, without right answers; once it has ended: the result.

    {id, paper, paper_id, state, state_code, is_open, is_over, seconds_left, ends_at, score, pass_percent, questions: [{place, number,
    text, kind, is_multiple, options: [{value, text, is_chosen, is_right (ended only)}], and once ended: is_right, explanation, source}]}.
    """
    row = store.get_own_attempt(attempt_id)
    is_open = row.state == AttemptState.OPEN
    versions = {
        one.pk: one
        for one in QuestionVersion.objects.select_related("question").filter(pk__in=[pk for pk, _ in row.asked])
    }
    now = clock.now()
    return {
        **_result(row),
        "paper_id": row.paper_id,
        "paper": row.paper.name,
        "is_open": is_open,
        "is_over": is_open and rules.is_over(now, row.ends_at),
        "seconds_left": max(int((row.ends_at - now).total_seconds()), 0) if is_open else 0,
        "answered": sum(bool(chosen) for chosen in row.answers.values()),
        "questions": [
            _render_question(row, place, versions[pk], order, is_open) for place, (pk, order) in enumerate(row.asked)
        ],
    }


def _render_question(
    row: Attempt, place: int, version: QuestionVersion, order: list[int], is_open: bool
) -> dict[str, Any]:
    """Return one question as asked; with the right answers only once the attempt has ended."""
    kind = str(version.question.kind)
    texts, chosen = rules.options_of(kind, version.options), row.answers.get(str(place), [])
    options: list[dict[str, Any]] = [
        {"value": shown, "text": texts[at], "is_chosen": shown in chosen} for shown, at in enumerate(order)
    ]
    asked = {
        "place": place,
        "number": place + 1,
        "text": version.text,
        "kind": QuestionKind.text_of(kind),
        "is_multiple": kind == QuestionKind.MULTIPLE,
        "options": options,
    }
    if is_open:
        return asked
    key = set(rules.read_answer(version.answer))
    for option, at in zip(options, order, strict=True):
        option["is_right"] = at in key
    return {
        **asked,
        "is_right": row.right[place],
        "explanation": version.explanation,
        "source": version.source,
        "version": version.number,
    }


@query(
    "learning.questions", needs=Permission.QUESTION_WRITE, zh="题库", en="Question bank", parameters=(FILTERS, ORDER)
)
def questions(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the questions of the bank, by code. Raises Refused while the reader takes an exam."""
    store.check_no_open_attempt()
    rows = filter_rows(Question.objects.all(), filters or {}, order or "")
    return rows if order else rows.order_by("code")


@query("learning.question", needs=Permission.QUESTION_WRITE, zh="一道试题", en="A question", parameters=(QUESTION,))
def question_row(*, question_id: int) -> Question:
    """Return a question of the bank. Raises Refused while the reader takes an exam."""
    store.check_no_open_attempt()
    return store.get_question(question_id)


@query(
    "learning.question_bank",
    needs=Permission.QUESTION_WRITE,
    zh="题库与统计",
    en="Question bank with its figures",
    parameters=(FILTERS,),
)
def question_bank(*, filters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the bank with the latest version of each question and its statistics over all ended attempts.

    [{id, …, text, options: [(text, is right)], explanation, source, number, answers, facility, discrimination, needs_repair}];
    figures are None under 30 answers. Raises Refused while the reader takes an exam.
    """
    rows = list(questions(filters=filters))
    latest, figures = store.latest_versions(), _figures()
    made = []
    for row, shown in zip(rows, render_rows(rows, shown=True), strict=True):
        version = latest[row.pk]
        key = set(rules.read_answer(version.answer))
        found = statistics.measure(figures.get(row.pk, []))
        made.append(
            {
                **shown,
                "id": row.pk,
                "is_active": row.is_active,
                "text": version.text,
                "options": [
                    (text, at in key) for at, text in enumerate(rules.options_of(str(row.kind), version.options))
                ],
                "explanation": version.explanation,
                "source": version.source,
                "number": version.number,
                "answers": found.answers,
                "facility": found.facility,
                "discrimination": found.discrimination,
                "needs_repair": found.needs_repair,
            }
        )
    return made


def _figures() -> dict[int, list[tuple[bool, float]]]:
    """Return {question: [(is right, share of the other questions that were right)]} of all ended attempts."""
    owner = dict(QuestionVersion.objects.values_list("pk", "question_id"))
    found: dict[int, list[tuple[bool, float]]] = {}
    with elevated("measure the questions of exams"):
        ended = list(Attempt.objects.exclude(state=AttemptState.OPEN.value).values_list("asked", "right"))
    for asked, right in ended:
        total = sum(right)
        for (pk, _), is_right in zip(asked, right, strict=False):
            rest = (total - is_right) / (len(right) - 1) if len(right) > 1 else 0.0
            found.setdefault(owner[pk], []).append((is_right, rest))
    return found
