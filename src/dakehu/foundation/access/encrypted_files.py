"""Files encrypted in slices, so that encrypting and decrypting keep only a few slices in memory.

An encrypted file is a header and slices of 192 KiB, the last one shorter. The header: a zero byte, the format (1), the
version of the encryption key, and 32 random bytes from which the key of this file and place is derived (HKDF-SHA256).
Each slice is AES-256-GCM with its number and a last-slice flag as nonce and the header as authenticated data. A slice
that was changed, moved, repeated, omitted or taken from another file therefore fails to decrypt, as does the end of a
truncated or extended file. Files that begin with another byte, the version of a key, were encrypted as a whole before
this format.
"""

import io
import os
from collections.abc import Iterator
from itertools import count
from typing import Any, BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dakehu.foundation.access import keys
from dakehu.foundation.access.encrypted_fields import decrypt_bytes

SLICE = 192 * 1024  # a multiple of three: the concatenated base64 of the slices is the base64 of the file
FORMAT, SALT, TAG = 1, 32, 16


class Readable(Protocol):
    def read(self, most: int = -1, /) -> bytes: ...


def _cipher(version: int, salt: bytes, place: str) -> AESGCM:
    info = f"dakehu file {FORMAT}\0{place}".encode()
    return AESGCM(HKDF(SHA256(), 32, salt, info).derive(keys.encryption_keys()[1][version]))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


def encrypt(place: str, content: Readable) -> Iterator[bytes]:
    """Yield the encrypted form of `content` in parts; it can be decrypted for this place ("file.<key>") only."""
    version, salt = keys.encryption_keys()[0], os.urandom(SALT)
    cipher, head = _cipher(version, salt, place), bytes([0, FORMAT, version]) + salt
    yield head
    part = content.read(SLICE)
    for number in count():
        following = content.read(SLICE)
        yield cipher.encrypt(_nonce(number, not following), part, head)
        if not following:
            return
        part = following


class EncryptingWriter(io.RawIOBase):
    """A writable stream that encrypts into `target` in slices, after a header already written. The cipher must be of
    this header only. Without `close` the end is missing and the file cannot be decrypted."""

    def __init__(self, cipher: AESGCM, head: bytes, target: BinaryIO) -> None:
        self._cipher, self._head, self._target = cipher, head, target
        self._waiting, self._number = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        self._waiting += content
        while len(self._waiting) > SLICE:
            self._write_block(SLICE, last=False)
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._write_block(len(self._waiting), last=True)
        super().close()

    def _write_block(self, size: int, *, last: bool) -> None:
        part = bytes(self._waiting[:size])
        del self._waiting[:size]
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), part, self._head))
        self._number += 1


def decrypt(place: str, sealed: Readable) -> Iterator[bytes]:
    """Yield the decrypted slices, each verified first; a file encrypted as a whole is one slice. Raises cryptography's
    InvalidTag for a tampered or moved file, at the latest in place of the last slice, LookupError for a missing key,
    ValueError for an unknown format."""
    head = sealed.read(3 + SALT)
    if head[0] != 0:
        yield decrypt_bytes(place, head + sealed.read())
        return
    if len(head) < 3 + SALT:
        raise InvalidTag
    if head[1] != FORMAT:
        raise ValueError(f"a sealed file of format {head[1]}; this version reads up to {FORMAT}: update dakehu")
    yield from decrypt_slices(_cipher(head[2], head[3:], place), head, sealed)


def decrypt_slices(cipher: AESGCM, head: bytes, sealed: Readable) -> Iterator[bytes]:
    """Yield the slices after a header already read, each verified. Raises InvalidTag."""
    part = sealed.read(SLICE + TAG)
    for number in count():
        following = sealed.read(SLICE + TAG)
        yield cipher.decrypt(_nonce(number, not following), part, head)
        if not following:
            return
        part = following
