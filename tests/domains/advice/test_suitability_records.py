"""Stored checks: duties done by authorized users, call-backs by a second person, nothing rewritten."""

from datetime import timedelta

import pytest
from freezegun import freeze_time

from dakehu.domains.advice.models import CallBack, SuitabilityCheck, SuitabilityDuty
from dakehu.domains.service.models import Interaction, Task
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

NOON = "2026-11-30 04:00:00"
COMPLETE = {"kyc_complete": "是", "initiative": "客户", "channel": "现场"}


def grade_client(client, level, **more):
    with as_system():
        perform("clients.change", {"client": client.code, "risk_level": level, "risk_tested_on": "2026-03-02", **more})


def finish(duty, **more):
    return perform("advice.finish_duty", {"duty": duty.pk, **more})


@freeze_time(NOON)
def test_a_check_above_the_level_is_kept_worked_off_and_called_back_by_somebody_else(lin, zhou, wang, he, zhang, fund):
    grade_client(zhang, "C3", stated_age=71)
    with acting(lin):
        asked = {"client": zhang.code, "product": fund.pk, **COMPLETE}
        row = perform("advice.record_check", asked)
        assert (row.outcome, row.rule, row.taken["age"]) == ("allow_with_warning", "S08", 71)
        with pytest.raises(Refused, match="评级核对"):
            perform("advice.record_check", {**asked, "product_risk": "R1"})
        duties = {one.code: one for one in SuitabilityDuty.objects.filter(suitability=row)}
        assert "张三" in duties["special_warning"].document and "R4" in duties["special_warning"].document
        with pytest.raises(Refused, match="双录编号"):
            finish(duties["record_at_branch"])
        with pytest.raises(Refused, match="会签"):
            finish(duties["manager_cosign"])
        with pytest.raises(Refused, match="考虑期"):
            finish(duties["elder_reflection"])
        with pytest.raises(Refused, match="回访"):
            finish(duties["senior_call_back"])
        before = [one for one in duties.values() if one.stage == "before"]
        for one in before:
            if one.code not in ("manager_cosign", "elder_reflection"):
                finish(one, evidence="SL-1")
        assert Task.objects.get(pk=row.task_ref).state != "done"
        assert ask("advice.check_page", {"suitability": row.pk})["ready"] == {
            "done": len(before) - 2,
            "total": len(before),
        }
    with acting(zhou):
        finish(duties["manager_cosign"])
    with acting(wang), pytest.raises(NotFound):
        ask("advice.check_page", {"suitability": row.pk})
    with freeze_time(NOON) as moved:
        moved.tick(timedelta(hours=24))
        with acting(lin):
            finish(duties["elder_reflection"])
            assert Task.objects.get(pk=row.task_ref).state == "done"
            call = CallBack.objects.get()
            with pytest.raises(NotAllowed):
                perform("advice.record_call_back", {"call_back": call.pk, "result": "确认"})
        with acting(he):
            done = perform("advice.record_call_back", {"call_back": call.pk, "result": "确认", "recording": "LY-9"})
            assert done.operator_id == he.pk
            assert SuitabilityDuty.objects.get(code="senior_call_back").state == "done"
            assert Interaction.objects.get().purpose == "回访"


def test_a_lead_who_serves_the_client_or_made_the_check_does_not_call_back(zhou, he, fund):
    with acting(zhou):
        perform("clients.create", {"name": "周的客户", "code": "Z1"})
        call = perform("advice.plan_call_back", {"client": "Z1", "reason": "new_client"})
        with pytest.raises(Refused, match="不能是服务该客户"):
            perform("advice.record_call_back", {"call_back": call.pk, "result": "确认"})
    with acting(he):
        again = perform("advice.record_call_back", {"call_back": call.pk, "result": "未接通"})
        assert again.state == "open"


def test_what_is_kept_is_not_rewritten(lin, zhang, fund):
    grade_client(zhang, "C4")
    with acting(lin):
        row = perform("advice.record_check", {"client": zhang.code, "product": fund.pk, "initiative": "员工"})
        assert row.rule == "S01"
    with as_system(), act("test.rewrite"):
        stored = SuitabilityCheck.objects.get(pk=row.pk)
        stored.outcome = "allow"
        with pytest.raises(Refused, match="不能修改"):
            stored.save()
        duty = SuitabilityDuty.objects.first()
        duty.document = "改过的文字"
        with pytest.raises(Refused, match="不能修改"):
            duty.save()


def test_a_refused_push_stands_in_the_bell_of_compliance(lin, he, zhang, fund):
    grade_client(zhang, "C2")
    with acting(lin):
        asked = {"client": zhang.code, "product": fund.pk, **COMPLETE, "initiative": "员工"}
        assert perform("advice.record_check", asked).outcome == "refuse"
    with acting(he):
        assert "稳进一号" in str(ask("advice.review_notices", {}))


def test_a_check_for_advice_is_made_by_a_registered_adviser_only(lin, zhang, fund):
    with acting(lin), pytest.raises(Refused, match="投资顾问"):
        perform("advice.record_check", {"client": zhang.code, "product": fund.pk, "purpose": "advice"})


def test_no_product_is_graded_below_its_floor(he, lin, fund):
    with acting(he):
        with pytest.raises(Refused, match="不能低于"):
            perform("advice.grade_product", {"product": fund.pk, "risk_level": "R3", "reason": "波动小"})
        perform("advice.grade_product", {"product": fund.pk, "risk_level": "R5", "reason": "杠杆提高"})
        fund.refresh_from_db()
        assert fund.risk_level == "C5"
    with acting(lin), pytest.raises(NotAllowed):
        perform("advice.grade_product", {"product": fund.pk, "risk_level": "R5", "reason": "想卖"})
    assert clock.today()
