"""A desk with balances, on a Monday, and the default scheme in force."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from dakehu.domains.ledger.feeds import storage
from dakehu.domains.tiers import assign
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

MON = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()


@pytest.fixture(autouse=True)
def on_monday(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: MON)


@pytest.fixture
def scheme(zhou: Any) -> Any:
    """The default scheme, in force from Monday."""
    with acting(zhou):
        return perform("tiers.activate_scheme", {"scheme": perform("tiers.create_scheme", {"name": "默认方案"}).pk})


@pytest.fixture
def balances() -> Callable[..., None]:
    """balances(day, (client, yuan), …): store the balances of a day."""

    def store(day: date, *totals: Any) -> None:
        rows = [{"client": c.pk, "cash": 0, "securities": yuan * 100, "total": yuan * 100} for c, yuan in totals]
        with as_system():
            storage.import_feed(feed="balances", days={day: pl.DataFrame(rows)}, source="test.csv")

    return store


@pytest.fixture
def run() -> Callable[[date], dict[str, Any]]:
    """Assign tiers as of a day, as the night does."""

    def assigned(day: date) -> dict[str, Any]:
        with as_system():
            return assign.run(day)

    return assigned
