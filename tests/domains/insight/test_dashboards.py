"""The standard dashboards: every number of every card opens clients that add up to it, within each role's scope."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from dakehu.domains.insight.snapshots import store
from dakehu.domains.insight.snapshots.collection import take_snapshot
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db
NUMBERS = ("count", "sum")


@pytest.fixture(autouse=True)
def no_snapshot():
    """Delete the snapshots of other tests."""
    shutil.rmtree(Path(settings.DAKEHU_HOME) / "insight", ignore_errors=True)


@pytest.fixture
def clients(lin, wang, zhang, qian):
    with acting(lin):
        for code, level, assets, opened in (
            ("C1001", "C4", "6000000.10", "2025-01-05"),
            ("C1002", "C5", "800000.20", "2026-10-10"),
            ("C1003", "", "0", "2024-02-01"),
        ):
            given = {"name": f"李{code}", "code": code, "assets": assets, "opened_on": opened, "branch": "SH01"}
            perform("clients.create", given | ({"risk_level": level} if level else {}))


def added(definition, **cell):
    """Return the number of the clients of a cell, or the sum of their values."""
    asked = {name: value for name, value in definition.items() if name != "chart"}
    found = ask("insight.pivot_clients", {**asked, **{name: value for name, value in cell.items() if value}})
    values = [one["value"] for one in found["clients"] if one["value"] is not None]
    return sum(values) if values or "sum" in str(definition.get("measure")) else found["count"]


@pytest.mark.parametrize("role", ["lin", "zhou", "he", "an", "admin"])
def test_every_number_of_the_dashboard_of_a_role_opens_clients_that_add_up_to_it(role, request, clients):
    user, checked = request.getfixturevalue(role), 0
    with acting(user):
        board = ask("insight.dashboard", {})
        assert len(board["cards"]) >= 6 and not [card for card in board["cards"] if "fault" in card]
        for card in board["cards"]:
            answer = card["answer"]
            if answer["measure"]["name"] not in NUMBERS:
                continue
            names = ["", *(column["name"] for column in answer["columns"])]
            lines = [(row["name"], [row["total"], *row["cells"]]) for row in answer["rows"]]
            lines.append(("", [answer["total"], *(column["total"] for column in answer["columns"])]))
            for row, values in lines if card["shape"] != "figure" else lines[-1:]:
                for column, value in zip(names, values, strict=True):
                    if value:
                        assert added(card["pivot"], row=row, column=column) == pytest.approx(value), card["title"]
                        checked += 1
    assert checked > 12


def test_a_figure_is_compared_with_the_snapshot_of_the_quarter_before_of_todays_clients(
    lin, zhou, clients, monkeypatch
):
    take_snapshot(date(2026, 9, 30))
    (path,) = (Path(settings.DAKEHU_HOME) / "insight").glob("*.arrow")
    path.rename(path.with_name(f"20260930T200000000000-{path.stem[-8:]}.arrow"))
    store._open.clear()
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 29))
    with acting(lin):
        perform("clients.create", {"name": "赵六", "code": "C2001", "assets": "1000"})
        figure = ask("insight.dashboard", {})["cards"][0]
        (past,) = figure["compared"]
        assert (figure["answer"]["total"], past["value"], past["change"]) == (5, 4, 1)
        assert added({"rows": past["rows"], "past": "2026-09"}) == 4
        assert ask("insight.pivot", {"rows": "risk_level", "past": "2026-07"})["total"] == 4
    with as_system():
        assert len(store.quarters()) == 1
