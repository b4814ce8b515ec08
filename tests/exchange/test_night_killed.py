"""A nightly run whose process is killed, as a real process on SQLite (the command reads no database of the tests)."""

import random
import subprocess
import sys

import pytest

from dakehu.exchange.inbox import step
from tests.exchange.test_inbox import CLIENTS, PRICES, TRADES, lay
from tests.program import migrated_desk


@pytest.mark.long
def test_a_night_killed_at_any_moment_is_old_or_new_and_ends_well_when_run_again(tmp_path):
    desk, draw = migrated_desk(tmp_path / "home"), random.Random(14)
    inbox = desk.home / "inbox"
    assert desk.report("nightly")["state"] in ("done", "unchanged")
    for nth in range(3):
        lay(
            inbox,
            客户=CLIENTS,
            交割单=TRADES.replace("000878", f"00087{nth}"),
            行情=PRICES.replace("000878", f"00087{nth}"),
        )
        child = subprocess.Popen(
            [sys.executable, "-m", "dakehu.interfaces.cli.main", "nightly", "--day", "2026-11-27"],
            env=desk.around,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(draw.uniform(0.8, 2.2))
        child.kill()
        child.wait()
        assert desk.report("verify")["broken"] is None
        report = desk.report("nightly", "--day", "2026-11-27")
        assert {one["state"] for one in report["steps"]} <= {"done", "unchanged"}
        assert not list(inbox.glob("*.csv"))
        again = {one["step"]: one["state"] for one in desk.report("nightly", "--day", "2026-11-27")["steps"]}
        assert again[step.STEP] == again["ledger.close"] == again["tiers.assign"] == "unchanged"
        held = desk.report("ask", "clients.search", "text=N0001")
        assert held
