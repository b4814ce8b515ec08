"""Files kept encrypted outside the database, under DAKEHU_HOME/files."""

import hashlib
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from dakehu.foundation.access import encrypted_files, keys
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.records.recorded import current_act


@dataclass(frozen=True)
class Upload:
    """A file as a door received it: its content, where it lies, or an open file that can be read from the start again."""

    name: str
    content: bytes | Path | BinaryIO

    def __post_init__(self) -> None:
        """Some browsers send the whole path; only the last part of it is the name."""
        object.__setattr__(self, "name", self.name.replace("\\", "/").rpartition("/")[2])

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The content, to be read from its start."""
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
        with self.opened() as stream:
            stream.seek(0, io.SEEK_END)
            return stream.tell()

    @property
    def sha256(self) -> str:
        with self.opened() as stream:
            seen = _Seen(stream)
            while seen.read(encrypted_files.SLICE):
                pass
            return seen.digest.hexdigest()


class _Seen:
    """A stream of which size and digest are taken on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.size, self.digest = stream, 0, hashlib.sha256()

    def read(self, most: int = -1, /) -> bytes:
        part = self.stream.read(most)
        self.size += len(part)
        self.digest.update(part)
        return part


@dataclass(frozen=True)
class Content:
    """What stands in a kept file, opened slice by slice whenever it is gone through."""

    key: str

    def __iter__(self) -> Iterator[bytes]:
        with _path(self.key).open("rb") as sealed:
            yield from encrypted_files.decrypt(f"file.{self.key}", sealed)

    def whole(self) -> bytes:
        return b"".join(self)


def _path(key: str) -> Path:
    folder = Path(settings.DAKEHU_HOME) / "files" / key[:2]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / key


def save(name: str, content: bytes | BinaryIO, days: int | None = 30) -> Any:
    """Store a file for the actor, for `days` (None: until removed); of an open file what is left to be read. Call inside an
    act."""
    current_act()
    key = uuid.uuid4().hex
    seen = _Seen(io.BytesIO(content) if isinstance(content, bytes) else content)
    keys.write_private_parts(_path(key), encrypted_files.encrypt(f"file.{key}", seen))
    row = StoredFile(
        key=key,
        name=Path(name).name[:200],
        size=seen.size,
        sha256=seen.digest.hexdigest(),
        owner_ref=current_actor().user_id,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    row.save()
    return row


def read(key: str) -> tuple[str, bytes]:
    """(name, content) of one's own file. Raises NotFound for anybody else's."""
    actor = current_actor()
    row = StoredFile.objects.filter(key=key).first()
    if row is None or (not actor.is_system and row.owner_ref != actor.user_id):
        raise NotFound(bilingual("文件", "file"))
    return row.name, content_of(key).whole()


def content_of(key: str) -> Content:
    """What stands in a file to which a row of a room points. The room has found that row within the actor's scope, which is
    why nobody is asked whose file it is. Raises NotFound where the file is gone."""
    if not _path(key).exists():
        raise NotFound(bilingual("文件", "file"))
    return Content(key)


def find_missing() -> list[str]:
    """Keys of kept files that are registered and not there, or cut short; those past their time are left out. Run as the
    system."""
    rows = StoredFile.objects.exclude(expires_at__lt=now()).values_list("key", "size")
    folder = Path(settings.DAKEHU_HOME) / "files"
    found = []
    for key, size in rows.iterator(chunk_size=5000):
        path = folder / key[:2] / key
        if not path.is_file() or path.stat().st_size < size:
            found.append(key)
    return found


def delete(key: str) -> None:
    """Remove one's own file before its time, once the act has ended well. Call inside an act. Raises NotFound for
    anybody else's."""
    row = StoredFile.objects.filter(key=key, owner_ref=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("文件", "file"))
    row.delete()
    transaction.on_commit(lambda: _path(key).unlink(missing_ok=True))


def delete_expired() -> int:
    """Remove files past their time; returns how many. Call inside an act, as the system."""
    gone = 0
    for row in StoredFile.objects.filter(expires_at__lt=now()):
        _path(row.key).unlink(missing_ok=True)
        row.delete()
        gone += 1
    return gone
