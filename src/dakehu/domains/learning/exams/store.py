"""Find papers, questions with their latest versions, and attempts."""

from collections import Counter

from dakehu.domains.learning.choices import AttemptState, QuestionKind
from dakehu.domains.learning.exams import rules
from dakehu.domains.learning.exams.rules import BankItem
from dakehu.domains.learning.models import Attempt, ExamPaper, Question, QuestionVersion
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual


def get_paper(pk: int) -> ExamPaper:
    """Return an exam paper. Raises NotFound."""
    row: ExamPaper | None = ExamPaper.objects.select_related("certificate_kind").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("试卷", "exam paper"))
    return row


def get_question(pk: int) -> Question:
    """Return a question of the bank. Raises NotFound."""
    row: Question | None = Question.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("试题", "question"))
    return row


def get_own_attempt(pk: int, *, is_locked: bool = False) -> Attempt:
    """Return an attempt of the actor, locked for the transaction if it is to be changed. Raises NotFound."""
    rows = Attempt.objects.select_related("paper", "paper__certificate_kind").filter(user_id=current_actor().user_id)
    if is_locked:
        rows = rows.select_for_update(of=("self",))  # two windows may save concurrently: neither answer may be lost
    row: Attempt | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("考试记录", "attempt"))
    return row


def latest_versions() -> dict[int, QuestionVersion]:
    """Return {question: its latest version} of the bank."""
    rows = QuestionVersion.objects.select_related("question").order_by("number")
    return {row.question_id: row for row in rows}


def bank() -> list[BankItem]:
    """Return the questions in use as input for the draw."""
    return [
        BankItem(
            version.pk,
            str(version.question.topic),
            len(rules.options_of(str(version.question.kind), version.options)),
            version.question.kind == QuestionKind.TRUE_FALSE,
        )
        for version in latest_versions().values()
        if version.question.is_active
    ]


def available() -> dict[str, int]:
    """Return {topic: number of questions in use}."""
    return dict(Counter(item.topic for item in bank()))


def check_no_open_attempt() -> None:
    """Raise Refused while the actor takes an exam: the bank contains the right answers."""
    rows = Attempt.objects.filter(user_id=current_actor().user_id, state=AttemptState.OPEN.value)
    if rows.filter(ends_at__gte=clock.now()).exists():
        raise refusal(
            "",
            "您正在考试，交卷后才能查看题库。",
            "You are sitting an exam; the bank opens once you have handed it in.",
        )
