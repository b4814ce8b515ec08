"""Keys, kept outside the database in DAKEHU_HOME/keys and readable by their owner only.

Losing them loses the sealed values: `dakehu backup` packs them only into an encrypted archive.
"""

import base64
import json
import os
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    made = Path(settings.DAKEHU_HOME) / "keys"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    write_private_parts(path, (content,))


def write_private_parts(path: Path, parts: Iterable[bytes]) -> None:
    """The same for what comes part by part; where the coming breaks off, nothing is left."""
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


@cache
def key(name: str) -> bytes:
    """The 32-byte key called `name` ("index", "audit", …), made on first use."""
    path = folder() / f"{name}.key"
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(32)))
    return base64.b64decode(path.read_bytes())


@cache
def encryption_keys() -> tuple[int, dict[int, bytes]]:
    """(version in use, {version: key}). Old versions stay so that old values still open."""
    path = folder() / "sealing.json"
    if not path.exists():
        write_private(path, json.dumps({"1": base64.b64encode(secrets.token_bytes(32)).decode()}).encode())
    known = {int(k): base64.b64decode(v) for k, v in json.loads(path.read_text()).items()}
    return max(known), known


def add_encryption_key() -> int:
    """Put a new sealing key in use and return its version. `sealed.reseal` moves old values to it."""
    current, known = encryption_keys()
    if current >= 255:
        raise ValueError("key versions are used up (255)")
    known[current + 1] = secrets.token_bytes(32)
    content = {str(k): base64.b64encode(v).decode() for k, v in known.items()}
    write_private(folder() / "sealing.json", json.dumps(content).encode())
    encryption_keys.cache_clear()
    return current + 1


def forget_cached() -> None:
    """Read the keys anew (after a restore, or in a test with its own home)."""
    key.cache_clear()
    encryption_keys.cache_clear()
