"""Keys that are missing or foreign stop the desk: it never continues with new ones."""

import base64
import itertools
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import Desk, migrated_desk

PASSWORD = "Correct-horse-9"
FILES = ("audit.key", "index.key", "sealing.json", "session.key")
EVERY_COMBINATION = """
import io, itertools, json, sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from dakehu.interfaces.cli.main import main

keys, told = Path(sys.argv[1]) / "keys", {}
files = sorted(path.name for path in keys.iterdir())
for names in (c for n in range(1, len(files) + 1) for c in itertools.combinations(files, n)):
    held = {name: (keys / name).read_bytes() for name in names}
    for name in names:
        (keys / name).unlink()
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        from dakehu.foundation.access import encrypted_fields
        if "django.conf" in sys.modules:
            encrypted_fields.forget_cached()
        statuses = [main(["verify"]), main(["do", "clients.create", "name=李四", "code=C0002", "--as", "lin"])]
    made = [name for name in names if (keys / name).exists()]
    told[" ".join(names)] = [statuses, made, said.getvalue()]
    for name, content in held.items():
        (keys / name).write_bytes(content)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A desk with Lin and one client, whose phone is encrypted."""
    desk = migrated_desk(tmp_path_factory.mktemp("desk"))
    desk.report("user", "add", "username=lin", "name=林晓", "role=manager", f"password={PASSWORD}")
    desk.report("do", "clients.create", "name=张三", "code=C0001", "phone=13812345678", "--as", "lin")
    return desk


@pytest.fixture
def desk(made, tmp_path):
    return Desk(Path(shutil.copytree(made.home, tmp_path / "home")))


def test_whichever_key_files_are_gone_the_desk_stops_and_makes_no_new_ones(desk):
    done = subprocess.run(
        [sys.executable, "-c", EVERY_COMBINATION, str(desk.home)],
        capture_output=True,
        text=True,
        env=desk.around,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert set(report) == {" ".join(c) for n in range(1, 5) for c in itertools.combinations(FILES, n)}
    for names, (statuses, new, said) in report.items():
        assert statuses == [1, 1] and new == [], names
        assert all(name in said for name in names.split()) and "备份" in said, said
    assert desk.report("verify")["broken"] is None


def test_without_its_keys_nothing_starts_and_the_check_says_why(desk):
    (desk.home / "keys" / "index.key").unlink()
    for words in (("serve", "--no-browser", "--port", "0"), ("work",), ("ask", "clients.list", "--as", "lin")):
        done = desk.run(*words)
        assert done.returncode == 1 and "index.key" in done.stderr and "Traceback" not in done.stderr, words
    found = {m["id"]: m["message"] for m in desk.report("check", status=1)["messages"]}
    assert "index.key" in found["dakehu.E003"]
    assert not (desk.home / "keys" / "index.key").exists()


@pytest.mark.parametrize("name", FILES)
def test_a_key_of_another_desk_is_refused(desk, name):
    path = desk.home / "keys" / name
    other = base64.b64encode(b"\7" * 32).decode()
    path.write_text(json.dumps({"1": other}) if name.endswith(".json") else other)
    done = desk.run("ask", "clients.list", "--as", "lin")
    assert done.returncode == 1 and "不是这个数据库的密钥" in done.stderr
    assert "dakehu.E003" in {m["id"] for m in desk.report("check", status=1)["messages"]}


def test_a_desk_from_before_fingerprints_proves_its_keys_first(desk):
    with sqlite3.connect(desk.home / "dakehu.sqlite3") as database:
        database.execute("delete from foundation_installationrecord where name like 'key.%'")
    database.close()
    kept = (desk.home / "keys" / "index.key").read_bytes()
    (desk.home / "keys" / "index.key").write_text(base64.b64encode(b"\7" * 32).decode())
    assert "密钥 index 不是这个数据库的密钥" in desk.run("verify").stderr
    (desk.home / "keys" / "index.key").write_bytes(kept)
    assert desk.report("verify")["broken"] is None


def test_a_damaged_key_file_is_said_to_be_damaged(desk):
    (desk.home / "keys" / "sealing.json").write_text("{")
    assert "sealing.json 已损坏" in desk.run("verify").stderr


def test_a_new_key_is_known_to_the_database_at_once(desk):
    desk.report("keys", "rotate")
    assert desk.report("keys", "list")["current"] == 2
    assert desk.report("verify")["broken"] is None
