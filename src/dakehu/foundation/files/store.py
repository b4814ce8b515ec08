"""Store files encrypted outside the database, under DAKEHU_HOME/files."""

import hashlib
import io
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import models, transaction

from dakehu.foundation.access import encrypted_files, keys
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.records.bulk import remove_rows
from dakehu.foundation.records.recorded import current_act


@dataclass(frozen=True)
class Upload:
    """An uploaded file: bytes, a path, or an open file that can be read again from the start."""

    name: str
    content: bytes | Path | BinaryIO

    def __post_init__(self) -> None:
        """Keep only the last part of the name: some browsers send the full path."""
        object.__setattr__(self, "name", self.name.replace("\\", "/").rpartition("/")[2])

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Open the content at its start."""
        if isinstance(self.content, Path):
            with self.content.open("rb") as stream:
                yield stream
        elif isinstance(self.content, bytes):
            yield io.BytesIO(self.content)
        else:
            self.content.seek(0)
            yield self.content

    @property
    def size(self) -> int:
        """Return the size in bytes."""
        with self.opened() as stream:
            stream.seek(0, io.SEEK_END)
            return stream.tell()

    @property
    def sha256(self) -> str:
        """Return the SHA-256 digest as hex."""
        with self.opened() as stream:
            reader = _DigestReader(stream)
            while reader.read(encrypted_files.SLICE):
                pass
            return reader.digest.hexdigest()


class _DigestReader:
    """A stream that computes size and digest while it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.size, self.digest = stream, 0, hashlib.sha256()

    def read(self, limit: int = -1, /) -> bytes:
        """Read bytes and update size and digest."""
        data = self.stream.read(limit)
        self.size += len(data)
        self.digest.update(data)
        return data


@dataclass(frozen=True)
class Content:
    """The contents of a stored file, decrypted slice by slice on each iteration."""

    key: str

    def __iter__(self) -> Iterator[bytes]:
        """Yield decrypted slices."""
        with _path(self.key).open("rb") as encrypted:
            yield from encrypted_files.decrypt(f"file.{self.key}", encrypted)

    def whole(self) -> bytes:
        """Return the complete contents."""
        return b"".join(self)


def _path(key: str) -> Path:
    """Return the path of a stored file."""
    folder = Path(settings.DAKEHU_HOME) / "files" / key[:2]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / key


def save(name: str, content: bytes | BinaryIO, days: int | None = 30) -> Any:
    """Store a file for the actor, for `days` (None: until removed). Call inside an action.

    An open file is read from its current position.
    """
    current_act()
    key = uuid.uuid4().hex
    reader = _DigestReader(io.BytesIO(content) if isinstance(content, bytes) else content)
    keys.write_private_parts(_path(key), encrypted_files.encrypt(f"file.{key}", reader))
    row = StoredFile(
        key=key,
        name=Path(name).name[:200],
        size=reader.size,
        sha256=reader.digest.hexdigest(),
        owner_ref=current_actor().user_id,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    row.save()
    return row


def read(key: str) -> tuple[str, bytes]:
    """Return (name, content) of one's own file. Raises NotFound."""
    actor = current_actor()
    row = StoredFile.objects.filter(key=key).first()
    if row is None or (not actor.is_system and row.owner_ref != actor.user_id):
        raise NotFound(bilingual("文件", "file"))
    return row.name, content_of(key).whole()


def content_of(key: str) -> Content:
    """Return the contents of a file referenced by a domain's row. Raises NotFound if it is missing.

    Ownership is not checked, because the domain has found the row within the actor's scope.
    """
    if not _path(key).exists():
        raise NotFound(bilingual("文件", "file"))
    return Content(key)


def find_missing() -> list[str]:
    """Return keys of registered files that are missing or truncated; expired ones are left out. Run as the system."""
    rows = StoredFile.objects.exclude(expires_at__lt=now()).values_list("key", "size")
    folder = Path(settings.DAKEHU_HOME) / "files"
    found = []
    for key, size in rows.iterator(chunk_size=5000):
        path = folder / key[:2] / key
        if not path.is_file() or path.stat().st_size < size:
            found.append(key)
    return found


def delete(key: str) -> None:
    """Delete one's own file before it expires, after the action commits. Raises NotFound.

    Call inside an action.
    """
    row = StoredFile.objects.filter(key=key, owner_ref=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("文件", "file"))
    row.delete()
    transaction.on_commit(lambda: _path(key).unlink(missing_ok=True))


def expire(key: str, days: int) -> None:
    """Let a file no longer referenced by a row expire after some days. Call inside an action; undoing it keeps the
    file."""
    row = StoredFile.objects.filter(key=key).first()
    if row is not None:
        row.expires_at = now() + timedelta(days=days)
        row.save()


def erase(keys_of_files: list[str]) -> int:
    """Delete files immediately regardless of owner, with the rows that register them; return their number.

    For erasures: the contents are deleted after the action commits, and the audit has only the ids of the rows.
    """
    rows: Any = models.QuerySet(StoredFile).filter(key__in=keys_of_files)
    found = dict(rows.values_list("pk", "key"))
    if found:
        remove_rows(StoredFile, list(found))
        transaction.on_commit(lambda: _unlink(found.values()))
    return len(found)


def _unlink(keys_of_files: Iterable[str]) -> None:
    """Delete contents that may already be deleted."""
    for key in keys_of_files:
        _path(key).unlink(missing_ok=True)


def delete_expired() -> int:
    """Delete expired files; return their number. Call inside an action, as the system."""
    count = 0
    for row in StoredFile.objects.filter(expires_at__lt=now()):
        _path(row.key).unlink(missing_ok=True)
        row.delete()
        count += 1
    return count
