"""Desks of earlier versions are migrated completely: see fixtures/desks/README.md for the contents of each.

Everything uses the command line and the pages, so that nothing here depends on names inside the code.
"""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.program import copy_of, state_of_source

DESKS = Path(__file__).parents[1] / "fixtures" / "desks"
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
EVERY, WITH_IMPORTS = ("first", "bcf62c1", "0.1.0"), ("bcf62c1", "0.1.0")
COMMANDS = """
import json, sys
from dakehu.interfaces.cli.main import main
for words in json.loads(sys.argv[1]):
    status = main(words)
    if status:
        sys.exit(f"{words}: {status}")
"""
PROGRAM = [sys.executable, "-m", "dakehu.interfaces.cli.main"]
PAGES = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
import django
django.setup()
from django.test import Client
username, password, *addresses = sys.argv[1:]
browser = Client(HTTP_HOST="localhost", HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="zh-CN")
assert browser.post("/sign-in", {"username": username, "password": password}).status_code == 302
print(json.dumps({address: browser.get(address, follow=True).status_code for address in addresses}))
"""


class Kept:
    """A kept desk in a directory of its own, and the facts recorded about it (`facts`)."""

    def __init__(self, name: str, home: Path) -> None:
        self.name, self.home = name, home
        self.facts = json.loads((DESKS / f"{name}.json").read_text(encoding="utf-8"))
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("DAKEHU_", "DJANGO_"))
        }
        self.environment |= {
            "DAKEHU_HOME": str(home),
            "LANG": "zh_CN.UTF-8",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }

    def process(self, *command: Any) -> str:
        done = subprocess.run(
            [*map(str, command)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self.environment,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        return done.stdout

    def runs(self, *commands: tuple[Any, ...]) -> list[Any]:
        """Return the output of each command with --json; all run in turn in one process of their own."""
        given = json.dumps([[*map(str, words), "--json"] for words in commands])
        return [json.loads(line) for line in self.process(sys.executable, "-c", COMMANDS, given).splitlines()]

    def run(self, *words: Any) -> Any:
        return self.runs(words)[0]

    def asks(self, *asked: tuple[str, str, dict[str, Any]]) -> list[list[Any]]:
        """Return the rows of each of some queries (name, username, values)."""
        commands = [
            ("ask", name, *(f"{key}:={json.dumps(value)}" for key, value in values.items()), "--as", username)
            for name, username, values in asked
        ]
        return [report if isinstance(report, list) else report["rows"] for report in self.runs(*commands)]

    def pages(self, username: str, *addresses: str) -> dict[str, int]:
        """Return the status of pages opened after signing in with the password of the kept desk."""
        return dict(json.loads(self.process(sys.executable, "-c", PAGES, username, self.facts["password"], *addresses)))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.home / "dakehu.sqlite3") as database:
            return database.execute(sql).fetchall()

    def value(self, code: str, column: str) -> Any:
        return self.query(f"select {column} from clients_client where code = '{code}'")[0][0]


@pytest.fixture
def desk(request, tmp_path):
    """Return a desk as its version left it, migrated once and copied for each test."""
    name = request.param

    def bring_up_to_date(home):
        with tarfile.open(DESKS / f"{name}.tar.gz") as archive:
            archive.extractall(home, filter="fully_trusted")  # "data" would drop the modes of folders
        Kept(name, home).run("migrate")

    return Kept(name, copy_of(state_of_source(), name, tmp_path / "home", bring_up_to_date))


def of(*names):
    return pytest.mark.parametrize("desk", names, indirect=True)


def test_a_desk_of_every_released_version_is_kept():
    headings = re.findall(r"^## (\d+\.\d+\.\d+)$", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(headings[1:]) <= set(EVERY)  # the first heading is the version in development


@of(*EVERY)
def test_a_kept_desk_migrates_without_losing_a_row_and_its_audit_holds(desk):
    assert desk.run("check")["errors"] == 0
    report = desk.run("verify")
    assert (report["broken"], report["entries"]) == (None, desk.facts["counts"]["foundation_auditentry"])
    assert report["files"]["faults"] == []
    own = ("clients_", "ledger_", "service_", "team_", "foundation_")
    for table, count in desk.facts["counts"].items():
        if table.startswith(own) and not table.startswith("clients_searchline"):
            assert desk.query(f'select count(*) from "{table}"')[0][0] >= count, table


@of(*EVERY)
def test_everybody_sees_the_clients_they_saw_before(desk):
    seen = desk.facts["seen_by"]
    report = desk.asks(*(("clients.list", username, {}) for username in seen))
    assert {username: sorted(row["code"] for row in rows) for username, rows in zip(seen, report, strict=True)} == seen


@of(*EVERY)
def test_every_client_is_found_by_name_and_code(desk):
    asked = [(code, text) for code, name in desk.facts["clients"] for text in (code, name)]
    report = desk.asks(*(("clients.list", "he", {"text": text}) for _, text in asked))
    for (code, text), rows in zip(asked, report, strict=True):
        assert code in {row["code"] for row in rows}, text


IDENTIFIER = re.compile(r"[a-z_]+\.[a-z_]+|[a-z]+_[a-z_]+|[a-z]+\.[A-Z]\w+")


@of(*EVERY)
def test_every_act_and_table_of_the_old_desk_is_shown_in_words(desk):
    rows = desk.asks(("team.audit", "he", {"limit": 500}))[0]
    shown = [row["action_text"] for row in rows] + [name for row in rows for name in row["inner"]]
    shown += [change["model_text"] for row in rows for change in row["changes"]]
    assert shown and [text for text in shown if IDENTIFIER.search(text)] == []
    browsed = desk.pages("he", "/audit/", *(f"/audit/?action={name}" for name in desk.facts["audit_actions"]))
    assert set(browsed.values()) == {200}


@of("0.1.0")
def test_entries_are_found_by_the_old_and_by_the_present_name_of_an_action(desk):
    old, new = desk.asks(
        ("team.audit", "he", {"action": "clients.note_needs"}), ("team.audit", "he", {"action": "clients.record_needs"})
    )
    assert [row["id"] for row in old] == [row["id"] for row in new]
    assert {row["action"] for row in old} == {"clients.record_needs"}


@of("0.1.0")
def test_a_name_of_the_old_command_line_is_accepted_and_the_new_one_told(desk):
    done = subprocess.run(
        [*PROGRAM, "ask", "clients.one", "client=K0001", "--as", "lin", "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=desk.environment,
        timeout=300,
        check=False,
    )
    assert json.loads(done.stdout)["code"] == "K0001"
    assert "clients.detail" in done.stderr and len(done.stderr.strip().splitlines()) == 1


@of(*EVERY)
def test_saved_views_open_with_their_filters(desk):
    asked = []
    for view in desk.facts["views"]:
        given = dict(parse_qsl(view["state"].get("query", "")))
        if view["page"] == "clients" and not any(name.startswith("f.") for name in given):
            order, text = given.pop("sort", None), given.pop("q", None)
            asked.append(("clients.list", view["owner"], {"filters": given, "order": order, "text": text}))
    views, *listed = desk.asks(("team.views", "lin", {"page": "clients"}), *asked)
    assert any(listed)
    mine = {view["name"] for view in desk.facts["views"] if view["owner"] == "lin" and view["page"] == "clients"}
    assert {view["name"] for view in views} >= mine
    browsed = desk.pages("lin", "/clients/", *(f"/clients/?view={view['id']}" for view in views))
    assert set(browsed.values()) == {200}


@of("0.1.0")
def test_pages_of_what_the_old_desk_left_behind_open(desk):
    owner = dict(desk.query("select id, username from team_user"))
    listed = desk.query("select id, owner_ref from foundation_batch where act = ''")
    batches = [n for n, by in listed if owner.get(by) == "lin"]
    jobs = [job["id"] for job in desk.facts["jobs"] if job["kind"] in ("workbook.export", "report.many")]
    held = [n for (n,) in desk.query("select id from ledger_heldrow where state = 'waiting'")]
    mine = [
        f"/clients/{n}/"
        for n, code in desk.query("select id, code from clients_client")
        if code in desk.facts["seen_by"]["lin"]
    ]
    browsed = desk.pages(
        "lin",
        "/",
        "/undo/",
        "/import/",
        "/import/quarantine/",
        "/held/",
        "/export/",
        "/market/",
        "/me",
        "/me/security",
        "/clients/duplicates",
        *mine,
        *(f"/import/{n}/" for n in batches),
        *(f"/export/{n}/" for n in jobs),
        *(f"/held/{n}/" for n in held),
    )
    browsed |= desk.pages("admin", "/system/", "/system/fields/", "/staff/", "/staff/teams/", "/system/calendar/")
    assert {address: status for address, status in browsed.items() if status != 200} == {}


@of(*WITH_IMPORTS)
def test_a_workbook_that_the_old_desk_exported_comes_back_and_changes_nothing(desk):
    report = desk.run("import", DESKS / f"{desk.name}.xlsx", "--as", "lin")
    assert (report["created"], report["updated"], report["errors"], report["skipped"]) == (0, 0, 0, 0)
    assert report["unchanged"] >= 10 and report.get("undecided", 0) == 0


@of(*WITH_IMPORTS)
def test_what_the_old_desk_kept_to_be_undone_is_undone(desk):
    kept = {name: one for name, one in desk.facts["undo"].items() if name != "queued"}
    before = {code: desk.value(code, column) for name in kept for code, column in _restored(kept[name])}
    newest_first = sorted(kept.values(), key=lambda one: -one["batch"])
    report = desk.runs(*(("undo", one["batch"], "--as", one["by"]) for one in newest_first))
    assert all(undone["undone"] for undone in report)
    codes = {code for (code,) in desk.query("select code from clients_client")}
    assert not codes & {one["removes"] for one in kept.values() if "removes" in one}
    assert codes >= {one["brings_back"] for one in kept.values() if "brings_back" in one}
    for name in kept:
        for code, column in _restored(kept[name]):
            assert desk.value(code, column) != before[code], (name, code)
    assert desk.run("verify")["broken"] is None


def _restored(one: dict[str, Any]) -> list[list[str]]:
    given = one.get("restores", [])
    return [given] if given and isinstance(given[0], str) else given


@of(*WITH_IMPORTS)
def test_jobs_that_waited_are_done_by_todays_worker(desk):
    waiting = {job["id"]: job["kind"] for job in desk.facts["jobs"] if job["state"] == "queued"}
    worker = subprocess.Popen(
        [*PROGRAM, "work"], env=desk.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    listed = ",".join(map(str, waiting))
    try:
        ended: dict[int, tuple[str, str]] = {}
        while len(ended) < len(waiting) and worker.poll() is None:
            time.sleep(0.2)
            rows = desk.query(
                f"select id, state, error from foundation_job where id in ({listed}) and ended_at is not null"
            )
            ended = {number: (state, error) for number, state, error in rows}
    finally:
        worker.send_signal(signal.SIGTERM)
        output = worker.communicate(timeout=60)[0].decode()
    assert len(ended) == len(waiting), output[-3000:]
    for number, (state, error) in ended.items():
        assert state == "done" or (state == "failed" and error.endswith(("。", "."))), (waiting[number], state, error)
