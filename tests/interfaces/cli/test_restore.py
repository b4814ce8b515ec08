"""A backup is restored completely or not at all, whatever happens during the restore."""

import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings

from dakehu.foundation.access import encrypted_fields, encrypted_files, keys
from dakehu.foundation.base.errors import Refused
from dakehu.interfaces.cli import archive, backup, restore
from tests.program import Desk, migrated_desk

ROOT = Path(__file__).parents[3]
PASSWORD = "hebei-42-donkey"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A desk with Lin and one client with a phone and a file; its backup with keys, one without, and the password's file."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "list.csv").write_text("客户号,姓名\nC0002,李四\n", encoding="utf-8")
    (folder / "password").write_text(PASSWORD + "\n")
    migrated_desk(folder / "home").reports(
        ("user", "add", "username=lin", "name=林晓", "role=manager", "password=Correct-horse-9"),
        ("do", "clients.create", "name=张三", "code=C0001", "phone=13812345678", "--as", "lin"),
        ("import", folder / "list.csv", "--as", "lin"),
        ("backup", folder / "desk.backup", "--password-file", folder / "password"),
        ("backup", folder / "open.backup", "--unencrypted"),
    )
    return folder


@pytest.fixture
def restored(settings, django_db_blocker):
    """Restore a backup into a home as the command does, in this process: starting another one takes seconds."""

    def run(source, home, moment=None):
        there, database = settings.DAKEHU_HOME, connection.settings_dict["NAME"]
        connections.close_all()
        encrypted_fields.forget_cached()
        home.mkdir(exist_ok=True)
        settings.DAKEHU_HOME, connection.settings_dict["NAME"] = home, str(home / "dakehu.sqlite3")
        try:
            with django_db_blocker.unblock():
                return restore.restore(source, PASSWORD, moment)
        finally:
            connections.close_all()
            encrypted_fields.forget_cached()
            settings.DAKEHU_HOME, connection.settings_dict["NAME"] = there, database

    return run


@pytest.fixture
def refused(restored):
    """Return the message with which a restore is refused."""

    def run(source, home):
        with pytest.raises(Refused) as caught:
            restored(source, home)
        return str(caught.value)

    return run


def changed(source, target, change, *, leave_out=()):
    """Write a copy of a plain archive with changed members."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            if member.name not in leave_out:
                new.addfile(member, old.extractfile(member))
        change(new)
    return target


def member(archived, name, content=b"x", kind=tarfile.REGTYPE):
    info = tarfile.TarInfo(name)
    info.size, info.type = len(content) if kind == tarfile.REGTYPE else 0, kind
    info.linkname = "about.json" if kind != tarfile.REGTYPE else ""
    archived.addfile(info, io.BytesIO(content))


def test_everything_restored_is_its_owners_alone_and_the_check_finds_nothing(made, tmp_path, restored):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    restored(made / "desk.backup", home)
    for path in [home, *home.rglob("*")]:
        if path.name.endswith((".lock", "-wal", "-shm")):
            continue
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    check, verified = Desk(home).reports(("check",), ("verify",))
    assert check["errors"] == 0 and verified["broken"] is None


def test_a_restore_killed_at_any_of_its_moves_or_at_random_is_as_before_or_done_and_can_be_given_again(made):
    script = str(ROOT / "scripts" / "kill_the_restore.py")
    words = [sys.executable, script, "4", "--each-move", "--archive", str(made / "desk.backup")]
    around = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    ran = subprocess.run(words, env=around, capture_output=True, text=True, timeout=500, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "the rename decides" in ran.stdout


def test_what_an_earlier_killed_restore_left_goes_at_the_next_start(made, tmp_path, restored):
    home = tmp_path / "home"
    restored(made / "desk.backup", home)
    for name in ("restore.part/keys", "tmpab12cd/keys", "run/backup-x"):
        (home / name).mkdir(parents=True)
    (home / "tmpab12cd" / "about.json").write_text("{}")
    Desk(home).report("verify")
    assert not (home / "restore.part").exists() and not (home / "tmpab12cd").exists()
    assert not (home / "run" / "backup-x").exists()


def test_a_backup_without_keys_needs_the_keys_of_its_desk_and_leaves_them_there(made, tmp_path, restored, refused):
    home = tmp_path / "home"
    assert "不含密钥" in refused(made / "open.backup", home)
    shutil.copytree(made / "home" / "keys", home / "keys")
    before = {path.name: path.read_bytes() for path in (home / "keys").iterdir()}
    restored(made / "open.backup", home)
    assert {path.name: path.read_bytes() for path in (home / "keys").iterdir()} == before
    assert Desk(home).report("verify")["broken"] is None


def test_keys_of_another_desk_do_not_open_a_backup_and_stay(made, tmp_path, refused):
    home = tmp_path / "home"
    with override_settings(DAKEHU_HOME=home):
        keys.create_missing()
    before = {path.name: path.read_bytes() for path in (home / "keys").iterdir()}
    assert "密钥与备份中的数据库不符" in refused(made / "open.backup", home)
    assert "已有别的密钥" in refused(made / "desk.backup", home)
    assert {path.name: path.read_bytes() for path in (home / "keys").iterdir()} == before
    assert {path.name for path in home.iterdir()} <= {"keys", "run"}


def test_an_archive_with_something_foreign_changes_nothing_in_the_home(made, tmp_path, refused):
    home = tmp_path / "home"
    shutil.copytree(made / "home" / "keys", home / "keys")
    changed(made / "open.backup", tmp_path / "bad", lambda archived: member(archived, "authorized.sh"))
    assert "不属于备份" in refused(tmp_path / "bad", home)
    assert {path.name for path in home.iterdir()} <= {"keys", "run"}


@pytest.mark.parametrize(
    "name",
    [
        "run/x",
        "keys/session.key",
        "keys/sealing.json",
        "../out",
        "/etc/x",
        "files/aa/../../x",
        "dakehu.sqlite3-wal",
    ],
)
def test_what_belongs_to_no_backup_is_refused(made, tmp_path, name):
    changed(made / "open.backup", tmp_path / "bad", lambda archived: member(archived, name))
    check_is_foreign(tmp_path)


def check_is_foreign(folder):
    (folder / "part").mkdir()
    with pytest.raises(Refused, match="不属于备份"):
        archive.unpack(folder / "bad", None, folder / "part")
    outside = {path for path in folder.rglob("*") if path.is_file()} - {*(folder / "part").rglob("*")}
    assert outside == {folder / "bad"}


def test_links_in_an_archive_are_refused(made, tmp_path):
    changed(made / "open.backup", tmp_path / "bad", lambda a: member(a, "journal/a.parquet", kind=tarfile.SYMTYPE))
    check_is_foreign(tmp_path)


def test_a_backup_that_lacks_a_file_is_refused(made, tmp_path, refused):
    home = tmp_path / "home"
    shutil.copytree(made / "home" / "keys", home / "keys")
    with tarfile.open(made / "open.backup") as archived:
        lost = next(name for name in archived.getnames() if name.startswith("files/"))
    changed(made / "open.backup", tmp_path / "bad", lambda _: None, leave_out=(lost,))
    assert "缺少 1 个文件" in refused(tmp_path / "bad", home)
    assert not (home / "dakehu.sqlite3").exists()


def test_a_database_that_is_none_or_no_desks_is_refused(made, tmp_path, refused):
    home = tmp_path / "home"
    shutil.copytree(made / "home" / "keys", home / "keys")
    with sqlite3.connect(tmp_path / "empty") as empty:
        empty.execute("create table x (y)")
    empty.close()
    for content in (b"not a database at all", (tmp_path / "empty").read_bytes()):
        changed(
            made / "open.backup",
            tmp_path / "bad",
            lambda a, c=content: member(a, "dakehu.sqlite3", c),
            leave_out=("dakehu.sqlite3",),
        )
        words = refused(tmp_path / "bad", home)
        assert "已损坏" in words or "不是工作台的数据库" in words
        assert not (home / "dakehu.sqlite3").exists()


@pytest.mark.parametrize("damage", ["cut", "tiny", "head", "middle", "random", "empty"])
def test_every_damage_is_refused_in_the_words_of_the_desk(made, tmp_path, damage):
    for name in ("desk.backup", "open.backup"):
        whole = (made / name).read_bytes()
        middle = len(whole) // 2
        spoiled = {
            "cut": whole[:-100],
            "tiny": whole[:12],
            "head": whole[:8] + b"\0" * 8 + whole[16:],
            "middle": whole[:middle] + bytes(b ^ 255 for b in whole[middle : middle + 64]) + whole[middle + 64 :],
            "random": os.urandom(5000),
            "empty": b"",
        }[damage]
        (tmp_path / name).write_bytes(spoiled)
        folder = tmp_path / f"part-{name}"
        folder.mkdir()
        with pytest.raises(Refused) as refused:
            archive.unpack(tmp_path / name, PASSWORD, folder)
        assert str(refused.value).endswith("。")


def test_an_archive_is_written_and_read_slice_by_slice(tmp_path, monkeypatch):
    monkeypatch.setattr(encrypted_files, "SLICE", 4096)
    body = os.urandom(300_000)
    with (tmp_path / "b").open("wb") as stream, archive.writing(stream, PASSWORD) as made:
        member(
            made, "about.json", json.dumps({"version": "1", "made_at": "", "database": "sqlite", "keys": True}).encode()
        )
        member(made, "dakehu.sqlite3", body)
    (tmp_path / "out").mkdir()
    assert archive.unpack(tmp_path / "b", PASSWORD, tmp_path / "out")["keys"] is True
    assert (tmp_path / "out" / "dakehu.sqlite3").read_bytes() == body
    sealed = (tmp_path / "b").read_bytes()
    size, head = 4096 + encrypted_files.TAG, len(archive.MAGIC) + archive.SALT
    first, second, rest = sealed[head : head + size], sealed[head + size : head + 2 * size], sealed[head + 2 * size :]
    for number, spoiled in enumerate((second + first + rest, first + rest, first + second + rest[:-size])):
        (tmp_path / "b").write_bytes(sealed[:head] + spoiled)
        (tmp_path / f"out{number}").mkdir()
        with pytest.raises(Refused):
            archive.unpack(tmp_path / "b", PASSWORD, tmp_path / f"out{number}")


def test_backups_of_earlier_versions_still_come_back(made, tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as old:
        with tarfile.open(made / "open.backup") as plain:
            for info in plain:
                content = plain.extractfile(info).read()
                if info.name == "about.json":
                    content = json.dumps({**json.loads(content), "keys": True}).encode()
                    info.size = len(content)
                old.addfile(info, io.BytesIO(content))
        for name in ("files", "journal"):
            if (made / "home" / name).exists():
                old.add(made / "home" / name, name, recursive=False)
        old.add(made / "home" / "keys", "keys")
    salt, nonce = os.urandom(archive.SALT), os.urandom(archive.NONCE)
    sealed = archive._key(PASSWORD, salt).encrypt(nonce, packed.getvalue(), archive.OLD_MAGIC)
    (tmp_path / "old").write_bytes(archive.OLD_MAGIC + salt + nonce + sealed)
    desk = Desk(tmp_path / "home")
    done = desk.report("restore", tmp_path / "old", "--password-file", made / "password")
    assert done["restored"] is True and desk.report("verify")["broken"] is None


def test_a_desk_comes_back_from_its_snapshots_as_it_was_at_a_moment(made, tmp_path, restored, monkeypatch):
    home, folder = tmp_path / "home", tmp_path / "snapshots"
    shutil.copytree(made / "home", home)
    moments = []
    for _ in range(2):
        with override_settings(DAKEHU_HOME=home), monkeypatch.context() as at_home:
            at_home.setitem(settings.DATABASES["default"], "NAME", home / "dakehu.sqlite3")
            moments.append(datetime.fromisoformat(backup.write_snapshot(folder, PASSWORD)["at"]))
        with sqlite3.connect(home / "dakehu.sqlite3") as database:
            database.execute("update clients_client set name = '王五' where code = 'C0002'")
    seen = []
    for moment in (moments[0], None):
        back = tmp_path / f"back-{len(seen)}"
        restored(folder, back, moment)
        with sqlite3.connect(back / "dakehu.sqlite3") as database:
            seen += database.execute("select name from clients_client where code = 'C0002'").fetchone()
    assert seen == ["李四", "王五"]
