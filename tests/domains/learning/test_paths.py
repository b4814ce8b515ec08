"""Learning paths are followed course by course; a promotion is proposed by a lead and decided by a second person."""

from datetime import timedelta

import pytest

from dakehu.domains.learning.nightly import STEP
from dakehu.domains.learning.paths.actions import assign_paths_by_rule, follow_paths
from dakehu.domains.learning.reactions import on_course, on_quality
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.learning.test_training import add_course, finish

pytestmark = pytest.mark.django_db


def add_path(he, *courses, code="P1", **more):
    with acting(he):
        row = perform("learning.add_path", {"code": code, "name": "客户经理路径", **more})
        for days, course in zip((10, 30, 60), courses, strict=False):
            perform("learning.add_path_step", {"path_id": row.pk, "course": course.code, "days": days})
        return perform("learning.open_path", {"path_id": row.pk})


def states(user):
    with acting(user):
        (path,) = ask("learning.paths_of", {})
        return [step["state"] for step in path["steps"]], path["is_done"]


@pytest.mark.postgres
def test_a_path_assigned_by_the_lead_goes_on_to_the_next_course_when_one_is_completed(lin, zhou, wang, he):
    first, second = add_course(he, "C1"), add_course(he, "C2", lessons=1)
    path = add_path(he, first, second)
    with acting(zhou):
        perform("learning.assign_path", {"user": "lin", "path": path.code})
        with pytest.raises(Refused, match="已在这条路径上"):
            perform("learning.assign_path", {"user": "lin", "path": path.code})
        with pytest.raises(Refused, match="本队"):
            perform("learning.assign_path", {"user": "wang", "path": path.code})
    assert states(lin) == (["open", "waiting"], False)
    finish(lin, first)
    on_course(user=lin.pk, course=first.pk)
    assert states(lin) == (["done", "open"], False)
    with acting(lin):
        (taken,) = [row for row in ask("learning.course_list", {}) if row["code"] == "C2"]
        assert taken["enrolment"]["due_on"] == (clock.today() + timedelta(days=30)).isoformat()
    finish(lin, second)
    on_course(user=lin.pk, course=second.pk)
    assert states(lin) == (["done", "done"], True)
    with acting(wang), pytest.raises(NotFound):
        ask("learning.paths_of", {"person": lin.pk})


def test_the_night_assigns_an_automatic_path_once_to_its_role_and_to_new_staff_only_where_it_says_so(lin, zhou, he):
    course = add_course(he)
    add_path(he, course, role="manager", is_automatic=True)
    add_path(he, course, code="P2", for_new_staff=True, is_automatic=True)
    with as_system():
        assert assign_paths_by_rule() == {"paths": 1}
        assert assign_paths_by_rule() == {"paths": 0}
        assert follow_paths() == {"path_courses": 0}
    with acting(zhou):
        perform("learning.set_start", {"user": "lin", "started_on": clock.today() - timedelta(days=20)})
    with as_system():
        assert assign_paths_by_rule() == {"paths": 1}
    with acting(lin):
        assert [row["reason"] for row in ask("learning.paths_of", {})] == ["岗位要求", "新员工"]
    assert STEP


def test_a_quality_check_elsewhere_proposes_the_courses_of_its_topic(lin, he):
    course = add_course(he, topic="conduct")
    add_course(he, "C2", topic="law")
    assert on_quality(user=lin.pk, topic="conduct") == {"proposed": 1}
    assert on_quality(user=lin.pk, topic="astrology") == {"proposed": 0}
    with acting(lin):
        (own,) = ask("learning.enrolments", {})["rows"]
        assert (own["course"]["id"], own["reason"]) == (course.pk, "proposed")


def add_ladder(he, *conditions):
    with acting(he):
        row = perform("learning.add_ladder", {"track": "RM", "name": "客户经理序列"})
        low, high = (
            perform("learning.add_level", {"ladder_id": row.pk, "code": code, "name": name})
            for code, name in (("RM1", "客户经理"), ("RM2", "高级客户经理"))
        )
        for kind, least, *subject in conditions:
            given = {"level_id": high.pk, "condition_kind": kind, "least": least}
            perform("learning.add_condition", {**given, **({"subject": subject[0]} if subject else {})})
        perform("learning.put_ladder_in_force", {"ladder_id": row.pk})
    return row, low


def enter_level(he, low, **more):
    since = clock.today() - timedelta(days=400)
    with acting(he):
        return perform(
            "learning.set_level", {"level_id": low.pk, "user": "lin", "since": since, "reason": "入职", **more}
        )


def outcomes(user, person=None):
    with acting(user):
        found = ask("learning.ladder_of", {"person": person} if person else {})
        return {one["kind"]: (one["outcome"], one["figure"]) for one in found["conditions"]}


@pytest.mark.postgres
def test_a_lead_proposes_with_reasons_somebody_else_decides_and_the_level_follows(lin, zhou, wang, he):
    _, low = add_ladder(he, ("months_in_level", "12"), ("training_hours", "15"), ("appraisal_score", "75"))
    enter_level(he, low)
    assert outcomes(lin) == {
        "months_in_level": ("met", "13 个月"),
        "training_hours": ("not_met", "0.0 学时"),
        "appraisal_score": ("not_measured", ""),
    }
    assert outcomes(zhou, lin.pk) == outcomes(lin)
    with acting(wang), pytest.raises(NotFound):
        ask("learning.ladder_of", {"person": lin.pk})
    proposal = {"user": "lin", "reason": "带教两名新人，客户评价好"}
    with acting(zhou):
        with pytest.raises(Refused, match="破格理由"):
            perform("learning.propose_promotion", proposal)
        row = perform("learning.propose_promotion", {**proposal, "exception": "学时已报名，12 月补足"})
        page = ask("learning.promotion_page", {"promotion_id": row.pk})
        assert (page["can_decide"], page["can_withdraw"], page["unmet"]) == (False, True, 2)
        with pytest.raises(Refused):
            perform("compliance.approve", {"approval": page["approval"]})
    with acting(he):
        page = ask("learning.promotion_page", {"promotion_id": row.pk})
        assert page["can_decide"]
        perform("compliance.approve", {"approval": page["approval"]})
    with acting(lin):
        found = ask("learning.ladder_of", {})
        assert (found["level"]["name"], found["next"], found["level"]["months"]) == ("高级客户经理", None, 0)
        assert [one["code"] for one in found["history"]] == ["RM2", "RM1"]


def test_nothing_is_promoted_by_itself_and_nobody_enters_their_own_level(lin, zhou, he):
    _, low = add_ladder(he, ("months_in_level", "1"))
    enter_level(he, low)
    with as_system():
        assign_paths_by_rule()
        follow_paths()
    assert outcomes(lin)["months_in_level"][0] == "met"
    with acting(lin):
        assert ask("learning.ladder_of", {})["level"]["code"] == "RM1"
    with acting(he), pytest.raises(Refused, match="本人"):
        perform("learning.set_level", {"level_id": low.pk, "user": "he", "since": clock.today(), "reason": "自己登记"})


def test_a_version_in_force_is_not_changed_and_the_next_one_copies_it(lin, he):
    ladder, low = add_ladder(he, ("certificate", "1", "RULES"), ("months_in_level", "12"))
    enter_level(he, low)
    assert outcomes(lin)["certificate"] == ("not_measured", "")
    with acting(he):
        with pytest.raises(Refused, match="不能修改"):
            perform("learning.add_level", {"ladder_id": ladder.pk, "code": "RM9", "name": "首席"})
        with pytest.raises(Refused, match="编号"):
            draft = perform("learning.add_ladder", {"track": "RM", "name": "客户经理序列"})
            perform("learning.add_condition", {"level_id": first_level(draft), "condition_kind": "path", "least": "1"})
        perform("learning.put_ladder_in_force", {"ladder_id": draft.pk})
        found = {row["number"]: row for row in ask("learning.ladders", {})}
    assert (found[1]["state_code"], found[2]["state_code"]) == ("replaced", "in_force")
    assert [len(level["conditions"]) for level in found[2]["levels"]] == [0, 2]
    assert found[2]["levels"][0]["staff"] == 1


def first_level(ladder):
    return next(row for row in ask("learning.ladders", {}) if row["id"] == ladder.pk)["levels"][0]["id"]


def test_the_pages_of_paths_and_levels_open(he, lin, client):
    add_path(he, add_course(he))
    _, low = add_ladder(he, ("months_in_level", "12"))
    enter_level(he, low)
    client.force_login(he)
    for url in ("/learning/path/", f"/learning/path/{lin.pk}/", "/learning/ladders/"):
        assert client.get(url).status_code == 200, url
