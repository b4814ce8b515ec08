"""Keys, stored outside the database in DAKEHU_HOME/keys and readable by their owner only.

They are created once, before the first database (see foundation.installation.key_check); a key missing later is lost
and never replaced by a new one. Without them the encrypted values are lost; `dakehu backup` includes them only in an
encrypted archive.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual

ENCRYPTION = "sealing"
SINGLE = ("index", "audit")  # keys of which there is one version
FILES = (f"{ENCRYPTION}.json", *(f"{name}.key" for name in SINGLE))
SESSION_FILE = "session.key"
SIZE = 32


class KeyTrouble(Refused):
    """Keys are absent, damaged or of another desk. The desk does not start until the right ones are restored."""

    status = 503

    def __init__(self, what: Bilingual) -> None:
        super().__init__(
            {
                "keys": [
                    bilingual(
                        "{what} 工作台不启动，也不生成新密钥，以免加密信息和操作日志从此对不上。请把备份中的密钥文件放回 {folder}"
                        "（权限 600），或用 dakehu restore 把加密备份恢复到新目录。",
                        "{what} The desk does not start and creates no new keys: encrypted values and the audit chain would no "
                        "longer fit. Put the key files of a backup back into {folder} (mode 600), or restore an encrypted "
                        "backup into a new directory with dakehu restore.",
                        what=what,
                        folder=folder(),
                    )
                ]
            }
        )


def folder() -> Path:
    return Path(settings.DAKEHU_HOME) / "keys"


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, atomically."""
    write_private_parts(path, (content,))


def write_private_parts(path: Path, parts: Iterable[bytes]) -> None:
    """Write parts to such a file; if the parts end with an error, nothing remains."""
    made = path.with_suffix(path.suffix + f".{os.getpid()}.part")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def create_missing() -> None:
    """Create the missing keys. Only before the first database: see foundation.installation.key_check."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    if _uses_session_file():
        _create(SESSION_FILE, settings.SECRET_KEY.encode())
        settings.SECRET_KEY = (folder() / SESSION_FILE).read_text()  # another process may have written it first
    for name in SINGLE:
        _create(f"{name}.key", base64.b64encode(secrets.token_bytes(SIZE)))
    _create(f"{ENCRYPTION}.json", json.dumps({"1": base64.b64encode(secrets.token_bytes(SIZE)).decode()}).encode())
    forget_cached()


def _create(name: str, content: bytes) -> None:
    """Write a key file atomically unless it exists: of two processes that start together, the first one's is kept."""
    path = folder() / name
    if path.exists():
        return
    part = path.with_suffix(f".{os.getpid()}.new")
    write_private(part, content)
    try:
        with suppress(FileExistsError):
            os.link(part, path)
    except OSError:  # a file system without hard links
        part.replace(path)
    part.unlink(missing_ok=True)


def _uses_session_file() -> bool:
    return not settings.SECRET_KEY_IS_SET


def missing_key_files() -> list[str]:
    """Return the names of the missing key files."""
    wanted = (*FILES, SESSION_FILE) if _uses_session_file() else FILES
    return [name for name in wanted if not (folder() / name).is_file()]


def _read(name: str) -> bytes:
    try:
        return (folder() / name).read_bytes()
    except FileNotFoundError:
        raise KeyTrouble(bilingual("缺少密钥文件 {names}。", "Key files are missing: {names}.", names=name)) from None
    except OSError as fault:
        raise KeyTrouble(
            bilingual(
                "密钥文件 {name} 读不出来（{why}）。",
                "The key file {name} cannot be read ({why}).",
                name=name,
                why=fault.strerror or "",
            )
        ) from None


def _key_in(name: str, text: bytes | str) -> bytes:
    with suppress(binascii.Error, ValueError):
        found = base64.b64decode(text, validate=True)
        if len(found) == SIZE:
            return found
    raise KeyTrouble(bilingual("密钥文件 {name} 已损坏。", "The key file {name} is damaged.", name=name))


@cache
def key(name: str) -> bytes:
    """Return the 32-byte key called `name` ("index", "audit"). Raises KeyTrouble where it is absent or damaged."""
    return _key_in(f"{name}.key", _read(f"{name}.key").strip())


def has_read_any() -> bool:
    """Return whether this process has read a key, which it keeps even if its file is gone."""
    return key.cache_info().currsize > 0


_in_use: dict[str, tuple[int, dict[int, bytes]]] = {}  # last read, by path, inode and modification time


def encryption_keys() -> tuple[int, dict[int, bytes]]:
    """Return (version in use, {version: key}). Old versions are kept so that old values can be decrypted. Raises
    KeyTrouble.

    A key put in use by another process applies from the next call: web processes keep running during `keys rotate`. A
    running process keeps the keys that it has read if the file is gone.
    """
    path = folder() / f"{ENCRYPTION}.json"
    try:
        found = path.stat()
        stamp = f"{path} {found.st_ino} {found.st_mtime_ns}"
    except OSError:
        stamp = next(iter(_in_use), "")
    known = _in_use.get(stamp)
    if known is None:
        known = _in_use[stamp] = _known_keys()
        for other in [one for one in _in_use if one != stamp]:
            _in_use.pop(other, None)
    return known


def _known_keys() -> tuple[int, dict[int, bytes]]:
    name = f"{ENCRYPTION}.json"
    try:
        known = {int(k): _key_in(name, v) for k, v in json.loads(_read(name)).items()}
        return max(known), known
    except (ValueError, AttributeError, TypeError):
        raise KeyTrouble(bilingual("密钥文件 {name} 已损坏。", "The key file {name} is damaged.", name=name)) from None


def add_encryption_key() -> int:
    """Put a new encryption key in use and return its version. `key_rotation` moves old values to it."""
    current, known = encryption_keys()
    if current >= 255:
        raise ValueError("key versions are used up (255)")
    known[current + 1] = secrets.token_bytes(SIZE)
    content = {str(k): base64.b64encode(v).decode() for k, v in known.items()}
    write_private(folder() / f"{ENCRYPTION}.json", json.dumps(content).encode())
    return current + 1


def fingerprints() -> dict[str, str]:
    """Return {name: fingerprint} of every key in use. No key can be derived from a fingerprint. Raises KeyTrouble."""
    absent = missing_key_files()
    if absent:
        raise KeyTrouble(
            bilingual("缺少密钥文件 {names}。", "Key files are missing: {names}.", names=", ".join(absent))
        )
    known = {name: key(name) for name in SINGLE}
    known |= {f"{ENCRYPTION}.{version}": value for version, value in encryption_keys()[1].items()}
    if _uses_session_file():
        known["session"] = _read(SESSION_FILE)
    return {name: _fingerprint(name, value) for name, value in known.items()}


def _fingerprint(name: str, value: bytes) -> str:
    return hmac.new(value, f"dakehu key fingerprint\0{name}".encode(), hashlib.sha256).hexdigest()[:32]


def forget_cached() -> None:
    """Read the keys again (after a restore, or in a test with its own home)."""
    key.cache_clear()
    _in_use.clear()
