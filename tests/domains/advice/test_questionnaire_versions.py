"""The firm writes its own questionnaire: drafted, checked, approved by a second person, in force from its day; old tests keep theirs."""

from datetime import timedelta

import pytest
from freezegun import freeze_time

from dakehu.domains.advice.assessments import links
from dakehu.domains.advice.models import Assessment, QuestionnaireVersion
from dakehu.domains.advice.questionnaire_versions import store
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.domains.advice.test_assessments import CAREFUL, token

NOON = "2026-11-30 04:00:00"
ITEM = {
    "code": "holding",
    "group": "goal",
    "kind": "single",
    "zh": "这笔钱打算持有多久？",
    "en": "How long will you hold it?",
    "options": [
        {"code": "short", "zh": "一年以内", "en": "Up to a year", "points": 0},
        {"code": "long", "zh": "一年以上", "en": "Longer", "points": 6},
    ],
}


def draft(user, day="2026-12-10", name="2026-12"):
    with acting(user):
        return perform("advice.draft_questionnaire", {"name": name, "effective_from": day, "note": "年度修订"}).pk


def change(user, pk, **values):
    with acting(user):
        return perform("advice.change_questionnaire", {"questionnaire": pk, **values})


def submit(user, pk):
    with acting(user):
        return perform("advice.submit_questionnaire", {"questionnaire": pk})


def approve(user):
    with acting(user):
        waiting = model_of("compliance.Approval").objects.get(state="waiting")
        return perform("compliance.approve", {"approval": waiting.pk})


@pytest.mark.postgres
@freeze_time(NOON)
def test_a_version_is_used_from_its_day_once_somebody_else_approved_it(an, he, lin, zhang):
    pk = draft(an)
    with acting(an):
        perform("advice.set_questionnaire_item", {"questionnaire": pk, "item": ITEM})
    change(an, pk, valid_days=365, c2_from=25)
    submit(an, pk)
    with as_system():
        assert list(store.versions()) == ["2026-11"]
    approve(he)
    earlier = token(lin, zhang)
    links.submit(earlier, CAREFUL)  # with the version of its day
    with freeze_time(NOON) as moved:
        moved.tick(timedelta(days=31))
        later = token(lin, zhang)
        assert set(links.submit(later, CAREFUL).faults) == {"holding"}
        links.submit(later, {**CAREFUL, "holding": ("long",)})
        with as_system():
            tests = [
                (one.questionnaire, (one.valid_to - clock.local(one.filled_at).date()).days)
                for one in Assessment.objects.order_by("pk")
            ]
        assert tests == [("2026-11", 730), ("2026-12", 365)]
        with pytest.raises(Refused, match="已启用的版本不能撤回"), acting(an):
            perform("advice.withdraw_questionnaire", {"questionnaire": pk})
    with pytest.raises(Refused, match="不能修改"):
        change(an, pk, valid_days=700)


@freeze_time(NOON)
def test_who_wrote_it_never_approves_it_and_a_change_needs_a_new_approval(an, he):
    pk = draft(he)
    submit(he, pk)
    with pytest.raises(Refused, match="不能审批"):
        approve(he)
    other = draft(an, "2026-12-20", "2026-12b")
    submit(an, other)
    change(an, other, note="又改了")
    with as_system():
        assert QuestionnaireVersion.objects.get(pk=other).state == "draft"
    with acting(he):
        page = ask("advice.questionnaire_page", {"questionnaire": other})
    assert page["can"] == {"edit": True, "submit": True, "withdraw": True, "decide": False}


@freeze_time(NOON)
def test_a_version_without_the_structure_is_not_submitted_and_each_fault_is_said(an):
    pk = draft(an)
    change(an, pk, c2_from=60)
    with acting(an):
        perform("advice.remove_questionnaire_item", {"questionnaire": pk, "code": "loss"})
    with pytest.raises(Refused) as refused:
        submit(an, pk)
    text = str(refused.value)
    assert "不留空档也不重叠" in text and "最低类别" in text and "no_loss_risky" in text


@freeze_time(NOON)
@pytest.mark.parametrize(
    "name, day, words",
    [("2026-11", "2026-12-10", "同名"), ("新 版", "2026-12-10", "短横"), ("a", "2026-11-29", "早于今天")],
)
def test_a_name_is_used_once_and_no_version_begins_in_the_past(an, name, day, words):
    with pytest.raises(Refused, match=words):
        draft(an, day, name)


@freeze_time(NOON)
def test_an_approval_after_the_day_is_refused_and_two_versions_never_begin_together(an, he):
    submit(an, draft(an))
    second = draft(an, name="b")
    with freeze_time(NOON) as moved:
        moved.tick(timedelta(days=20))
        with pytest.raises(Refused, match="早于今天"):
            approve(he)
    approve(he)
    with pytest.raises(Refused, match="同一天"):
        submit(an, second)


@freeze_time(NOON)
def test_checks_for_contradictions_are_set_and_removed(an):
    pk = draft(an)
    check = {"code": "young_debt", "condition": "age=18_25; use=debt", "is_hard": "是", "zh": "不符", "en": "Not so"}
    with acting(an):
        perform("advice.set_questionnaire_check", {"questionnaire": pk, **check})
        assert ask("advice.questionnaire_page", {"questionnaire": pk})["checks"][-1]["is_hard"]
        perform("advice.remove_questionnaire_check", {"questionnaire": pk, "code": "young_debt"})
        assert all(
            one["code"] != "young_debt" for one in ask("advice.questionnaire_page", {"questionnaire": pk})["checks"]
        )
        with pytest.raises(Refused, match="至少两道题"):
            perform("advice.set_questionnaire_check", {"questionnaire": pk, **check, "condition": "age=18_25"})


def test_those_who_sell_do_not_write_the_questionnaire(lin, zhou):
    for user in (lin, zhou):
        with pytest.raises(NotAllowed):
            draft(user)
