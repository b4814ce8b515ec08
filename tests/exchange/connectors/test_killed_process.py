"""A run whose process is killed is resumed by the next process: nothing partly written, nothing twice."""

import os
import signal
import subprocess
import sys

import pytest

from tests.exchange.connectors.desks import fill, without_waiting, zoho  # noqa: F401
from tests.program import migrated_desk

CREDENTIALS = {"DAKEHU_CONNECT_APP_ID": "app", "DAKEHU_CONNECT_APP_SECRET": "secret", "DAKEHU_CONNECT_GRANT": "good"}


@pytest.mark.long
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a program that kills at once is not installed here")
def test_a_process_killed_while_fetching_is_followed_by_one_that_goes_on(zoho, tmp_path):  # noqa: F811
    fill(zoho, accounts=30)
    desk = migrated_desk(tmp_path / "home")
    words = [sys.executable, "-m", "dakehu.interfaces.cli.main", "connect", "zoho", "pull", "--api", zoho.url, "--json"]
    zoho.holds_at = "/crm/bulk/v8/read/9005/result"
    with subprocess.Popen(
        words, env={**desk.around, **CREDENTIALS}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert zoho.held.wait(timeout=240)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    zoho.holds_at = ""
    zoho.release.set()
    assert desk.report("ask", "clients.list", "--reason", "look")["count"] == 0
    jobs_before = len(zoho.jobs)
    report = desk.report("connect", "zoho", "pull")
    assert (report["created"], report["aside"]) == (37, 0)
    assert len(zoho.jobs) < 2 * jobs_before  # tables fetched before are not requested again
    again = desk.report("connect", "zoho", "pull")
    assert (again["created"], again["updated"]) == (0, 0)
