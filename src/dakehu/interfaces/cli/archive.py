"""The file of a backup: a tar.gz of known members, encrypted slice by slice where there is a password.

Writing and reading keep only a few slices in memory. An encrypted archive is a head (MAGIC and a random salt, from
which scrypt derives the key of this one archive) and the slices of foundation.access.encrypted_files. Archives before 0.2.0
(OLD_MAGIC) are one AES-GCM message, and can still be opened.
"""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dakehu.foundation.access import encrypted_files
from dakehu.foundation.access.encrypted_files import EncryptingWriter
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual

MAGIC, OLD_MAGIC, GZIP = b"DAKEHU2\n", b"DAKEHU1\n", b"\x1f\x8b"
SALT, NONCE = 16, 12
COPY = 1024 * 1024
LEVEL = 1  # files and journal are encrypted or compressed already

MEMBERS = re.compile(
    r"about\.json|audit-head\.json|erased-clients\.txt|dakehu\.sqlite3|dakehu\.dump"
    r"|files/[0-9A-Za-z]{2}/[0-9A-Za-z_-]{1,80}|journal/[0-9A-Za-z_-][0-9A-Za-z._-]{0,90}"
)
KEYS = re.compile(r"keys/(?:sealing\.json|(?:index|audit|session)\.key)")
FOLDERS = re.compile(r"files(?:/[0-9A-Za-z]{2})?|journal|keys")
UNFINISHED = re.compile(r"(?:files/[0-9A-Za-z]{2}|journal|keys)/[^/]*\.(?:part|new)")  # left by a crash: skipped


def damaged_backup_refusal() -> Refused:
    return refusal(
        "file",
        "备份文件已损坏或不完整，没有恢复任何内容。请用另一份备份。",
        "The backup is damaged or incomplete; nothing was restored. Use another copy.",
    )


def foreign(name: str) -> Refused:
    return refusal(
        "file",
        "备份里有不属于备份的内容“{name}”，没有恢复任何内容。请确认文件来源。",
        "The backup holds “{name}”, which belongs to no backup; nothing was restored. Find out where the file is from.",
        name=name,
    )


def _key(password: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(password.encode()))


@contextmanager
def writing(stream: BinaryIO, password: str | None) -> Iterator[tarfile.TarFile]:
    """Yield an archive to add members to, which is written to `stream` as they are added."""
    target: Any = stream
    if password:
        salt = os.urandom(SALT)
        stream.write(MAGIC + salt)
        target = EncryptingWriter(_key(password, salt), MAGIC + salt, stream)
    with (
        gzip.GzipFile(fileobj=target, mode="wb", compresslevel=LEVEL, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        yield archive
    if password:
        target.close()


class _Slices(io.RawIOBase):
    """Slices, readable as a stream."""

    def __init__(self, slices: Iterator[bytes]) -> None:
        self._slices, self._waiting = slices, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._waiting:
            following = next(self._slices, None)
            if following is None:
                return 0
            self._waiting = memoryview(following)
        size = min(len(buffer), len(self._waiting))
        buffer[:size] = self._waiting[:size]
        self._waiting = self._waiting[size:]
        return size


def _open_backup(stream: BinaryIO, password: str | None) -> tuple[BinaryIO, bool]:
    """Yield (the tar.gz inside, whether it was encrypted)."""
    magic = stream.read(len(MAGIC))
    if magic not in (MAGIC, OLD_MAGIC):
        if not magic.startswith(GZIP):
            raise refusal("file", "这不是 dakehu 的备份文件。", "This is not a backup of dakehu.")
        stream.seek(0)
        return stream, False
    if not password:
        raise Refused(
            bilingual(
                "备份已加密，请用 --password-file 给出密码。",
                "The backup is encrypted; give its password with --password-file.",
            )
        )
    salt = stream.read(SALT)
    if len(salt) < SALT:
        raise damaged_backup_refusal()
    cipher = _key(password, salt)
    if magic == OLD_MAGIC:
        nonce = stream.read(NONCE)
        if len(nonce) < NONCE:
            raise damaged_backup_refusal()
        return io.BytesIO(cipher.decrypt(nonce, stream.read(), OLD_MAGIC)), True
    slices = encrypted_files.decrypt_slices(cipher, magic + salt, stream)
    first = next(slices)  # a wrong password is detected here
    return io.BufferedReader(_Slices(_prepend_bytes(first, slices)), COPY), True


def _prepend_bytes(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    try:
        yield from rest
    except InvalidTag:
        raise damaged_backup_refusal() from None


def unpack(source: Path, password: str | None, folder: Path) -> dict[str, Any]:
    """Unpack a backup into an empty folder, known members only, and return its description. Raises Refused for an archive that
    is damaged, truncated, foreign or has another password."""
    try:
        with source.open("rb") as stream:
            inner, encrypted = _open_backup(stream, password)
            with gzip.GzipFile(fileobj=inner, mode="rb") as packed:
                with tarfile.open(fileobj=packed, mode="r|") as archive:
                    _extract(archive, folder, with_keys=encrypted)
                while packed.read(COPY):  # the end is verified too
                    pass
    except InvalidTag:
        raise Refused(
            bilingual(
                "备份密码不正确，或文件已损坏。没有恢复任何内容。",
                "The password is wrong, or the backup is damaged. Nothing was restored.",
            )
        ) from None
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error):
        raise damaged_backup_refusal() from None
    try:
        about = json.loads((folder / "about.json").read_text())
        if not {"version", "made_at", "database", "keys"} <= about.keys():
            raise ValueError
    except (OSError, ValueError, AttributeError):
        raise damaged_backup_refusal() from None
    return dict(about)


def _extract(archive: tarfile.TarFile, folder: Path, *, with_keys: bool) -> None:
    for member in archive:
        name = member.name.removesuffix("/")
        if member.isdir() and FOLDERS.fullmatch(name):
            continue
        if member.isreg() and UNFINISHED.fullmatch(name):
            continue
        is_known = MEMBERS.fullmatch(name) or (with_keys and KEYS.fullmatch(name))
        if not is_known or not member.isreg() or (folder / name).exists():
            raise foreign(name)
        _write(archive.extractfile(member), folder / name, folder)


def _write(content: Any, path: Path, top: Path) -> None:
    for parent in reversed(path.relative_to(top).parents):
        (top / parent).mkdir(exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        while part := content.read(COPY):
            stream.write(part)


def digest(source: Path) -> str:
    """Return the digest that identifies a backup."""
    with source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:40]
