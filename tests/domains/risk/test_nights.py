"""Nights of risk: breaches of limits, lines and contracts are found once, stored with their rule, cleared and acknowledged."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from dakehu.domains.ledger.feeds import storage
from dakehu.domains.risk.breaches import run
from dakehu.domains.risk.models import Breach, LineEvent, Standing, StrategyReview
from dakehu.domains.risk.reviews import schedule
from dakehu.domains.service.models import Moment
from dakehu.domains.service.moments import nightly as moments
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.cli.example import market
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
THU, FRI = date(2026, 11, 26), date(2026, 11, 27)
FEN = 100
CONTRACT = {"contract": "A1", "ends_on": date(2027, 3, 1), "debt": 100_000 * FEN}


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
        storage.import_feed(feed=feed, days=frames, source="t.csv")


def balance(client, total):
    money = dict.fromkeys(("deposits", "withdrawals", "cash"), 0)
    return {"client": client.pk, "securities": total * FEN, "total": total * FEN, **money}


def flag(day=FRI):
    with as_system():
        return run.flag(day)


def buy(tmp_path, client, code, quantity, price, closes):
    """Add a position of a client in a security, with its closes of some days."""
    row = {
        "客户号": client.code,
        "成交日期": "2026-11-02",
        "证券代码": code,
        "证券名称": "演示股份",
        "买卖标志": "证券买入",
        "成交数量": quantity,
        "成交价格": price,
        "成交金额": quantity * price,
        "佣金": 0,
        "印花税": 0,
        "过户费": 0,
        "发生金额": -quantity * price,
        "成交编号": "1",
        "股东代码": "A1",
        "市场": "SH",
        "成交时间": "10:00:00",
    }
    with as_system():
        pl.DataFrame([{name: row.get(name, "") for name in market.HEADINGS}]).write_csv(
            tmp_path / "交割单.csv", include_bom=True
        )
        report = imports.run_import(tmp_path / "交割单.csv")
        assert not report["errors"], report
        prices = [{"日期": day.isoformat(), "证券代码": code, "收盘价": close} for day, close in closes.items()]
        pl.DataFrame(prices).write_csv(tmp_path / "行情.csv", include_bom=True)
        imports.run_import(tmp_path / "行情.csv")


def test_a_contract_below_its_line_is_a_breach_and_a_moment_by_the_terms_that_are_recorded(lin, zhou, wang, zhang):
    store(
        "margin_contracts",
        {FRI: [{"client": zhang.pk, **CONTRACT, "ratio": 1.35, "warn_line": None, "close_line": None}]},
    )
    assert flag()["over"] == 0  # its lines are unknown: nothing is judged
    with acting(lin):
        assert ask("risk.margin_of_client", {"client": zhang.pk})[0]["lines_from"] == ""
        with pytest.raises(NotAllowed):
            perform("risk.add_margin_terms", {"client": zhang.pk, "contract": "A1"})
    with acting(zhou):
        terms = {
            "client": zhang.pk,
            "contract": "A1",
            "warn_line": "140%",
            "close_line": "130%",
            "target_ratio": "150%",
        }
        row = perform("risk.add_margin_terms", terms)
        with pytest.raises(Refused, match="警戒线不能低于"):
            perform("risk.change_margin_terms", {"margin_terms": row.pk, "warn_line": "120%"})
    assert flag()["new"] == 1 and flag()["unchanged"]
    with acting(lin):
        (one,) = ask("risk.breaches", {})["rows"]
        assert (one["kind"], one["severity"], one["value"], one["limit_value"]) == (
            "margin_warn",
            "over",
            "1.350000",
            "1.400000",
        )
        stands = ask("risk.margin_of_client", {"client": zhang.pk})[0]
        assert stands["add_cash"] == pytest.approx(15_000) and stands["repay"] == pytest.approx(10_000)
        assert one["rule"] == "terms/A1" and stands["drop_to_close"] == pytest.approx(1 - 1.3 / 1.35)
    with as_system():
        moments.run(FRI)
        assert Moment.objects.get(kind="M02").values["warn_line"] == 1.4
    with acting(wang):
        assert ask("risk.breaches", {})["count"] == 0
        with pytest.raises(NotFound):
            perform("risk.acknowledge_breach", {"breach": one["id"], "note": "x"})


def test_a_line_reached_at_the_close_is_kept_told_and_cleared(lin, zhang, tmp_path):
    buy(
        tmp_path, zhang, "605990", 1000, 10.0, {date(2026, 11, 2): 10.0, date(2026, 11, 20): 12.0, THU: 11.0, FRI: 10.7}
    )
    store("balances", {THU: [balance(zhang, 20_000)], FRI: [balance(zhang, 20_000)]})
    with acting(lin):
        line = {"client": zhang.pk, "security": "605990", "kind": "止损", "basis": "trailing", "threshold": "0.10"}
        row = perform("risk.set_line", {**line, "set_on": "2026-11-02"})
        assert (row.recorded_by_id, str(row.reference)) == (lin.pk, "10.0")
        with pytest.raises(Refused, match="没有持仓成本"):
            perform("risk.set_line", {"client": zhang.pk, "kind": "止损", "basis": "cost", "threshold": "0.1"})
    flag()
    with acting(lin):
        page = ask("risk.client_page", {"client": zhang.pk})
        (shown,) = page["lines"]
        assert (shown["level"], shown["close"], shown["state"]) == ("10.8", "10.7", "您设定的提醒线已触及")
        held = {one["kind"]: one for one in page["standings"]}
        assert held["single_security"]["value"] == "53.5%" and "firm" in held["single_security"]["rule"]
        perform("risk.withdraw_line", {"line": row.pk})
    with as_system():
        moments.run(FRI)
        assert [str(one.kind) for one in LineEvent.objects.order_by("pk")] == ["set", "reached", "withdrawn"]
    assert flag()["cleared"] == 1
    with as_system():
        assert Breach.objects.get(kind="client_line").cleared_on == FRI
        assert not Standing.objects.filter(kind="client_line").exists()


def test_the_clients_own_limit_comes_first_and_the_breach_keeps_its_version(lin, zhou, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "risk_level": "C5"})
    store("balances", {THU: [balance(zhang, 1_000_000)], FRI: [balance(zhang, 940_000)]})
    assert flag()["over"] == 0  # 6 % lost: C5 may lose 7 % in a day and 30 % in sixty
    with acting(zhou):
        limit = {"client": zhang.pk, "measure": "day_loss", "value": "0.05", "effective_from": "2026-11-27"}
        perform("risk.set_client_limit", limit)
        with pytest.raises(Refused, match="不能追溯"):
            perform("risk.set_client_limit", {**limit, "effective_from": "2026-11-26"})
    flag()
    with acting(lin):
        row = Breach.objects.get()
        assert (row.rule, row.limit_scope, row.values["risk_level"]) == (
            f"day_loss/client={zhang.pk} v1",
            "client",
            "C5",
        )
        why = {one["measure"]: one["why"] for one in ask("risk.limits_for_client", {"client": zhang.pk})}
        assert "本客户专设" in why["day_loss"] and "优先于客户风险等级" in why["day_loss"]
        with pytest.raises(Refused, match="处理说明"):
            perform("risk.acknowledge_breach", {"breach": row.pk, "note": " "})
        perform("risk.acknowledge_breach", {"breach": row.pk, "note": "已电话沟通"})
        page = ask("risk.client_page", {"client": zhang.pk})
        assert page["breaches"][0]["note"] == "已电话沟通" and page["breaches"][0]["is_open"]
        assert ask("risk.breaches", {"filters": {"is_waiting": 1}})["count"] == 0


def test_a_night_without_the_days_balances_judges_nothing_and_clears_nothing(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "risk_level": "C2"})
    store("balances", {date(2026, 11, 25): [balance(zhang, 1_000_000)], THU: [balance(zhang, 940_000)]})
    assert flag(THU)["new"] == 2  # 6 % lost: C2 may lose 1 % in a day and 5 % in sixty
    assert flag(FRI)["waits_for"] == THU.isoformat()
    with as_system():
        assert not Breach.objects.exclude(cleared_on=None).exists() and Standing.objects.count() == 2
    store("balances", {FRI: [balance(zhang, 960_000)]})
    assert flag(FRI)["cleared"] == 2
    assert flag(THU)["unchanged"]  # an earlier day is history


def test_a_review_is_opened_written_signed_by_a_second_person_and_planned_again(lin, zhou, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "risk_level": "C5", "opened_on": "2025-12-01"})
    with as_system():
        assert schedule.open_reviews_due(FRI) == {"opened": 1} and schedule.open_reviews_due(FRI) == {"opened": 0}
    with acting(lin):
        row = StrategyReview.objects.get()
        assert (row.due_on, row.basis) == (date(2026, 12, 1), "risk_level")
        assert len(ask("risk.due_review_notices", {})) == 1
        perform("risk.write_review", {"review": row.pk, "held_on": "2026-11-27", "findings": "目标未变"})
        with pytest.raises(NotAllowed):
            perform("risk.sign_review", {"review": row.pk})
    with acting(zhou):
        assert len(ask("risk.review_notices", {})) == 1
        perform("risk.sign_review", {"review": row.pk})
        following = StrategyReview.objects.get(state="due")
        assert following.due_on == FRI.replace(year=2027, month=2)
        perform("risk.write_review", {"review": following.pk, "held_on": "2026-11-27", "findings": "再看"})
        with pytest.raises(Refused, match="另一人"):
            perform("risk.sign_review", {"review": following.pk})
