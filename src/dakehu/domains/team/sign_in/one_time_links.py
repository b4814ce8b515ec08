"""One-time links, printed by the program and opened in a browser of the same machine.

A link is a file of its own in the data directory, readable by its owner alone, named by the hash of a random token;
the token itself is only in the link. It is valid once, for half an hour, and is in neither logs nor the audit.
"""

import hashlib
import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings

from dakehu.foundation.access import keys
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual

MINUTES = 30
KEPT_AFTER = timedelta(hours=12)  # how long an ended link is kept, so that its refusal can give the reason
TRAINING_LASTS = timedelta(minutes=2)
TOKEN_LENGTH_MAX = 100
FOLDER = Path("run") / "links"  # in a data directory
UNKNOWN = bilingual(
    "这个链接不对：请打开终端里最新的那一条。", "This link is not right; open the newest one in the terminal."
)
USED = bilingual(
    "这个链接已经用过，每条只能用一次。需要新的一条，在终端运行 dakehu link；要打开文件，再运行一次 dakehu open。",
    "This link has been used, and each works once. For a new one run dakehu link in the terminal; for a file, dakehu open again.",
)
EXPIRED = bilingual(
    "这个链接已过期（{minutes} 分钟内有效）。需要新的一条，在终端运行 dakehu link；要打开文件，再运行一次 dakehu open。",
    "This link has expired; each holds for {minutes} minutes. For a new one run dakehu link in the terminal; for a file, dakehu "
    "open again.",
    minutes=MINUTES,
)


class Purpose(StrEnum):
    """Purpose of a link."""

    SET_UP = "set_up"  # the first account of an empty desk
    SIGN_IN = "sign_in"  # signing in the only user of a desk
    FILE = "file"  # a file to be opened by the person who signs in with this link
    TRAINING = "training"  # sign-in of a user of the desk to its training desk


@dataclass
class Link:
    """The content of a link. `file` is a kept file (see exchange.imports.kept_files), `target` the page it leads to."""

    purpose: Purpose
    expires: str
    user: int | None = None
    target: str = ""
    file: dict[str, str] = field(default_factory=dict)
    batch: int | None = None  # import batch of the file, once opened
    person: dict[str, str] = field(default_factory=dict)  # the user who enters the training desk

    def is_expired(self, now: datetime) -> bool:
        return now >= datetime.fromisoformat(self.expires)


class LinkRefused(Refused):
    """A link that is not valid, with the reason."""

    status = 403


def issue_link(
    purpose: Purpose, *, user: int | None = None, target: str = "", file: dict[str, str] | None = None
) -> str:
    """Write a new link and return its token. It replaces one of the same purpose (except files); old are removed."""
    now = clock.now()
    for path in _folder().glob("*.*"):
        old = _read(path)
        replaced = old is not None and path.suffix == ".json" and old.purpose == purpose != Purpose.FILE
        if old is None or replaced or old.is_expired(now - KEPT_AFTER):
            path.unlink(missing_ok=True)
    token = secrets.token_urlsafe(32)
    expires = (now + timedelta(minutes=MINUTES)).isoformat()
    _write(_path(token), Link(purpose, expires, user, target, file or {}))
    return token


def issue_training_link(home: Path, person: dict[str, str]) -> str:
    """Write a link into the data directory of the training desk, for one person and two minutes; returns its token.

    Issuing one requires write access there, which on one machine is the desk next to it.
    """
    now, token = clock.now(), secrets.token_urlsafe(32)
    folder = home / FOLDER
    for path in folder.glob("*.*"):
        old = _read(path)
        if old is None or old.is_expired(now - KEPT_AFTER):
            path.unlink(missing_ok=True)
    link = Link(Purpose.TRAINING, (now + TRAINING_LASTS).isoformat(), person=person)
    _write(folder / _name(token), link)
    return token


def read_link(token: str) -> Link:
    """Return the content of a link. Raises LinkRefused for one that is used, expired or unknown."""
    path = _path(token)
    link = _read(path)
    if link is None:
        raise LinkRefused(_gone_reason(path))
    if link.is_expired(clock.now()):
        raise LinkRefused(EXPIRED)
    return link


def use_link(token: str) -> Link:
    """Use up a link and return its content: of two concurrent uses one is refused. Raises LinkRefused."""
    link, path = read_link(token), _path(token)
    try:
        path.rename(path.with_suffix(".used"))
    except FileNotFoundError:
        raise LinkRefused(USED) from None
    return link


def end_links(purpose: Purpose) -> None:
    """End every link of a purpose."""
    for path in _folder().glob("*.json"):
        link = _read(path)
        if link is not None and link.purpose == purpose:
            path.unlink(missing_ok=True)


def note_batch(token: str, batch: int) -> None:
    """Store on a used link the batch of its opened file, for the program that printed the link."""
    _note(_path(token).with_suffix(".used"), batch)


def batch_of(token: str) -> int | None:
    """Return the batch of a link's opened file, None before that."""
    link = _read(_path(token).with_suffix(".used"))
    return link.batch if link else None


def _note(path: Path, batch: int) -> None:
    link = _read(path)
    if link is not None:
        link.batch = batch
        _write(path, link)


def _gone_reason(path: Path) -> Bilingual:
    return USED if path.with_suffix(".used").exists() else UNKNOWN


def _folder() -> Path:
    return Path(settings.DAKEHU_HOME) / FOLDER


def _path(token: str) -> Path:
    return _folder() / _name(token)


def _name(token: str) -> str:
    return f"{hashlib.sha256(token[:TOKEN_LENGTH_MAX].encode()).hexdigest()}.json"


def _read(path: Path) -> Link | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Link(**{**held, "purpose": Purpose(held["purpose"])})
    return None


def _write(path: Path, link: Link) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys.write_private(path, json.dumps(asdict(link)).encode())
