"""An exam is taken once in any number of windows, by the server's clock, and its result is stored with its questions."""

import json
from datetime import timedelta

import pytest

from dakehu.domains.learning.exams.attempts import close_attempts
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.learning.exam_stage import add_exam, right_answer

pytestmark = pytest.mark.django_db


def sit(user, exam, right=True):
    """Begin the exam and answer every question; return the attempt."""
    with acting(user):
        attempt = perform("learning.start_attempt", {"paper_id": exam.pk})
        for question in ask("learning.attempt", {"attempt_id": attempt.pk})["questions"]:
            chosen = right_answer(question) if right else "0,1,2"
            perform("learning.save_answer", {"attempt_id": attempt.pk, "place": question["place"], "chosen": chosen})
    return attempt


@pytest.mark.postgres
def test_two_windows_sit_one_attempt_and_no_answer_key_is_in_any_response_before_the_end(lin, zhou, he, exam):
    with acting(lin):
        first = perform("learning.start_attempt", {"paper_id": exam.pk})
        assert perform("learning.start_attempt", {"paper_id": exam.pk}).pk == first.pk
        asked = json.dumps(
            [
                ask("learning.attempt", {"attempt_id": first.pk}),
                ask("learning.attempts", {}),
                ask("learning.exams", {}),
            ],
            default=str,
        )
        assert "is_right" not in asked and "解析" not in asked and '"answer"' not in asked
        with pytest.raises(NotAllowed):
            ask("learning.question_bank", {})
    with acting(zhou):
        with pytest.raises(NotFound):
            ask("learning.attempt", {"attempt_id": first.pk})
        with pytest.raises(NotFound):
            perform("learning.finish_attempt", {"attempt_id": first.pk})
    with acting(he):
        assert len(ask("learning.question_bank", {})) == 4
        perform("learning.start_attempt", {"paper_id": exam.pk})
        with pytest.raises(Refused, match="正在考试"):
            ask("learning.question_bank", {})


def test_a_result_stays_when_a_question_is_changed_afterwards(lin, he, exam):
    attempt = sit(lin, exam)
    with acting(he):
        question = ask("learning.question_bank", {})[1]
        perform("learning.change_question", {"question_id": question["id"], "answer": "A", "text": "改过的题"})
        assert ask("learning.question_bank", {})[1]["number"] == 2
    with acting(lin):
        done = perform("learning.finish_attempt", {"attempt_id": attempt.pk})
        assert (done.score, done.state) == (1, "passed")
        shown = ask("learning.attempt", {"attempt_id": attempt.pk})
        assert "改过的题" not in str(shown) and all(one["is_right"] for one in shown["questions"])
        assert perform("learning.finish_attempt", {"attempt_id": attempt.pk}).ended_at == done.ended_at
        with pytest.raises(Refused, match="时间已到"):
            perform("learning.save_answer", {"attempt_id": attempt.pk, "place": 0, "chosen": "0"})


def test_the_server_ends_an_exam_and_what_was_saved_in_time_counts(lin, exam, monkeypatch):
    attempt, now = sit(lin, exam), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=31))
    with acting(lin):
        with pytest.raises(Refused, match="时间已到"):
            perform("learning.save_answer", {"attempt_id": attempt.pk, "place": 0, "chosen": ""})
        assert ask("learning.attempt", {"attempt_id": attempt.pk})["is_over"]
    with as_system():
        assert close_attempts() == {"closed": 1} and close_attempts() == {"closed": 0}
    with acting(lin):
        shown = ask("learning.attempt", {"attempt_id": attempt.pk})
        assert shown["state_code"] == "passed" and len(shown["questions"]) == 4


def test_the_attempts_of_a_year_are_counted_and_the_pass_mark_is_fixed_once_open(lin, he):
    exam = add_exam(he, attempts_a_year=1)
    attempt = sit(lin, exam, right=False)
    with acting(lin):
        assert perform("learning.finish_attempt", {"attempt_id": attempt.pk}).state == "failed"
        with pytest.raises(Refused, match="用完"):
            perform("learning.start_attempt", {"paper_id": exam.pk})
    with acting(he), pytest.raises(Refused, match="及格线"):
        perform("learning.change_paper", {"paper_id": exam.pk, "pass_percent": 10})


def test_a_paper_beyond_the_bank_is_not_opened(he):
    with acting(he):
        row = perform("learning.add_paper", {"code": "E9", "name": "空卷", "number_privacy": 2})
        with pytest.raises(Refused, match="个人信息与反洗钱"):
            perform("learning.open_paper", {"paper_id": row.pk})
