"""Third-party clients and parsers read the desk over HTTP."""

import os
from pathlib import Path

import pytest

from dakehu.interfaces.cli.odata_check import programs
from dakehu.interfaces.cli.odata_check.desk import Desk
from dakehu.interfaces.cli.odata_check.run import sender
from tests.interfaces.odata.reader import token_of

NODE = Path(os.environ.get("DAKEHU_NODE_CLIENTS", "/nowhere"))


@pytest.fixture
def served(transactional_db, book, lin, live_server):
    port = int(live_server.url.rpartition(":")[2])
    return Desk(sender(port), f"http://127.0.0.1:{port}/odata/v4/", "lin", token_of(lin))


def test_real_clients_read_the_desk(served):
    found = programs.try_all(served, NODE)
    assert found.pop(programs.PYTHON) == programs.OK
    assert set(found.values()) <= {programs.OK, programs.ABSENT}, found
    if set(found.values()) == {programs.ABSENT}:
        pytest.skip("python-odata read the desk; clients from npm are not installed: scripts/odata_clients.py")
