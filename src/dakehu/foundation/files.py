"""Files kept encrypted outside the database, under DAKEHU_HOME/files."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from dakehu.foundation import keys, scope
from dakehu.foundation.acts import current_act
from dakehu.foundation.clock import now
from dakehu.foundation.refusals import NotFound
from dakehu.foundation.sealed import open_bytes, seal_bytes
from dakehu.foundation.words import say


@dataclass(frozen=True)
class Upload:
    """A file as a door received it."""

    name: str
    content: bytes

    def __post_init__(self) -> None:
        """Some browsers send the whole path; only the last part of it is the name."""
        object.__setattr__(self, "name", self.name.replace("\\", "/").rpartition("/")[2])


def _path(key: str) -> Path:
    folder = Path(settings.DAKEHU_HOME) / "files" / key[:2]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / key


def keep(name: str, content: bytes, days: int | None = 30) -> Any:
    """Store a file for the actor, for `days` (None: until removed). Call inside an act."""
    from dakehu.foundation.models import StoredFile

    current_act()
    key = uuid.uuid4().hex
    keys.write_private(_path(key), seal_bytes(f"file.{key}", content))
    row = StoredFile(
        key=key,
        name=Path(name).name[:200],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        owner_ref=scope.current_actor().user_id,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    row.save()
    return row


def read(key: str) -> tuple[str, bytes]:
    """(name, content) of one's own file. Raises NotFound for anybody else's."""
    from dakehu.foundation.models import StoredFile

    actor = scope.current_actor()
    row = StoredFile.objects.filter(key=key).first()
    if row is None or (not actor.is_system and row.owner_ref != actor.user_id) or not _path(key).exists():
        raise NotFound(say("文件", "file"))
    return row.name, open_bytes(f"file.{key}", _path(key).read_bytes())


def content_of(key: str) -> bytes:
    """What stands in a file to which a row of a room points. The room has found that row within the actor's scope, which is
    why nobody is asked whose file it is. Raises NotFound where the file is gone."""
    if not _path(key).exists():
        raise NotFound(say("文件", "file"))
    return open_bytes(f"file.{key}", _path(key).read_bytes())


def drop(key: str) -> None:
    """Remove one's own file before its time, once the act has ended well. Call inside an act. Raises NotFound for
    anybody else's."""
    from dakehu.foundation.models import StoredFile

    row = StoredFile.objects.filter(key=key, owner_ref=scope.current_actor().user_id).first()
    if row is None:
        raise NotFound(say("文件", "file"))
    row.delete()
    transaction.on_commit(lambda: _path(key).unlink(missing_ok=True))


def sweep() -> int:
    """Remove files past their time; returns how many. Call inside an act, as the system."""
    from dakehu.foundation.models import StoredFile

    gone = 0
    for row in StoredFile.objects.filter(expires_at__lt=now()):
        _path(row.key).unlink(missing_ok=True)
        row.delete()
        gone += 1
    return gone
