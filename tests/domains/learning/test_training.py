"""Courses credit their hours once a year; external ones after a second person approved the evidence; roles require courses."""

from datetime import timedelta
from decimal import Decimal

import pytest

from dakehu.domains.learning.notices import course_notices
from dakehu.domains.learning.reactions import on_complaint
from dakehu.domains.learning.training.actions import enrol_required
from dakehu.domains.learning.training.hours import training_hours
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.learning.exam_stage import add_exam
from tests.domains.learning.test_exams import sit

pytestmark = pytest.mark.django_db


def add_course(he, code="C1", lessons=2, **more):
    with acting(he):
        row = perform("learning.add_course", {"code": code, "name": "适当性实务", "hours": "2.5", **more})
        for number in range(lessons):
            perform("learning.add_lesson", {"course_id": row.pk, "title": f"第{number + 1}课", "text": "内容"})
        return perform("learning.open_course", {"course_id": row.pk})


def hours(user, year):
    with as_system():
        return training_hours(user.pk, year)


def finish(user, course):
    with acting(user):
        enrolment = perform("learning.enrol", {"course_id": course.pk})
        for lesson in ask("learning.course_page", {"course_id": course.pk})["lessons"]:
            perform("learning.finish_lesson", {"enrolment": enrolment.pk, "lesson_id": lesson["id"]})
    return enrolment


@pytest.mark.postgres
def test_a_course_is_completed_by_its_lessons_and_its_quiz_and_counts_once_a_year(lin, he, monkeypatch):
    exam = add_exam(he)
    course, today = add_course(he, quiz="E1"), clock.today()
    finish(lin, course)
    assert hours(lin, today.year) == (Decimal(0), Decimal(15))
    attempt = sit(lin, exam)
    with acting(lin):
        perform("learning.finish_attempt", {"attempt_id": attempt.pk})
        finish(lin, course)
        own = ask("learning.my_hours", {})
        assert (own["done"], own["required"], own["is_met"]) == ("2.5", "15", False)
        assert own["rule"]["certainty"] == "二手来源"
    monkeypatch.setattr(clock, "today", lambda: today.replace(year=today.year + 1))
    finish(lin, course)
    assert hours(lin, today.year) == (Decimal("2.5"), Decimal(15))
    with acting(lin):
        assert ask("learning.enrolments", {})["count"] == 2


def enter(user, name="行业协会讲座", **more):
    given = {"name": name, "provider": "协会", "category": "法律法规", "hours": "6", "held_on": clock.today(), **more}
    with acting(user):
        return perform("learning.enter_training", {**given, "file": Upload("证书.pdf", b"%PDF-1.4 evidence")})


@pytest.mark.postgres
def test_an_external_training_counts_once_a_second_person_approved_its_evidence(lin, zhou, wang):
    row, year = enter(lin), clock.today().year
    assert hours(lin, year)[0] == 0
    with acting(wang), pytest.raises(NotFound):
        ask("learning.training_evidence", {"training_record": row.pk})
    with acting(zhou):
        assert ask("learning.training_evidence", {"training_record": row.pk})[0] == "证书.pdf"
        perform("compliance.approve", {"approval": ask("compliance.approvals", {})[0]["id"]})
    assert hours(lin, year)[0] == 6
    with acting(lin), pytest.raises(Refused):
        perform("learning.withdraw_training", {"training_record": row.pk})
    other = enter(zhou)
    with acting(zhou):
        assert [one["can_decide"] for one in ask("compliance.approvals", {"view": "mine"})] == [False]
        perform("learning.withdraw_training", {"training_record": other.pk})
        assert ask("compliance.approvals", {"view": "mine"}) == []


def test_a_requirement_enrols_its_role_once_a_year_and_new_staff_only_where_it_says_so(lin, zhou, an, he):
    everybody, managers = add_course(he, "C1"), add_course(he, "C2")
    with acting(he):
        perform("learning.set_start", {"user": "an", "started_on": clock.today() - timedelta(days=30)})
        perform(
            "learning.add_requirement",
            {"kind": "course", "period": "year", "required_course": "C2", "role": "manager", "days": 5},
        )
        perform(
            "learning.add_requirement",
            {"kind": "course", "period": "once", "required_course": "C1", "for_new_staff": True},
        )
        with pytest.raises(Refused):
            perform("learning.add_requirement", {"kind": "hours", "period": "year"})
    with as_system():
        assert enrol_required() == {"enrolled": 2} and enrol_required() == {"enrolled": 0}
    with acting(an):
        assert [row["course"]["id"] for row in ask("learning.enrolments", {})["rows"]] == [everybody.pk]
    with acting(lin):
        assert [row["course"]["id"] for row in ask("learning.enrolments", {})["rows"]] == [managers.pk]
        assert len(course_notices()) == 1


def test_a_lead_sees_the_team_and_compliance_everybody_and_nobody_adjusts_their_own_hours(lin, zhou, wang, he):
    names = {}
    for user in (zhou, he):
        with acting(user):
            names[user.username] = [row["name"] for row in ask("learning.team", {})]
    assert names["zhou"] == ["周宁", "林晓"] and set(names["he"]) >= {"王强", "林晓", "周宁", "何静"}
    with acting(lin), pytest.raises(NotAllowed):
        ask("learning.team", {})
    given = {"year": clock.today().year, "hours": "8", "reason": "产假半年"}
    with acting(zhou):
        perform("learning.adjust_hours", {"user": "lin", **given})
        for username in ("zhou", "wang"):
            with pytest.raises(Refused):
                perform("learning.adjust_hours", {"user": username, **given})
    assert hours(lin, clock.today().year) == (0, 8)


def test_a_lead_assigns_a_course_to_the_team_only(lin, zhou, wang, he):
    course = add_course(he)
    given = {"course": "C1", "due_on": clock.today() + timedelta(days=10)}
    with acting(zhou):
        assert perform("learning.assign_course", {"user": "lin", **given}).course_id == course.pk
        with pytest.raises(Refused):
            perform("learning.assign_course", {"user": "wang", **given})
    with acting(lin):
        enrolment = ask("learning.enrolments", {})["rows"][0]["id"]
        with pytest.raises(Refused):
            perform("learning.drop_course", {"enrolment": enrolment})


def test_an_upheld_complaint_puts_its_person_into_the_courses_of_its_subject_once(lin, he, zhang):
    add_course(he, topic="适当性")
    add_course(he, "C2", topic="服务")
    with acting(he):
        case = perform(
            "compliance.register_complaint",
            {
                "client": zhang.pk,
                "subject": "推荐不合适的产品",
                "category": "适当性",
                "about_staff": "lin",
                "channel": "电话",
            },
        )
    assert on_complaint(complaint=case.pk) == {"proposed": 0}
    with as_system(), act("test.settle"):
        case.state, case.decision = "closed", "upheld"
        case.save()
    assert on_complaint(complaint=case.pk) == {"proposed": 1} == on_complaint(complaint=case.pk)
    with acting(lin):
        rows = ask("learning.enrolments", {})["rows"]
        assert [(row["course"]["id"], row["reason"]) for row in rows] == [(rows[0]["course"]["id"], "proposed")]
        assert ask("learning.course_list", {})[0]["enrolment"]["due_on"]
