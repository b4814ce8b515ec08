"""Opportunities: their stages, reasons of loss, and the forecast."""

from datetime import timedelta

import pytest

from dakehu.domains.growth.models import Stage, StageChange
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting


@pytest.fixture
def stages(zhou):
    with acting(zhou):
        assert perform("growth.set_up_pipelines", {}) == {"pipelines": 3} and perform(
            "growth.set_up_pipelines", {}
        ) == {"pipelines": 0}
        return {stage.code: stage for stage in Stage.objects.all()}


def open_one(user, **details):
    with acting(user):
        return perform("growth.open_opportunity", {"client": "C0001", "subject": "收益凭证 500 万", **details})


def move(user, row, code, **details):
    with acting(user):
        return perform("growth.move_opportunity", {"opportunity": row.pk, "stage": code, **details})


def test_an_opportunity_is_seen_with_its_client_only(lin, zhou, wang, zhang, stages):
    row = open_one(lin, amount="5000000")
    for user, count in ((lin, 1), (zhou, 1), (wang, 0)):
        with acting(user):
            assert ask("growth.opportunities", {})["count"] == count
            assert sum(stage["count"] for stage in ask("growth.board", {})["stages"]) == count
    with pytest.raises(NotFound):
        move(wang, row, "new-2")


def test_each_stage_stands_in_the_history_and_a_lost_one_needs_a_reason(lin, zhang, stages):
    row = open_one(lin)
    move(lin, row, "new-2")
    with pytest.raises(Refused, match="输单原因"):
        move(lin, row, "new-6")
    lost = move(lin, row, "new-6", loss_reason="competitor", loss_note="同业费率更低")
    assert lost.closed_on == clock.today()
    with acting(lin):
        assert [change.stage.code for change in StageChange.objects.order_by("pk")] == ["new-1", "new-2", "new-6"]
        assert ask("growth.loss_reasons", {}) == [
            {"reason": "competitor", "name": "选择其他机构", "count": 1, "amount": "0.00"}
        ]
    again = move(lin, row, "new-3")
    assert (again.closed_on, again.loss_reason) == (None, "")


def test_two_who_move_one_card_at_once_are_told(lin, zhou, zhang, stages):
    row = open_one(lin)
    move(zhou, row, "new-2")
    with pytest.raises(Conflict):
        move(lin, row, "new-3", version=row.row_version)


def test_the_board_shows_age_sum_and_what_is_stale(lin, zhang, stages, frozen_days):
    row = open_one(lin, amount="5000000", close_on=(clock.today() + timedelta(days=3)).isoformat())
    frozen_days(15)
    with acting(lin):
        board = ask("growth.board", {"stale": True})
        first = board["stages"][0]
        assert (first["count"], first["amount"], first["oldest_days"], first["stale"]) == (1, "5000000.00", 15, True)
        (card,) = first["cards"]
        assert (card["id"], card["who"], card["age_days"], card["is_overdue"]) == (row.pk, "张三", 15, True)
        assert ask("growth.board", {"owner": lin.pk + 1})["stages"][0]["cards"] == []


@pytest.fixture
def frozen_days(monkeypatch):
    """frozen_days(n): move today n days on."""

    def later(days):
        then = clock.today() + timedelta(days=days)
        monkeypatch.setattr(clock, "today", lambda: then)

    return later


def test_a_forecast_says_nothing_below_twenty_ended_ones_and_then_its_interval(lin, zhou, zhang, stages):
    soon = (clock.today() + timedelta(days=1)).isoformat()
    on = {"on": soon}
    open_one(lin, amount="1000000", close_on=soon)
    for n in range(19):
        ended = open_one(lin, subject=f"旧商机 {n}", stage="new-5" if n % 2 else "new-1", amount="100000")
        if n % 2 == 0:
            move(lin, ended, "new-6", loss_reason="no_need")
    with acting(zhou):
        perform("growth.set_goal", {"pipeline": "新客户开发", "amount": "9000000", **on})
        found = ask("growth.forecast", on)
        assert found["expected"] is None and found["unsaid"] == ["初步接触"] and found["stages"][0]["ended"] == 19
        assert found["goal"] == "9000000.00" and found["minimum"] == 20
    open_one(lin, subject="旧商机 20", stage="new-5", amount="100000")
    with acting(zhou):
        found = ask("growth.forecast", on)
        first = found["stages"][0]
        assert (first["won"], first["ended"], first["rate"]) == (10, 20, 0.5)
        assert first["expected"] == "500000.00" and first["expected_low"] < first["expected"] < first["expected_high"]
        assert ask("growth.pipelines", {})["pipelines"][0]["forecast"]["won_count"] == found["won_count"]


def test_an_analyst_sees_numbers_of_rows_and_no_amounts(lin, an, zhang, stages):
    open_one(lin, amount="5000000")
    with acting(an):
        (pipeline, *_) = ask("growth.pipelines", {})["pipelines"]
        assert (pipeline["stages"][0]["count"], pipeline["stages"][0]["amount"]) == (1, None)
        with pytest.raises(NotAllowed):
            perform("growth.set_goal", {"pipeline": "新客户开发", "amount": "1"})


def test_a_stage_that_was_used_stays_and_a_new_pipeline_has_two_ends(lin, zhou, zhang, stages):
    open_one(lin)
    with acting(zhou):
        with pytest.raises(Refused):
            perform("growth.remove_stage", {"stage_id": stages["new-1"].pk})
        perform("growth.remove_stage", {"stage_id": stages["new-4"].pk})
        made = perform("growth.add_pipeline", {"name": "两融开户"})
        assert [str(stage.kind) for stage in Stage.objects.filter(pipeline=made).order_by("position")] == [
            "won",
            "lost",
        ]


def test_an_opportunity_of_nobody_is_refused(lin, stages):
    with acting(lin), pytest.raises(Refused, match="客户或线索"):
        perform("growth.open_opportunity", {"subject": "无主商机"})
