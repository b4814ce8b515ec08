"""Encrypted values; each decryption is recorded.

At rest: AES-256-GCM, bound to table and column, with a key kept outside the database and a key version in
front. In memory: an `EncryptedValue` that shows only its mask in templates, f-strings and lists, and refuses JSON.
Exact look-up uses a keyed blind index (HMAC-SHA256, 128 bits); there is no look-up by prefix.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models

from dakehu.foundation.access import keys

NONCE = 12
DOTS = "•••"


@cache
def _cipher(version: int) -> AESGCM:
    return AESGCM(keys.encryption_keys()[1][version])


def forget_cached() -> None:
    """Drop cached keys (after a restore, or in a test with its own home)."""
    keys.forget_cached()
    _cipher.cache_clear()


def encrypt_bytes(place: str, content: bytes) -> bytes:
    """Encrypt `content` for one place ("table.column", "file"); it can be decrypted for no other place."""
    version = keys.encryption_keys()[0]
    nonce = os.urandom(NONCE)
    return bytes([version]) + nonce + _cipher(version).encrypt(nonce, content, place.encode())


def decrypt_bytes(place: str, sealed: bytes) -> bytes:
    """Decrypt bytes of encrypt_bytes. Raises cryptography's InvalidTag for a moved or tampered value."""
    nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
    return _cipher(sealed[0]).decrypt(nonce, body, place.encode())


def blind_index(place: str, value: str) -> str:
    """Return the blind index of a value: equal for equal values at one place, meaningless without the key."""
    return hmac.new(keys.key("index"), f"{place}\0{value}".encode(), hashlib.sha256).hexdigest()[:32]


_record_decryption: Callable[[str], None] | None = None


def set_decryption_recorder(record: Callable[[str], None]) -> None:
    """Set, once at start-up, the function that records the decryption of a value at a place in the open act."""
    global _record_decryption
    _record_decryption = record


class EncryptedValue:
    """An encrypted value. str() shows its mask; decrypting it inside an act gives the plain text and is recorded."""

    __slots__ = ("_body", "_mask", "_place")

    def __init__(self, place: str, body: bytes, mask: Callable[[str], str] | None) -> None:
        self._place, self._body, self._mask = place, body, mask

    @classmethod
    def encrypt(cls, place: str, plain: str, mask: Callable[[str], str] | None) -> "EncryptedValue":
        return cls(place, encrypt_bytes(place, plain.encode()), mask)

    def _plain(self) -> str:
        return decrypt_bytes(self._place, self._body).decode()

    def masked(self) -> str:
        """Return the mask visible to every reader, such as 138****1234."""
        return self._mask(self._plain()) if self._mask else DOTS

    def same_as(self, plain: str) -> bool:
        return hmac.compare_digest(self._plain().encode(), plain.encode())

    def open(self) -> str:
        """Return the plain text. Requires an open act by an actor cleared for secrets; the act records it."""
        if _record_decryption is None:
            raise RuntimeError("nothing records decryptions: call set_decryption_recorder at start-up")
        _record_decryption(self._place)
        return self._plain()

    def __str__(self) -> str:
        return self.masked()

    def __repr__(self) -> str:
        return f"<sealed {self._place}>"

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if isinstance(other, EncryptedValue):
            return self.same_as(other._plain())
        return self.same_as(other) if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash((self._place, self._plain()))


class EncryptedTextField(models.BinaryField):  # type: ignore[type-arg]
    """A text field stored encrypted. It accepts plain text; values read from the database are encrypted."""

    def __init__(self, *args: Any, mask: Callable[[str], str] | None = None, **options: Any) -> None:
        self.mask = mask
        options.setdefault("editable", True)
        super().__init__(*args, **options)

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else EncryptedValue(self.place, bytes(value), self.mask)

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return None
        if isinstance(value, EncryptedValue):
            return value._body
        return encrypt_bytes(self.place, str(value).encode())

    def seal_many(self, values: list[Any]) -> list[bytes | None]:
        """get_prep_value for a whole column, with all nonces drawn in one call."""
        version, place = keys.encryption_keys()[0], self.place.encode()
        encrypt, head = _cipher(version).encrypt, bytes([version])
        starts = os.urandom(NONCE * len(values))
        made: list[bytes | None] = []
        for at, value in enumerate(values):
            if isinstance(value, str) and value:
                start = starts[at * NONCE : (at + 1) * NONCE]
                made.append(head + start + encrypt(start, value.encode(), place))
            else:
                made.append(self.get_prep_value(value))
        return made

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        made = value if prepared else self.get_prep_value(value)
        return made if made is None else connection.Database.Binary(made)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: look it up by its blind index, never by {lookup_name}")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: Any) -> str:
        return DOTS


class BlindIndex(models.CharField):  # type: ignore[type-arg]
    """Companion of an encrypted field: the keyed index of its normalised plain text, updated at every save.

    `part` selects what is indexed (the whole text, or for example the last four digits).
    """

    def __init__(self, of: str = "", part: Callable[[str], str] | None = None, **options: Any) -> None:
        self.of, self.part = of, part
        options.update(max_length=32, blank=True, default="", editable=False, db_index=True)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for given in ("max_length", "blank", "default", "editable", "db_index"):
            options.pop(given, None)
        return name, path, args, {**options, "of": self.of}

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def db_type(self, connection: Any) -> str | None:
        """Return the type under its longer name: Django gives every indexed `varchar` a second index for LIKE."""
        found = super().db_type(connection)
        return found and found.replace("varchar", "character varying") if connection.vendor == "postgresql" else found

    def index_of(self, plain: str) -> str:
        """Return the index to search for, of a value as entered by a user."""
        shown = self.part(plain) if self.part else plain
        return blind_index(self.place, shown) if shown else ""

    def indexes_of(self, values: list[Any]) -> list[str]:
        """Return index_of for a whole column, "" where there is no value; repeated values are computed once."""
        key, place = keys.key("index"), f"{self.place}\0".encode()
        known: dict[str, str] = {"": ""}
        made = []
        for value in values:
            plain = (value._plain() if isinstance(value, EncryptedValue) else value) or ""
            shown = self.part(plain) if self.part and plain else plain
            index = known.get(shown)
            if index is None:
                index = known[shown] = hmac.digest(key, place + shown.encode(), "sha256")[:16].hex()
            made.append(index)
        return made

    def pre_save(self, instance: Any, add: bool) -> str:
        value = getattr(instance, self.of)
        if isinstance(value, EncryptedValue):
            value = value._plain()
        index = self.index_of(value) if value else ""
        setattr(instance, self.attname, index)
        return index


def encrypted_fields_of(model: Any) -> list[EncryptedTextField]:
    return [f for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)]
