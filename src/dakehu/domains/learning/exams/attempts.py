"""Actions on attempts: begin, answer, submit. The server keeps the time, and two windows share one attempt."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from dakehu.domains.learning.certificates.actions import issue
from dakehu.domains.learning.choices import AttemptState, PaperState
from dakehu.domains.learning.courses import completion
from dakehu.domains.learning.exams import rules, store
from dakehu.domains.learning.models import Attempt, ExamPaper, QuestionVersion
from dakehu.domains.learning.parameters import ATTEMPT, PAPER
from dakehu.foundation.access import keys
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

PLACE = Parameter("place", kind="integer", spec=FieldSpec("题号", "Place of the question"))
CHOSEN = Parameter("chosen", required=False, spec=FieldSpec("所选选项", "Options chosen", example="0,2"))
KEPT = bilingual("考试记录不能撤销。", "Exams are kept as they were sat.")


@action(
    "learning.start_attempt",
    needs=Permission.LEARNING_READ,
    zh="开始考试",
    en="Begin an exam",
    parameters=(PAPER,),
    irreversible=KEPT,
)
def start_attempt(*, paper_id: int) -> Attempt:
    """Begin an attempt at an open exam, or continue the one in progress, from any window.

    Raises Refused for a paper that is not open, and once the attempts of this calendar year are used up.
    """
    paper, user_id = store.get_paper(paper_id), current_actor().user_id
    if user_id is None:
        raise refusal("paper_id", "考试须由本人参加。", "A person sits an exam.")
    under_way = _find_open(paper, user_id)
    if under_way is not None and not rules.is_over(clock.now(), under_way.ends_at):
        return under_way
    if under_way is not None:
        _finish(under_way)
    if paper.state != PaperState.OPEN:
        raise refusal("paper_id", "这场考试没有开放。", "This exam is not open.")
    try:
        with transaction.atomic():
            return _begin(paper, user_id)
    except IntegrityError:
        other = _find_open(paper, user_id)
        if other is None:
            raise
        return other


def _find_open(paper: ExamPaper, user_id: int) -> Attempt | None:
    rows = Attempt.objects.filter(paper=paper, user_id=user_id, state=AttemptState.OPEN.value)
    found: Attempt | None = rows.select_related("paper").first()
    return found


def _begin(paper: ExamPaper, user_id: int) -> Attempt:
    now, year = clock.now(), clock.today().year
    number = Attempt.objects.filter(paper=paper, user_id=user_id, year=year).count() + 1
    if number > paper.attempts_a_year:
        raise refusal(
            "paper_id",
            "今年的 {n} 次考试机会已用完。",
            "The {n} attempts of this year are used up.",
            n=paper.attempts_a_year,
        )
    bank = store.bank()
    fault = rules.blueprint_fault(paper.blueprint, store.available())
    if fault is not None:
        raise Refused({"paper_id": [fault]})
    with elevated("draw another order than the one before"):
        previous = Attempt.objects.filter(paper=paper).order_by("-pk").values_list("asked", flat=True).first()
    key = hmac.new(keys.key("index"), b"dakehu exam", hashlib.sha256).digest()
    seed = rules.seed_of(key, paper.pk, user_id, year, number, now)
    row = Attempt(
        user_id=user_id,
        paper=paper,
        year=year,
        number=number,
        seed=seed,
        started_at=now,
        ends_at=now + timedelta(minutes=paper.minutes),
        asked=rules.draw_unlike(bank, paper.blueprint, seed, previous),
        pass_percent=paper.pass_percent,
    )
    row.save()
    return row


@action(
    "learning.save_answer",
    needs=Permission.LEARNING_READ,
    zh="保存答案",
    en="Save an answer",
    parameters=(ATTEMPT, PLACE, CHOSEN),
    offers_undo=False,
)
def save_answer(*, attempt_id: int, place: int, chosen: str | None = None) -> Attempt:
    """Save the answer to one question: positions of options as shown, from 0, separated by commas.

    Raises Refused once the time is over, and for a missing question or option.
    """
    row = store.get_own_attempt(attempt_id, is_locked=True)
    if row.state != AttemptState.OPEN or rules.is_over(clock.now(), row.ends_at):
        raise refusal("attempt_id", "考试时间已到，答案不再保存。", "The time is over; answers are no longer taken.")
    if not 0 <= place < len(row.asked):
        raise refusal("place", "没有这道题。", "There is no such question.")
    parts = [one.strip() for one in (chosen or "").split(",") if one.strip()]
    if not all(one.isascii() and one.isdigit() and int(one) < len(row.asked[place][1]) for one in parts):
        raise refusal("chosen", "没有这个选项。", "There is no such option.")
    row.answers = {**row.answers, str(place): sorted({int(one) for one in parts})}
    row.save()
    return row


@action(
    "learning.finish_attempt",
    needs=Permission.LEARNING_READ,
    zh="交卷",
    en="Hand in an exam",
    parameters=(ATTEMPT,),
    irreversible=KEPT,
)
def finish_attempt(*, attempt_id: int) -> Attempt:
    """Submit an exam: its result is stored with the question versions, and passing issues its certificate."""
    row = store.get_own_attempt(attempt_id, is_locked=True)
    if row.state == AttemptState.OPEN:
        _finish(row)
    return row


@action(
    "learning.close_attempts",
    needs=Permission.LEARNING_READ,
    zh="收卷",
    en="Collect exams whose time is over",
    is_public=False,
)
def close_attempts() -> dict[str, Any]:
    """Submit the unsubmitted exams whose time is over; returns {closed}."""
    rows = Attempt.objects.filter(state=AttemptState.OPEN.value, ends_at__lt=clock.now())
    found = list(rows.select_related("paper", "paper__certificate_kind"))
    for row in found:
        _finish(row)
    return {"closed": len(found)}


def _finish(row: Attempt) -> None:
    """Grade an attempt by the question versions asked, and store its consequences."""
    versions = {one.pk: one for one in QuestionVersion.objects.filter(pk__in=[pk for pk, _ in row.asked])}
    row.right = [
        rules.is_right(rules.read_answer(versions[pk].answer), order, row.answers.get(str(place), []))
        for place, (pk, order) in enumerate(row.asked)
    ]
    is_passed = rules.is_passed(row.right, row.pass_percent)
    row.score, row.ended_at = rules.score_of(row.right), min(clock.now(), row.ends_at)
    row.state = (AttemptState.PASSED if is_passed else AttemptState.FAILED).value
    row.save()
    if is_passed and row.paper.certificate_kind is not None:
        issue(row.user_id, row.paper.certificate_kind, clock.local(row.ended_at).date(), attempt=row)
    if is_passed:
        completion.complete_after_quiz(row.user_id, row.paper_id, row.year)
