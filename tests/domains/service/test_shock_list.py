"""A day on which the market falls: the night scores and distributes the calls, the list shows them, a call closes a line."""

from datetime import timedelta

import pytest

from dakehu.domains.clients.models import MarketingFreeze
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.models import Product, SecurityCode, SecurityKind
from dakehu.domains.service.models import Interaction
from dakehu.domains.service.shocks import nightly, reactions, store
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"


def last_days(count):
    today = clock.today()
    return trading_days.trading_days_between(today - timedelta(days=60), today)[-count:]


@pytest.fixture
def fallen(tmp_path, settings, lin, zhou, wang, zhang, qian):
    """The last trading day, on which the index and the holdings of Lin's and Wang's clients fell."""
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    before, day = last_days(2)
    for user, code in ((lin, "C0001"), (wang, "C0002")):
        file = tmp_path / f"{code}.csv"
        row = f"{before:%Y%m%d},000878,云南铜业,买入,10,1000,10000,-10005,5,0,0,{code}1"
        file.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
        with acting(user):
            imports.run_import(file, client=code)
            perform("clients.change", {"client": code, "risk_level": "C3", "birth_on": "1950-01-01"})
    with as_system():
        with act("test.register"):
            index = Product(name="沪深300", kind=SecurityKind.INDEX)
            index.save()
            SecurityCode(product=index, code="000300", market="SH").save()
        copper = SecurityCode.objects.get(code="000878").product_id
        for on, price, level in ((before, 10.0, 4000.0), (day, 9.0, 3800.0)):
            close_inputs.import_prices(source="行情", day=on, prices={copper: price, index.pk: level})
        result = nightly.run(day)
    assert result["shock"] and result["calls"] == 2
    return day


def test_everybody_calls_the_own_clients_in_order_with_why(fallen, lin, zhang):
    with acting(lin):
        found = ask("service.shock_list", {"mine": True})
    line = found["lines"][0]
    assert found["shock"]["headline"] == "沪深300 当日下跌 5.0%"
    assert (line["client"]["name"], line["group"], found["total"]) == ("张三", "morning", 1)
    assert "当日亏损 20" in line["why"] and "需要关照 12" in line["why"] and "缺数据：" in line["why"]
    assert "融资风险" in line["why"].partition("缺数据：")[2]


def test_a_client_of_another_team_is_in_no_line_no_count_and_no_detail(fallen, lin, zhou, zhang, qian):
    for user in (lin, zhou):
        with acting(user):
            found = ask("service.shock_list", {})
            assert [line["client"]["name"] for line in found["lines"]] == ["张三"] and found["total"] == 1
            assert [one["calls"] for one in found["people"]] == [1]
            with pytest.raises(Refused):
                ask("service.shock_call", {"client": qian.pk})


def test_a_call_ends_its_line_is_seen_by_the_lead_and_pauses_marketing_for_five_trading_days(fallen, lin, zhou, zhang):
    with acting(lin):
        call = ask("service.shock_call", {"client": zhang.pk})
        assert "张三您好" in call["scripts"][0]["text"] and "-10.0%" in call["scripts"][0]["text"]
        assert len(call["course"]) == 6 and "倾听" in call["note"]
        row = perform(
            "service.log_interaction",
            {"client": zhang.pk, "held_at": clock.now().isoformat(), "summary": call["note"], "channel": "call"},
        )
        assert ask("service.shock_list", {"mine": True})["total"] == 0
    with acting(zhou):
        found = ask("service.shock_list", {})
        assert [(one["name"], one["calls"], one["done"]) for one in found["people"]] == [("林晓", 1, 1)]
        assert [(one["staff"], one["client"]["name"]) for one in found["calls"]] == [("林晓", "张三")]
    assert reactions.on_interaction(interaction=row.pk) == {"changed": True}
    assert reactions.on_interaction(interaction=row.pk) == {"changed": False}
    with acting(lin):
        assert any("急跌" in one["zh"] for one in ask("clients.blockers", {"client": zhang.pk}))
    with as_system():
        assert nightly.lift_pauses(trading_days.next_trading_day(fallen + timedelta(days=3))) == 0
        assert nightly.lift_pauses(clock.today() + timedelta(days=20)) == 1
        assert MarketingFreeze.objects.filter(lifted_on=None).count() == 0


def test_a_contact_with_somebody_who_is_not_to_be_called_pauses_nothing(fallen, lin):
    with acting(lin):
        other = perform("clients.create", {"name": "李四", "code": "C0003"})
        row = perform(
            "service.log_interaction", {"client": other.pk, "held_at": clock.now().isoformat(), "summary": "问候"}
        )
    assert reactions.on_interaction(interaction=row.pk) == {"changed": False}


def test_a_day_without_a_fall_has_no_list_and_a_corrected_price_takes_it_away(fallen, lin):
    before = last_days(2)[0]
    with as_system():
        assert nightly.run(before)["shock"] is False
        index = SecurityCode.objects.get(code="000300").product_id
        close_inputs.import_prices(source="行情", day=fallen, prices={index: 3990.0})
        assert nightly.run(fallen)["shock"] is False and store.days() == []
    with acting(lin):
        assert ask("service.shock_list", {}) == {
            "shock": None,
            "counts": {},
            "groups": [],
            "total": 0,
            "lines": [],
            "more": 0,
            "next_due": None,
        }
    with as_system():
        assert not Interaction.objects.exists()
