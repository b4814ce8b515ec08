"""Write a pack: a container in which every byte is determined, with a manifest of every file and row, signed by the
desk.

The container is an ordinary ZIP without compression, times or other attributes, so that a pack has a single form and
the verifier detects any changed byte.
"""

import binascii
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from dakehu.exchange.evidence import container, ed25519, verify
from dakehu.foundation.audit import merkle, signature
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

MOST_BYTES = 2**32 - 2**20  # limit of a ZIP without ZIP64
MOST_FILES = 65_000


class PackWriter:
    """Writes the files of a pack in turn to an open seekable file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._files: list[tuple[str, int, int, int]] = []
        self._stated: list[dict[str, Any]] = []

    def add(self, name: str, parts: Iterable[bytes], *, has_rows: bool = False) -> None:
        """Add a file given in parts. Raises Refused if the pack becomes too large."""
        size, _, digest, rows = self._write(name, parts, has_rows)
        self._stated.append({"name": name, "size": size, "sha256": digest, **({"rows": rows} if has_rows else {})})

    def add_rows(self, name: str, rows: Iterable[Any]) -> None:
        """Add a file of JSON Lines."""
        self.add(name, (merkle.canonical(row) + b"\n" for row in rows), has_rows=True)

    def close(self, about: dict[str, Any]) -> str:
        """Add manifest and signature and close the pack; return the digest of the manifest."""
        manifest = merkle.canonical({"format": 1, "about": about, "files": self._stated}) + b"\n"
        self._write(verify.MANIFEST, [manifest], False)
        signed = {"public_key": signature.public_key(), "signature": signature.sign(manifest)}
        self._write(verify.SIGNATURE, [merkle.canonical(signed) + b"\n"], False)
        self._stream.write(container.directory(self._files))
        self._stream.flush()
        return hashlib.sha256(manifest).hexdigest()

    def _write(self, name: str, parts: Iterable[bytes], has_rows: bool) -> tuple[int, int, str, list[str]]:
        start = self._stream.tell()
        self._stream.write(container.local_header(name, 0, 0))
        size, crc, digest, rows = 0, 0, hashlib.sha256(), []
        for part in parts:
            size, crc = size + len(part), binascii.crc32(part, crc)
            digest.update(part)
            if has_rows:
                rows += verify.row_digests(part)
            if start + size > MOST_BYTES or len(self._files) >= MOST_FILES:
                raise Refused(
                    {
                        "pack": [
                            bilingual(
                                "证据包超过 4 GB，请把期间分成几段分别制作。",
                                "The pack exceeds 4 GB: make several, each of a shorter period.",
                            )
                        ]
                    }
                )
            self._stream.write(part)
        end = self._stream.tell()
        self._stream.seek(start)
        self._stream.write(container.local_header(name, size, crc))
        self._stream.seek(end)
        self._files.append((name, size, crc, start))
        return size, crc, digest.hexdigest(), rows


def verifier() -> bytes:
    """Return the stand-alone verifier: one file with its imports from this package inlined."""
    text = Path(verify.__file__).read_text(encoding="utf-8")
    for module in (container, ed25519):
        line = next(line for line in text.splitlines() if line.startswith(f"from {module.__name__} import "))
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        text = text.replace(line, source.split('"""\n\n', 1)[1].rstrip())
    return text.encode()
