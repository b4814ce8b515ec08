"""Pivots from the snapshot: the same numbers as live ones, within the current scope and never above the clearance."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from dakehu.domains.clients import restriction
from dakehu.domains.insight.pivots import table_data
from dakehu.domains.insight.snapshots import erasure, store
from dakehu.domains.insight.snapshots.collection import take_snapshot
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.erasure.erase import Erasure
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ASKED = (
    {"rows": "risk_level", "columns": "opened_on:quarter", "measure": "sum:assets"},
    {"rows": "branch", "columns": "kind", "measure": "share"},
    {"rows": "opened_on:week", "measure": "median:assets"},
    {"rows": "manager", "columns": "team"},
    {"rows": "assets", "columns": "risk_level", "measure": "row_share"},
    {"rows": "kind", "measure": "distinct:risk_level"},
    {"rows": "risk_level", "filters": {"risk_level.in": ["C4", "C5"], "assets.ge": "800000.20"}},
    {"rows": "risk_level", "filters": {"opened_on.le": "2026-02-10", "branch": "SH01", "name.has": "李"}},
    {"rows": "risk_level", "filters": {"opened_on.month": 2, "occupation": "教师", "assets.empty": False}},
    {"rows": "risk_level", "filters": {"assets.filled": True, "risk_level.ne": "C5", "assets.band": 4}},
    {"rows": "gender", "filters": {"assets.empty": True, "is_risk_minimum": False}},
    {"rows": "occupation", "measure": "max:assets", "top": 1},
)


@pytest.fixture(autouse=True)
def no_snapshot():
    """Delete the snapshots of other tests."""
    shutil.rmtree(Path(settings.DAKEHU_HOME) / "insight", ignore_errors=True)


@pytest.fixture
def clients(lin, wang, zhang, qian):
    """Four clients of Lin (one of them Zhang), one of Wang."""
    with acting(lin):
        return [
            perform(
                "clients.create",
                {
                    "name": f"李{code}",
                    "code": code,
                    "risk_level": level,
                    "assets": assets,
                    "opened_on": opened,
                    "branch": "SH01",
                    "occupation": job,
                },
            )
            for code, level, assets, opened, job in (
                ("C1001", "C4", "6000000.10", "2026-01-05", "教师"),
                ("C1002", "C5", "800000.20", "2026-02-10", "教师"),
                ("C1003", "C5", "", "", "医生"),
            )
        ]


def without_moment(answer):
    return {key: value for key, value in answer.items() if key != "as_of"}


def test_the_snapshot_counts_what_the_desk_counts_now(lin, clients, monkeypatch):
    with acting(lin):
        now = [without_moment(ask("insight.pivot", asked)) for asked in ASKED]
    take_snapshot()
    monkeypatch.setattr(table_data, "READ_LIVE", 0)
    with acting(lin):
        for asked, before in zip(ASKED, now, strict=True):
            assert without_moment(ask("insight.pivot", asked)) == before, asked
        with pytest.raises(Refused):
            ask("insight.pivot", {"rows": "kind", "filters": {"assets.ge": "much"}})


def test_who_loses_a_client_after_the_snapshot_counts_the_client_no_more(
    lin, zhou, wang, he, zhang, clients, monkeypatch
):
    monkeypatch.setattr(table_data, "READ_LIVE", 0)
    take_snapshot()

    def count(user):
        with acting(user):
            return ask("insight.pivot", {"rows": "risk_level"})["total"]

    assert [count(user) for user in (lin, wang, he)] == [4, 1, 5]
    with acting(he):
        perform("clients.set_information_wall", {"client": clients[0].pk, "walled": True, "reason": "项目"})
    assert [count(user) for user in (lin, wang, he)] == [4, 1, 5]
    with acting(he):
        restriction.restrict(client=clients[1])
    assert [count(user) for user in (lin, wang, he)] == [3, 1, 5]
    with acting(zhou):
        perform("clients.unassign", {"client": zhang.pk, "user": lin.pk})
    assert [count(user) for user in (lin, wang, he)] == [2, 1, 5]
    erasure.erase_from_snapshots(Erasure(frozenset({zhang.pk}), {}, frozenset()))
    assert zhang.pk not in store.newest().ids and [count(user) for user in (lin, wang, he)] == [2, 1, 4]


def test_a_reader_without_clearance_gets_nothing_of_hidden_columns_from_the_snapshot_either(
    an, lin, clients, monkeypatch
):
    monkeypatch.setattr(table_data, "READ_LIVE", 0)
    take_snapshot()
    with acting(an):
        banded = ask("insight.pivot", {"rows": "assets"})
        assert [(row["label"], row["total"]) for row in banded["rows"]] == [
            ("50–100 万", 1),
            ("500–1,000 万", 1),
            ("未填", 3),
        ]
        for asked in (
            {"rows": "kind", "measure": "sum:assets"},
            {"rows": "kind", "measure": "mean:fact__age"},
            {"rows": "fact__opted_out"},
            {"rows": "kind", "filters": {"assets.ge": 1}},
            {"rows": "kind", "filters": {"fact__age.ge": 1}},
            {"rows": "kind", "measure": "distinct:birth_on"},
        ):
            with pytest.raises(Refused, match="不能按"):
                ask("insight.pivot", asked)
        offered = ask("insight.pivot_fields", {})
        assert "assets" not in {one["name"] for one in offered["measures"]}
        assert not [one for one in offered["dimensions"] + offered["measures"] if one["is_fact"]]
    with acting(lin):
        assert "assets" in {one["name"] for one in ask("insight.pivot_fields", {})["measures"]}


def test_the_clients_of_every_cell_add_up_to_it_and_facts_come_from_the_night(lin, clients):
    with acting(lin), pytest.raises(Refused, match="快照"):
        ask("insight.pivot", {"rows": "fact__opted_out"})
    take_snapshot()
    with acting(lin):
        asked = {"rows": "risk_level", "columns": "opened_on:quarter", "measure": "sum:assets"}
        table = ask("insight.pivot", asked)
        for row in (*table["rows"], None):
            value = {} if row is None else {"row": row["value"] or "~empty"}
            found = ask("insight.pivot_clients", {**asked, **value})
            assert found["total"] == (table["total"] if row is None else row["total"])
            assert sum(one["value"] or 0 for one in found["clients"]) == pytest.approx(found["total"] or 0)
        one = ask("insight.pivot_clients", {**asked, "row": "C4", "column": "2026 Q1"})
        assert [client["code"] for client in one["clients"]] == ["C1001"] and one["filters"]["risk_level"] == "C4"
        with pytest.raises(Refused):
            ask("insight.pivot_clients", {**asked, "row": "C9"})
        flags = ask("insight.pivot", {"rows": "已拒绝联系", "measure": "mean:信息完整度"})
        assert flags["clients"] == 4 and 0 < flags["total"] <= 1
        few = ask("insight.pivot", {"rows": "kind", "filters": {"fact__completeness.ge": 0.9}})
        assert few["clients"] < 4
    assert np.all(np.diff(store.newest().ids) > 0)
