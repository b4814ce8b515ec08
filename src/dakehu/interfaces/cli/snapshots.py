"""Snapshots of a desk, as often as every minute: each is complete, and uses space only for changes since the last.

A folder of snapshots, best on another machine, contains
    head.json              a random salt, and a proof that a password is the right one
    blocks/ab/abcd…        pieces of 64 KiB, compressed and encrypted, named by their keyed digest: each piece is stored once
    snapshots/TIME.snapshot the desk at a moment: its files as lists of pieces, compressed and encrypted
All keys are derived from the password (scrypt). On PostgreSQL the database is not included: its server archives its
log (deploy/postgres), and a snapshot contains the files, the keys and the rest of the data directory.
"""

import hashlib
import hmac
import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.cli.archive import KEYS, MEMBERS, damaged_backup_refusal, foreign

PIECE = 64 * 1024
NONCE = 12
ENDING = ".snapshot"
GROWING = ("files/", "journal/")  # whose members are written once and never changed
TIME = "%Y%m%dT%H%M%S%fZ"
NAME = re.compile(r"\d{8}T\d{12}Z")
PROOF = b"dakehu snapshots 1"
EVERY_FOR, HOURLY_FOR = timedelta(days=2), timedelta(days=30)  # then one a day


@dataclass(frozen=True)
class Snapshot:
    """One snapshot: when it was begun, and its path."""

    at: datetime
    path: Path


class SnapshotFolder:
    """A folder of snapshots opened with its password. Raises Refused for a wrong password or any other folder."""

    def __init__(self, folder: Path, password: str, *, create: bool = False) -> None:
        self.folder = folder
        head = folder / "head.json"
        if not head.exists():
            if not create or (folder.exists() and any(folder.iterdir())):
                raise refusal(
                    "file",
                    "“{path}”不是快照文件夹。",
                    "“{path}” is not a folder of snapshots.",
                    path=folder,
                )
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            salt = os.urandom(16)
            proof = hmac.new(_derive(password, salt)[32:], PROOF, "sha256").hexdigest()
            _write(head, json.dumps({"format": 1, "salt": salt.hex(), "proof": proof}).encode())
        try:
            known = json.loads(head.read_text())
            made = _derive(password, bytes.fromhex(known["salt"]))
            is_right = hmac.compare_digest(hmac.new(made[32:], PROOF, "sha256").hexdigest(), str(known["proof"]))
        except (ValueError, KeyError, TypeError):
            raise damaged_backup_refusal() from None
        if not is_right:
            raise Refused(
                bilingual("快照的密码不正确。没有改动任何内容。", "The password is not the one of these snapshots.")
            )
        self.cipher, self.digest_key = AESGCM(made[:32]), made[32:]

    # --- writing ---------------------------------------------------------------------------------------------

    def write(self, at: datetime, about: dict[str, Any], files: dict[str, Path]) -> dict[str, Any]:
        """Write a snapshot of some files by their names in it; returns {pieces, written, bytes} of what was added."""
        members: dict[str, list[str]] = {}
        counts = {"pieces": 0, "written": 0, "bytes": 0}
        for name, path in files.items():
            try:
                members[name] = [self._keep(piece, counts) for piece in _read_pieces(path)]
            except FileNotFoundError:  # just removed: files named by the database are linked by the caller
                continue
        if hasattr(os, "sync"):
            os.sync()  # the pieces before the list that names them
        made = json.dumps({"about": about, "files": members}).encode()
        name = at.astimezone(UTC).strftime(TIME)
        _write(self.folder / "snapshots" / f"{name}{ENDING}", self._seal(made, name))
        return counts

    def _keep(self, piece: bytes, counts: dict[str, int]) -> str:
        name = hmac.new(self.digest_key, piece, "sha256").hexdigest()[:40]
        path = self._block(name)
        counts["pieces"] += 1
        if not path.exists():
            sealed = self._seal(piece, name)
            _write(path, sealed)
            counts["written"] += 1
            counts["bytes"] += len(sealed)
        return name

    def _seal(self, content: bytes, name: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self.cipher.encrypt(nonce, zlib.compress(content, 1), name.encode())

    def _block(self, name: str) -> Path:
        return self.folder / "blocks" / name[:2] / name

    # --- reading ---------------------------------------------------------------------------------------------

    def snapshots(self) -> list[Snapshot]:
        """Return all snapshots, oldest first."""
        found = sorted(path for path in (self.folder / "snapshots").glob(f"*{ENDING}") if NAME.fullmatch(path.stem))
        return [Snapshot(datetime.strptime(path.stem, TIME).replace(tzinfo=UTC), path) for path in found]

    def at(self, moment: datetime | None) -> Snapshot:
        """Return the newest snapshot, or the newest that was begun at or before a moment. Raises Refused without one."""
        found = [one for one in self.snapshots() if moment is None or one.at <= moment]
        if not found:
            raise refusal(
                "at",
                "没有该时间或更早的快照。",
                "There is no snapshot of that moment or before it.",
            )
        return found[-1]

    def contents(self, snapshot: Snapshot) -> dict[str, Any]:
        """Return {about, files: {name: [pieces]}} of a snapshot. Raises Refused where it is damaged."""
        return dict(json.loads(self._opened(snapshot.path, snapshot.path.stem)))

    def unpack(self, snapshot: Snapshot, folder: Path) -> dict[str, Any]:
        """Unpack a snapshot into an empty folder and return its description.

        Client files and journal files of later snapshots are included: a database that was recovered to a moment
        after this snapshot may name them. So is the list of clients erased since, who must stay erased.
        """
        made = self.contents(snapshot)
        later = [self.contents(one)["files"] for one in self.snapshots() if one.at > snapshot.at]
        files = {name: pieces for one in reversed(later) for name, pieces in one.items() if name.startswith(GROWING)}
        files |= made["files"]
        if later and "erased-clients.txt" in later[-1]:
            files["erased-clients.txt"] = later[-1]["erased-clients.txt"]
        for name, pieces in files.items():
            if not (MEMBERS.fullmatch(name) or KEYS.fullmatch(name)):
                raise foreign(name)
            path = folder / name
            for parent in reversed(path.relative_to(folder).parents):
                (folder / parent).mkdir(exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                for piece in pieces:
                    stream.write(self._opened(self._block(piece), piece))
        return dict(made["about"])

    def _opened(self, path: Path, name: str) -> bytes:
        try:
            sealed = path.read_bytes()
            return zlib.decompress(self.cipher.decrypt(sealed[:NONCE], sealed[NONCE:], name.encode()))
        except (OSError, InvalidTag, ValueError, zlib.error):
            raise damaged_backup_refusal() from None

    # --- thinning --------------------------------------------------------------------------------------------

    def thin(self, now: datetime) -> int:
        """Remove snapshots that are no longer needed, and unreferenced pieces; return the number of snapshots removed.

        Every one is kept for two days, one an hour for thirty days, one a day after that.
        """
        kept: dict[str, Snapshot] = {}
        for one in self.snapshots():
            kept.setdefault(_retention_slot(one.at, now), one)
        gone = [one for one in self.snapshots() if one not in kept.values()]
        if not gone:
            return 0
        for one in gone:
            one.path.unlink(missing_ok=True)
        named = {
            piece for one in self.snapshots() for pieces in self.contents(one)["files"].values() for piece in pieces
        }
        for path in (self.folder / "blocks").glob("*/*"):
            if path.name not in named:
                path.unlink(missing_ok=True)
        return len(gone)


def _retention_slot(at: datetime, now: datetime) -> str:
    """Return the retention slot of a snapshot: itself, its hour or its day. The first of each is kept."""
    age = now - at
    return at.strftime(TIME if age < EVERY_FOR else "%Y%m%d%H" if age < HOURLY_FOR else "%Y%m%d")


def _derive(password: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=64, n=2**15, r=8, p=1).derive(password.encode())


def _read_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _write(path: Path, content: bytes) -> None:
    """Write a file atomically."""
    for folder in (path.parent.parent, path.parent):  # `parents=True` would not set the mode of the upper one
        folder.mkdir(exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def digest_of(snapshot: Snapshot) -> str:
    """Return the digest that identifies a snapshot."""
    return hashlib.sha256(snapshot.path.read_bytes()).hexdigest()[:40]
