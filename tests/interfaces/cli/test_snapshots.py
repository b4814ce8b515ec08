"""A folder of snapshots: only changes are added, every snapshot restores completely, and none is readable without the password."""

from datetime import UTC, datetime, timedelta

import pytest

from dakehu.foundation.base.errors import Refused
from dakehu.interfaces.cli.snapshots import PIECE, SnapshotFolder

PASSWORD = "hebei-42-donkey"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
ABOUT = {"database": "sqlite", "version": "x"}


@pytest.fixture
def home(tmp_path):
    """Files of a desk, by their names in a snapshot."""
    files = {"dakehu.sqlite3": tmp_path / "database", "files/ab/one": tmp_path / "one"}
    files["dakehu.sqlite3"].write_bytes(bytes(range(256)) * 256 * 8 + b"the end")
    files["files/ab/one"].write_bytes("张伟的合同".encode())
    return files


@pytest.fixture
def folder(tmp_path):
    return SnapshotFolder(tmp_path / "snapshots", PASSWORD, create=True)


def unpacked(folder, moment, target):
    about = folder.unpack(folder.at(moment), target)
    assert about == ABOUT
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}


def test_a_second_snapshot_takes_the_space_of_what_has_changed(folder, home):
    first = folder.write(NOON, ABOUT, home)
    assert first["written"] == 3  # one for eight equal pieces, the end, and the file
    assert folder.write(NOON + timedelta(minutes=1), ABOUT, home)["written"] == 0
    with home["dakehu.sqlite3"].open("r+b") as database:
        database.seek(3 * PIECE + 5)
        database.write(b"changed")
    assert folder.write(NOON + timedelta(minutes=2), ABOUT, home)["written"] == 1


def test_every_moment_comes_back_as_it_was(folder, home, tmp_path):
    folder.write(NOON, ABOUT, home)
    before = {name: path.read_bytes() for name, path in home.items()}
    home["dakehu.sqlite3"].write_bytes(b"later")
    folder.write(NOON + timedelta(minutes=1), ABOUT, home)
    assert unpacked(folder, NOON + timedelta(seconds=59), tmp_path / "then") == before
    assert unpacked(folder, None, tmp_path / "now")["dakehu.sqlite3"] == b"later"
    with pytest.raises(Refused):
        folder.at(NOON - timedelta(seconds=1))


def test_files_that_came_later_and_those_erased_since_come_along(folder, home, tmp_path):
    folder.write(NOON, ABOUT, home)
    later = dict(home) | {"files/cd/two": tmp_path / "two", "erased-clients.txt": tmp_path / "erased"}
    (tmp_path / "two").write_bytes(b"second file")
    (tmp_path / "erased").write_bytes(b"17\n")
    folder.write(NOON + timedelta(minutes=1), ABOUT, later)
    found = unpacked(folder, NOON, tmp_path / "then")
    assert found["files/cd/two"] == b"second file" and found["erased-clients.txt"] == b"17\n"


def test_nothing_in_the_folder_can_be_read_and_another_password_is_refused(folder, home):
    folder.write(NOON, ABOUT, home)
    for path in folder.folder.rglob("*"):
        assert path.is_dir() or ("张伟".encode() not in path.read_bytes() and b"sqlite" not in path.read_bytes())
        assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(Refused, match="密码"):
        SnapshotFolder(folder.folder, "another")


def test_a_changed_or_missing_piece_restores_nothing(folder, home, tmp_path):
    folder.write(NOON, ABOUT, home)
    piece = next((folder.folder / "blocks").glob("*/*"))
    whole = piece.read_bytes()
    piece.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Refused, match="损坏"):
        unpacked(folder, NOON, tmp_path / "changed")
    piece.unlink()
    with pytest.raises(Refused, match="损坏"):
        unpacked(folder, NOON, tmp_path / "missing")


def test_a_folder_of_something_else_is_not_written_to(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("x")
    with pytest.raises(Refused, match="不是快照文件夹"):
        SnapshotFolder(tmp_path / "letters", PASSWORD, create=True)


def test_old_snapshots_thin_out_to_one_an_hour_and_one_a_day(folder, home):
    moments = [NOON - timedelta(days=40), NOON - timedelta(days=40, minutes=5), NOON - timedelta(days=3)]
    moments += [NOON - timedelta(days=3, minutes=-5), NOON - timedelta(days=1), NOON - timedelta(days=1, minutes=-5)]
    for number, moment in enumerate(sorted(moments)):
        home["files/ab/one"].write_bytes(f"state {number}".encode())
        folder.write(moment, ABOUT, home)
    assert folder.thin(NOON) == 2
    left = [one.at for one in folder.snapshots()]
    assert len(left) == 4 and left[-2:] == sorted(moments)[-2:]
    named = {
        piece for one in folder.snapshots() for pieces in folder.contents(one)["files"].values() for piece in pieces
    }
    assert {path.name for path in (folder.folder / "blocks").glob("*/*")} == named
