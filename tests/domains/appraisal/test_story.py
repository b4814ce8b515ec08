"""A period from start to end: frozen, explained down to the row, objected to, corrected, closed, reopened."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.domains.appraisal.conftest import approve_waiting, line, own

pytestmark = pytest.mark.django_db


@pytest.mark.postgres
def test_a_period_is_frozen_explained_objected_to_corrected_and_closed(period, lin, zhou, wang, he, admin, later):
    first = own(lin)
    promises = line(first, "promises_kept")
    assert (promises["state"], promises["k"], promises["n"], promises["raw"]) == ("rated", "1", "2", "0.5")
    # μ of Lin's branch is Lin's own 1 of 2: (1 + 2 × 0.5) ÷ 4
    assert promises["shrunk"] == "0.5" and promises["points"] == "0"
    assert (
        D(promises["used_weight"]) > 30
    )  # with the weight of requests and moments of its part, of which there are none
    assert (line(first, "requests_on_time")["state"], line(first, "requests_on_time")["used_weight"]) == (
        "not_rated",
        "0",
    )
    assert line(first, "trade_volume")["state"] == "no_source"
    assert sum(D(one["used_weight"]) for one in first["lines"]).quantize(D("0.001")) == 100
    assert D(first["score"]["total"]) == pytest.approx(
        sum(D(one["contribution"]) for one in first["lines"]), abs=D("0.0001")
    )

    with acting(lin):
        for one in first["lines"]:  # rows of every measure can be opened, of any kind
            ask("appraisal.measure_rows", {"appraisal": first["id"], "measure": one["measure"]})
        rows = ask("appraisal.measure_rows", {"appraisal": first["id"], "measure": "promises_kept"})
        assert [(row["number"], row["value"], row["client"]["name"]) for row in rows["rows"]] == [
            (1, "1", "张三"),
            (2, "0", "张三"),
        ]
        perform("appraisal.write_self_review", {"appraisal": first["id"], "text": "客户改了时间"})
        objection = perform(
            "appraisal.raise_objection",
            {"appraisal": first["id"], "measure": "promises_kept", "text": "第 2 条是客户要求推迟"},
        )
        assert [one["url"] for one in ask("appraisal.notices", {})] == [f"/appraisal/{first['id']}/"]
    with acting(he):
        assert any("林晓 的考核异议待裁定" in one["text"] for one in ask("appraisal.notices", {}))
    with acting(zhou):
        perform("appraisal.record_talk", {"appraisal": first["id"], "text": "已面谈"})
        with pytest.raises(NotAllowed):
            perform(
                "appraisal.decide_objection",
                {"objection": objection.pk, "is_upheld": True, "answer": "同意", "counted": "2"},
            )
    with acting(admin):
        perform("appraisal.finish_talks", {"appraisal_period": period.pk, "reason": "其余人员休假"})
        with pytest.raises(Refused, match="1 项异议"):
            perform("appraisal.close_period", {"appraisal_period": period.pk})
    with acting(he):
        with pytest.raises(Refused, match="没有这个序号"):
            perform(
                "appraisal.decide_objection",
                {"objection": objection.pk, "is_upheld": True, "answer": "同意", "counted": "9"},
            )
        perform(
            "appraisal.decide_objection",
            {"objection": objection.pk, "is_upheld": True, "answer": "邮件证实推迟", "counted": "2"},
        )

    second = own(lin)
    assert line(second, "promises_kept")["raw"] == "1"
    assert D(second["final"]) > D(first["final"])
    assert [one["revision"] for one in second["revisions"]] == [1, 2]
    assert second["objections"][0]["revision_after"] == 2
    with acting(lin):
        old = ask("appraisal.appraisal", {"appraisal": first["id"], "revision": 1})
        assert old["lines"] == first["lines"] and not old["is_newest"]
        kept = ask("appraisal.measure_rows", {"appraisal": first["id"], "measure": "promises_kept", "revision": 1})
        assert [row["value"] for row in kept["rows"]] == ["1", "0"]

    with acting(admin):
        found = ask("appraisal.verify_period", {"appraisal_period": period.pk})
        assert (found["scores"], found["different"]) == (found["same"], [])
        perform("appraisal.close_period", {"appraisal_period": period.pk})
    with acting(lin), pytest.raises(Refused, match="先由两人重开"):
        perform("appraisal.raise_objection", {"appraisal": first["id"], "text": "再看一次"})

    with acting(admin):
        perform("appraisal.request_reopening", {"appraisal_period": period.pk, "reason": "漏计一项"})
        with pytest.raises(Refused, match="请由他人审批"):
            perform("compliance.approve", {"approval": ask("compliance.approvals", {"view": "mine"})[0]["id"]})
    approve_waiting(he)
    with acting(admin):
        assert ask("appraisal.period", {"appraisal_period": period.pk})["state"] == "talked"


@pytest.mark.postgres
def test_each_sees_the_own_appraisal_the_lead_those_of_the_team(period, lin, zhou, wang, he, an, admin):
    number = own(lin)["id"]
    for user, count in ((lin, 1), (zhou, 2), (wang, 1), (an, 1), (he, 6), (admin, 6)):
        with acting(user):
            assert len(ask("appraisal.period", {"appraisal_period": period.pk})["people"]) == count
    for user in (wang, an):
        with acting(user):
            for name, asked in (("appraisal", {}), ("measure_rows", {"measure": "promises_kept"})):
                with pytest.raises(NotFound):
                    ask(f"appraisal.{name}", {"appraisal": number, **asked})
            with pytest.raises(NotFound):
                perform("appraisal.write_manager_review", {"appraisal": number, "text": "很好"})
    with acting(lin):
        with pytest.raises(NotAllowed):
            ask("appraisal.calibration", {"appraisal_period": period.pk})
        with pytest.raises(Refused, match="不能评价自己"):
            perform("appraisal.write_manager_review", {"appraisal": number, "text": "很好"})
    with acting(zhou), pytest.raises(Refused, match="由本人填写"):
        perform("appraisal.write_self_review", {"appraisal": number, "text": "替他写"})
    with acting(admin):
        people = {
            one["user"]["id"]: one["id"] for one in ask("appraisal.period", {"appraisal_period": period.pk})["people"]
        }
        (row,) = ask("appraisal.measure_rows", {"appraisal": people[wang.pk], "measure": "promises_kept"})["rows"]
        assert row["value"] == "1" and "钱二" not in str(row)  # masked, as everywhere for the role
    found = own(an)  # no clients: too little is rated
    assert (found["final"], found["score_text"]) == (None, "数据不足")
    with acting(he), pytest.raises(Refused, match="没有可调整的得分"):
        perform("appraisal.propose_adjustment", {"appraisal": found["id"], "points": 5, "reason": "新人"})


def test_an_adjustment_is_decided_by_another_person_and_both_scores_are_kept(period, lin, zhou, he, admin):
    number = own(lin)["id"]
    with acting(zhou):
        row = perform(
            "appraisal.propose_adjustment", {"appraisal": number, "points": "3", "reason": "接手两位同事的客户"}
        )
        (shown,) = ask("appraisal.calibration", {"appraisal_period": period.pk})["adjustments"]
        assert shown["may_decide"] is False
        with pytest.raises(NotAllowed):
            perform("appraisal.decide_adjustment", {"adjustment": row.pk, "is_accepted": True})
    with acting(he):
        perform("appraisal.decide_adjustment", {"adjustment": row.pk, "is_accepted": True})
    found = own(lin)
    assert D(found["score"]["final"]) == D(found["score"]["computed"]) + 3
    assert len(found["revisions"]) == 2


def test_conduct_found_later_changes_the_score_until_the_period_is_closed(period, lin, he):
    before = own(lin)
    day = clock.today() - timedelta(days=3)
    with acting(he):
        event = perform(
            "appraisal.record_conduct",
            {"user": "lin", "kind": "warning", "happened_on": day, "basis": "合规 2026-11 号"},
        )
    warned = own(lin)
    assert warned["score"]["gate"] == "0.5"
    assert D(warned["final"]) == (D(before["score"]["total"]) / 2).quantize(D("0.01"))
    with acting(he):
        perform("appraisal.withdraw_conduct", {"conduct_event": event.pk, "reason": "认定有误"})
    assert own(lin)["final"] == before["final"]


def test_a_scheme_above_the_cap_or_without_a_reason_is_refused(admin):
    with acting(admin):
        row = perform("appraisal.add_scheme", {"name": "冲量方案"})
        asked = {"appraisal_scheme": row.pk, "part": "volume", "measure": "new_accounts"}
        with pytest.raises(Refused, match="写明理由"):
            perform("appraisal.set_measure", {**asked, "weight": 10})
        perform("appraisal.set_measure", {**asked, "weight": 10, "volume_reason": "新营业部开业首年"})
        with pytest.raises(Refused, match="不得超过 20%"):
            perform("appraisal.set_measure", {**asked, "measure": "trade_volume", "weight": "10.01"})
        with pytest.raises(Refused, match="写明理由"):
            perform("appraisal.change_scheme", {"appraisal_scheme": row.pk, "volume_reason": ""})
        with pytest.raises(Refused, match="合计须为 100"):
            perform("appraisal.submit_scheme", {"appraisal_scheme": row.pk})


def test_an_approved_scheme_is_changed_by_a_new_edition_only(scheme, admin):
    with acting(admin):
        with pytest.raises(Refused, match="另建新版"):
            perform(
                "appraisal.set_target", {"appraisal_scheme": scheme.pk, "measure": "coverage", "floor": 0, "target": 1}
            )
        copy = perform("appraisal.add_scheme", {"name": "季度考核", "like": scheme.pk})
        assert copy.edition == 2
        found = ask("appraisal.scheme", {"appraisal_scheme": copy.pk})
        assert found["total"] == "100" and found["state"] == "draft"
        sources = {one["measure"]: one["has_source"] for part in found["parts"] for one in part["measures"]}
        assert sources["coverage"] and not sources["trade_volume"]
