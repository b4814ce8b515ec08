"""The book over time: every number opens clients that add up to it, within the scope and clearance of the reader."""

from datetime import date

import pytest

from dakehu.domains.insight.book import months
from dakehu.domains.insight.choices import BookView
from dakehu.domains.insight.snapshots.collection import take_snapshot
from dakehu.domains.insight.snapshots.rebuilding import rebuild_quarters
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.domains.ledger.feeds.test_reader import store

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
JUNE, JULY, AUGUST = date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()


def line(client, yuan, **moved):
    cents = {name: round(value * 100) for name, value in moved.items()}
    return {"client": client.pk, "cash": 0, "securities": round(yuan * 100), "total": round(yuan * 100), **cents}


@pytest.fixture
def book(lin, wang, zhang, qian):
    """Zhang, Li and Zhao of Lin, Qian of Wang: inflows and outflows from June to August."""
    with acting(lin):
        li, zhao = (
            perform("clients.create", {"name": name, "code": code, "opened_on": opened, "source": "转介绍"})
            for name, code, opened in (("李四", "C1001", "2025-02-10"), ("赵五", "C1002", "2026-07-03"))
        )
        perform("clients.change", {"client": zhang.pk, "opened_on": "2024-05-06"})
    days = {
        JUNE: [line(zhang, 1_000_000), line(li, 200_000.10), line(qian, 50_000)],
        date(2026, 7, 15): [
            line(zhang, 1_150_000, deposits=100_000, securities_in=40_000),
            line(li, 199_000, withdrawals=0.1),
            line(zhao, 30_000, deposits=20_000),
        ],
        JULY: [line(zhang, 1_100_000, withdrawals=20_000), line(zhao, 30_500), line(qian, 51_000)],
        AUGUST: [
            line(zhang, 1_200_000, withdrawals=5_000, securities_out=5_000, commission=1_234.56),
            line(zhao, 31_000, deposits=1, commission=10),
            line(qian, 1),
        ],
    }
    store("balances", days)
    with as_system(), act("test.tiers"):
        change = model_of("tiers.TierChange")
        tier = model_of("tiers.ClientTier")
        for client, now, before in ((zhang, "T4", "T3"), (li, "T2", "T2"), (zhao, "T1", "")):
            tier(client=client, code=now, rule_code=now, rank=1, since=JULY, decided_on=AUGUST).save()
            if now != before:
                change(client=client, on=JULY, kind="upgraded", code_before=before, code=now).save()
    return {"zhang": zhang, "li": li, "zhao": zhao, "qian": qian}


def cells_of(answer):
    for grid in answer["grids"]:
        for row in [*grid["rows"], *([grid["total"]] if grid["total"] else [])]:
            yield from ((grid, row, one) for one in row["cells"])


def flows(**more):
    (grid,) = ask("insight.net_inflow", {"since": "2026-07", "until": "2026-08", **more})["grids"]
    names = [column["name"] for column in grid["columns"]]
    return {
        row["label"]: dict(zip(names, (one["value"] for one in row["cells"]), strict=True))
        for row in [*grid["rows"], grid["total"]]
    }


def test_opening_flows_and_market_make_the_closing_to_the_cent(lin, book):
    with acting(lin):
        total = flows(by="status")[""]
    assert total == {
        "clients": 3,
        "opening": 1_200_000.10,
        "money_in": 80_001.0,
        "money_out": -20_000.10,
        "securities_in": 40_000.0,
        "securities_out": -5_000.0,
        "entered": 10_000.0,
        "left": -199_000.0,
        "market": 124_999.0,
        "closing": 1_231_000.0,
        "net": 95_000.9,
    }
    causes = [value for name, value in total.items() if name not in ("clients", "opening", "closing", "net")]
    assert round(total["opening"] + sum(causes), 2) == total["closing"]


def test_every_number_of_every_view_opens_clients_that_add_up_to_it(lin, book):
    with acting(lin):
        for view in BookView:
            asked = {"view": view.value, "since": "2026-07", "until": "2026-08"}
            answer = ask("insight.book", asked)
            assert answer["grids"] and answer["clients"] == 3, view
            opened = {}
            for grid, row, one in cells_of(answer):
                assert not one["hidden"]
                if not one["cell"] or one["unit"] == "share" or not one["value"]:
                    continue
                found = ask("insight.book_clients", {**asked, "cell": one["cell"]})
                values = [client["value"] for client in found["clients"]]
                total = found["count"] if None in values or not values else sum(values)
                assert total == pytest.approx(one["value"]) and found["total"] == pytest.approx(one["value"]), one
                opened[one["cell"]] = (grid, row)
            assert opened, view
        with pytest.raises(Refused):
            ask("insight.book_clients", {"view": "flows", "cell": "flows.7.net"})


def test_the_matrix_of_tiers_adds_up_by_rows_with_entries_and_exits(lin, book):
    with acting(lin):
        answer = ask("insight.tier_migration", {"since": "2026-07", "until": "2026-08"})
        matrix = answer["grids"][0]
        names = [column["label"] for column in matrix["columns"]]
        for row in [*matrix["rows"], matrix["total"]]:
            values = [one["value"] for one in row["cells"]]
            assert values[0] == sum(values[1:-2]), row["label"]
        by_tier = {
            row["label"]: dict(zip(names, (one["value"] for one in row["cells"]), strict=True))
            for row in matrix["rows"]
        }
        assert by_tier["T3 白金"]["T4 高净值"] == 1 and by_tier["未定级"]["T1 潜力"] == 1
        assert by_tier["T2 金"]["T2 金"] == 1
        assert {one["label"]: one["value"] for one in answer["figures"]}["升级客户"] == 1


def test_cohorts_keep_clients_and_money_and_the_comparison_is_the_span_before(lin, book):
    with acting(lin):
        answer = ask("insight.cohorts", {"since": "2026-07", "until": "2026-08"})
        kept, money = (
            {row["label"]: [one["value"] for one in row["cells"]] for row in answer["grids"][at]["rows"]}
            for at in (1, 3)
        )
        assert kept == {"2024": [1.0, 1.0, 1.0], "2025": [1.0, 0.0, 0.0], "2026": [None, 1.0, 1.0]}
        assert money["2024"] == pytest.approx([1.0, 1.08, 1.075]) and money["2025"] == pytest.approx(
            [1.0, 0.0, 0.0], abs=1e-5
        )
        by_source = ask("insight.cohorts", {"since": "2026-07", "until": "2026-08", "by": "source"})["grids"][1]["rows"]
        referred = next(row for row in by_source if row["label"] == "转介绍")
        assert [one["value"] for one in referred["cells"]] == [1.0, 0.5, 0.5]  # Zhao joins, Li is gone
        figure = ask("insight.net_inflow", {"since": "2026-08", "until": "2026-08"})["figures"][0]
        assert (figure["value"], figure["compared"][0]["value"], figure["compared"][0]["span"]) == (
            -4_999.0,
            99_999.9,
            "2026-07",
        )


def test_wang_counts_his_own_client_and_an_sees_no_amount_of_few(wang, an, zhou, book):
    with acting(wang):
        assert ask("insight.book", {"view": "concentration"})["clients"] == 1
        assert flows(by="status")[""]["closing"] == 1.0
    with acting(an):
        answer = ask("insight.net_inflow", {"since": "2026-07", "until": "2026-08"})
        assert answer["clients"] == 4 and answer["is_hidden"] and not answer["chart"]
        assert all(one["hidden"] for _, _, one in cells_of(answer) if one["is_amount"])
        assert [figure["value"] for figure in answer["figures"]] == [None] * 3
        with pytest.raises(Refused, match="权限"):
            ask("insight.book_clients", {"view": "flows", "cell": "flows.all.net"})
        assert ask("insight.book_clients", {"view": "flows", "cell": "flows.all.clients"})["count"] == 4
        assert ask("insight.retention", {})["figures"][0]["value"] == 3
    with acting(zhou):
        assert ask("insight.book", {"view": "flows", "filters": {"source": "转介绍"}})["clients"] == 2
        with pytest.raises(Refused):
            ask("insight.book", {"view": "flows", "filters": {"nothing": 1}})


def test_a_sum_of_amounts_that_an_may_see_is_not_offered_to_be_opened_into_its_clients(an, book, monkeypatch):
    monkeypatch.setattr("dakehu.domains.insight.book.grids.Grid.hidden", lambda self: {})
    with acting(an):
        cells = [one for _, _, one in cells_of(ask("insight.net_inflow", {"since": "2026-07", "until": "2026-08"}))]
    amounts = [one for one in cells if one["is_amount"] and one["value"] is not None]
    assert amounts and all(one["cell"] == "" for one in amounts)
    assert all(one["cell"] for one in cells if not one["is_amount"] and one["value"] is not None)


def test_who_may_not_see_investments_gets_no_view(admin, book):
    with acting(admin), pytest.raises(NotAllowed):
        ask("insight.book", {"view": "flows"})


def test_a_corrected_day_and_an_erasure_make_the_month_again(lin, book, zhang):
    with acting(lin):
        before = flows(by="status")[""]["closing"]
    store("balances", {AUGUST: [line(zhang, 1_300_000)]})
    with acting(lin):
        assert (before, flows(by="status")[""]["closing"]) == (1_231_000.0, 1_300_000.0)
    with as_system():
        assert months.delete_all() == 3 and months.prepare() == 3


def test_costs_are_contacts_at_the_firms_rate_against_commission(lin, admin, book):
    with acting(admin):
        perform("insight.change_settings", {"hour_cost": "300"})
        with pytest.raises(Refused):
            perform("insight.change_settings", {"report_mail": "file"})
        with pytest.raises(Refused):
            perform("insight.change_settings", {"mail_domains": "bank"})
    with acting(lin):
        given = {"client": book["zhang"].pk, "held_at": "2026-08-05 10:00", "channel": "call", "summary": "询问"}
        perform("service.log_interaction", given)
        answer = ask("insight.service_costs", {"since": "2026-07", "until": "2026-08", "by": "status"})
        assert [one["value"] for one in answer["figures"]] == [0.2, 60.0, 1_244.56, 1_184.56]


def test_a_quarter_before_any_snapshot_is_rebuilt_of_what_is_dated_and_of_nothing_else(lin, book, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 29))
    take_snapshot(AUGUST)
    assert rebuild_quarters() == 1 and rebuild_quarters() == 0
    with acting(lin):
        then = ask("insight.pivot", {"rows": "tier__code", "measure": "sum:assets", "past": "2026-06"})
        assert {row["label"]: row["total"] for row in then["rows"]} == {"T2 金": 200_000.10, "T3 白金": 1_000_000.0}
        assert then["total"] == 1_200_000.10 and then["as_of"].startswith("2026-06-30")
        with pytest.raises(Refused, match="历史"):
            ask("insight.pivot", {"rows": "risk_level", "past": "2026-06"})
        with pytest.raises(Refused, match="历史"):
            ask("insight.pivot", {"rows": "tier__code", "filters": {"risk_level": "C4"}, "past": "2026-06"})
        with pytest.raises(Refused, match="快照"):
            ask("insight.pivot", {"rows": "tier__code", "past": "2026-01"})
