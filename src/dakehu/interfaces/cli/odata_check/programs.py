"""Third-party clients and parsers, where installed: each reads the desk."""

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from dakehu.interfaces.cli.odata_check.desk import Desk

OK, ABSENT = "ok", "not installed"
PYTHON = "python-odata"
# Package on npm: the script next to this file that runs it.
NODE = {
    "odata": "odata.mjs",
    "@odata/client": "odata_client.mjs",
    "odata-csdl": "csdl.mjs",
    "@sap-ux/edmx-parser": "edmx.mjs",
}
SECONDS = 120


def try_all(desk: Desk, node_folder: Path | None) -> dict[str, str]:
    """Return {client: "ok", "not installed", or the error}."""
    return {PYTHON: _python(desk), **{name: _node(name, desk, node_folder) for name in NODE}}


def _python(desk: Desk) -> str:
    if importlib.util.find_spec("odata") is None:
        return ABSENT
    import requests
    from odata import ODataService

    try:
        session = requests.Session()
        session.auth = (desk.username, desk.token)
        service = ODataService(desk.root, session=session, reflect_entities=True, quiet_progress=True)
        client: Any = service.entities["Clients"]
        found = list(service.query(client).limit(10))
        counted = service.query(client).filter(client.code == found[0].code).all() if found else []
    except Exception as fault:  # any error of a third-party program is its finding
        return f"{type(fault).__name__}: {fault}"[:300]
    is_right = len(found) == min(10, desk.count) and [one.id for one in counted] == [one.id for one in found[:1]]
    return OK if is_right else f"read {len(found)} rows of {desk.count}"


def _node(package: str, desk: Desk, folder: Path | None) -> str:
    node = shutil.which("node")
    if node is None or folder is None or not (folder / "node_modules" / package).is_dir():
        return ABSENT
    script = Path(__file__).with_name(NODE[package])
    copied = folder / script.name  # modules are resolved next to the script
    copied.write_bytes(script.read_bytes())
    variables = {"DESK_ROOT": desk.root, "DESK_BASIC": desk.basic, "DESK_COUNT": str(desk.count)}
    try:
        done = subprocess.run(
            [node, str(copied)],
            env={"PATH": os.environ.get("PATH", ""), "NO_PROXY": "127.0.0.1", **variables},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {SECONDS} s"
    finally:
        copied.unlink(missing_ok=True)
    if done.returncode:
        return done.stderr.strip()[-300:] or f"exit status {done.returncode}"
    return OK if json.loads(done.stdout.splitlines()[-1])["ok"] else done.stdout.strip()[-300:]
