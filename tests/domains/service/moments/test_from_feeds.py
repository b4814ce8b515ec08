"""Moments from daily data: data on time, late, and repeated, and what only compliance may see."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from dakehu.domains.ledger.feeds import storage
from dakehu.domains.service.models import Moment, MomentRun
from dakehu.domains.service.moments import nightly, reasons
from dakehu.foundation.access.actor import Reach
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
WED, THU, FRI = date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)
FEN = 100


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings, monkeypatch):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    now = datetime(2026, 11, 27, 18, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(clock, "today", lambda: now.date())


def store(feed, days):
    with as_system():
        frames = {day: pl.DataFrame(rows, infer_schema_length=None) for day, rows in days.items()}
        return storage.import_feed(feed=feed, days=frames, source="t.csv")


def balance(client, total, **more):
    money = {"deposits": 0, "withdrawals": 0, **more}
    return {
        "client": client.pk,
        "cash": 0,
        "securities": total * FEN,
        "total": total * FEN,
        **{name: value * FEN for name, value in money.items()},
    }


def run(day=FRI):
    with as_system():
        return nightly.run(day)


def found(kind):
    with as_system():
        return list(Moment.objects.filter(kind=kind).order_by("fired_on", "client_id", "object"))


def test_a_large_transfer_is_noticed_when_its_data_come_and_once(lin, zhang, qian):
    store("balances", {THU: [balance(zhang, 1_000_000), balance(qian, 5_000_000)]})
    store("balances", {FRI: [balance(zhang, 1_600_000, deposits=600_000), balance(qian, 5_600_000, deposits=600_000)]})
    jobs.run_due_jobs()
    (row,) = found("M09")  # for Qian it is less than a fifth
    assert (row.client_id, row.owner_id, row.state) == (zhang.pk, lin.pk, "open")
    assert row.values["deposits"] == 600_000.0 and "当日转入 60 万" in reasons.firing_reason(row)
    run()
    run()
    assert len(found("M09")) == 1


def test_data_of_yesterday_that_come_late_bring_what_happened_then(lin, zhang):
    store("balances", {WED: [balance(zhang, 1_000_000)], FRI: [balance(zhang, 1_600_000)]})
    run()
    assert not found("M09")
    store("balances", {THU: [balance(zhang, 1_600_000, deposits=600_000)]})
    run(THU)
    run(THU)
    (row,) = found("M09")
    assert (row.fired_on, row.state, row.cleared_on) == (THU, "open", THU)
    with as_system():
        assert MomentRun.objects.order_by("-day").first().day == FRI


def test_a_day_without_balances_neither_fires_nor_clears(lin, zhang):
    store("balances", {WED: [balance(zhang, 1_000_000)], THU: [balance(zhang, 1_600_000, deposits=600_000)]})
    run(THU)
    waiting = {one["kind"]: one["why"] for one in run(FRI)["waiting"]}
    assert waiting["M09"] == "“柜台日终资产”只到 2026-11-26，缺 2026-11-27"
    (row,) = found("M09")
    assert row.cleared_on is None


def test_margin_lines_part_the_notices_and_a_better_ratio_ends_them(lin, zhang):
    line = {
        "client": zhang.pk,
        "contract": "A1",
        "ends_on": date(2027, 3, 1),
        "debt": 100 * FEN,
        "warn_line": 1.4,
        "close_line": 1.3,
    }
    store("margin_contracts", {THU: [line | {"ratio": 1.35}]})
    run(THU)
    assert [row.state for row in found("M02")] == ["open"] and not found("M01") and not found("M03")
    store("margin_contracts", {FRI: [line | {"ratio": 1.25}]})
    run(FRI)
    assert [row.state for row in found("M02")] == ["lapsed"]
    (row,) = found("M01")
    assert (row.about, row.mandatory, row.priority) == ("A1", True, 1)
    assert clock.local(row.due_at).strftime("%m-%d %H:%M") == "11-27 19:00"


def test_an_allotment_without_the_cash_is_due_at_noon_of_its_day(lin, zhang):
    won = {
        "client": zhang.pk,
        "code": "787001",
        "name": "新股",
        "won_on": THU,
        "quantity": 500.0,
        "amount_due": 9850 * FEN,
        "pay_by": date(2026, 11, 30),
        "paid": False,
    }
    store("allotments", {THU: [won]})
    store("balances", {FRI: [balance(zhang, 1_000_000)]})
    run()
    (row,) = found("M05")
    assert clock.local(row.due_at).strftime("%m-%d %H:%M") == "11-30 12:00" and row.about == "新股 787001"
    store("allotments", {FRI: [won | {"paid": True}]})
    run()
    assert [row.state for row in found("M05")] == ["lapsed"]


def test_a_letter_is_seen_by_compliance_alone(lin, zhou, he, admin, an, zhang):
    letter = {
        "client": zhang.pk,
        "kind": "异常交易",
        "reference": "函2026-1",
        "received_on": THU,
        "due_on": date(2026, 12, 4),
    }
    before = run()["new"]
    store("supervisory_notices", {FRI: [letter]})
    assert run()["new"] == 0 and before == run()["new"] + before
    (row,) = found("M38")
    assert (row.owner_id, row.compliance_only) == (None, True)
    for user in (lin, zhou, an):
        with acting(user):
            assert not [one for one in ask("service.moments", {})["rows"] if one["kind"] == "M38"]
            assert not [
                one for one in ask("service.client_moments", {"client": zhang.code})["rows"] if one["kind"] == "M38"
            ]
            assert Moment.objects.filter(pk=row.pk).count() == 0
    with acting(lin), pytest.raises(NotFound):
        perform("service.work_moment", {"moment": row.pk, "outcome": "reported"})
    with acting(he) as actor:
        assert actor.reach is Reach.ACROSS_WALLS
        assert ask("service.moments", {"filters": {"kind": "M38"}})["count"] == 1
        perform("service.work_moment", {"moment": row.pk, "outcome": "reported", "note": "已上报"})
    with acting(zhou):
        assert not AuditEntry.objects.filter(action="service.work_moment").exists()
        assert not ask("service.client_interactions", {"client": zhang.code})["rows"]
