"""Check that the keys in DAKEHU_HOME/keys are those of the database, which stores a fingerprint of each.

A desk older than fingerprints gets them once its keys have been verified against data in the database: the seal of an
audit entry, an encrypted value of each field, a blind index.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.migrations.recorder import MigrationRecorder

from dakehu.foundation.access import keys, query_guard
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedValue, encrypted_fields_of
from dakehu.foundation.access.keys import KeyTrouble
from dakehu.foundation.audit import chain
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.installation.models import InstallationRecord

PREFIX = "key."
KEPT = ("files", "journal", "audit-head.json")  # files of a desk in its home in addition to database and keys


def is_fresh(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Return whether no desk has ever been set up in this database."""
    recorder = MigrationRecorder(connections[using])
    return not recorder.has_table() or not recorder.applied_migrations()


def prepare_keys(using: str = DEFAULT_DB_ALIAS) -> None:
    """Before migrations: create keys where there is no database yet, else check that all exist."""
    absent = keys.missing_key_files()
    if not absent:
        return
    if not is_fresh(using):
        keys.fingerprints()  # raises, naming what is missing
    left = [name for name in KEPT if (Path(settings.DAKEHU_HOME) / name).exists()]
    if left:
        raise Refused(
            {
                "home": [
                    bilingual(
                        "数据目录 {home} 里有工作台的数据（{left}），但缺少数据库和密钥（{absent}）。请恢复备份到新目录，"
                        "或用 DAKEHU_HOME 另指定一个空目录。",
                        "{home} holds data of a desk ({left}) but neither its database nor all of its keys ({absent} missing). "
                        "Restore a backup into a new directory, or name an empty one with DAKEHU_HOME.",
                        home=settings.DAKEHU_HOME,
                        left=", ".join(left),
                        absent=", ".join(absent),
                    )
                ]
            }
        )
    keys.create_missing()


def check_keys(using: str = DEFAULT_DB_ALIAS) -> None:
    """Raise KeyTrouble unless the keys are those of the database. Fingerprints not yet recorded are recorded once the
    keys are verified. No effect before the first migration."""
    if InstallationRecord._meta.db_table not in connections[using].introspection.table_names():
        return
    found = keys.fingerprints()
    records: Any = models.QuerySet(InstallationRecord, using=using)
    known = {
        name.removeprefix(PREFIX): value
        for name, value in records.filter(name__startswith=PREFIX).values_list("name", "value")
    }
    if settings.SECRET_KEY_IS_SET:
        known.pop("session", None)  # the operator has set another one temporarily
    foreign = [name for name, value in known.items() if not hmac.compare_digest(found.get(name, ""), value)]
    if foreign:
        raise _foreign(foreign)
    new = found.keys() - known.keys()
    if not new:
        return
    if new & {keys.ENCRYPTION + ".1", *keys.SINGLE}:
        prove_keys(using)
    for name in sorted(new):
        records.update_or_create(name=PREFIX + name, defaults={"value": found[name]})


def _foreign(names: Iterable[str]) -> KeyTrouble:
    return KeyTrouble(
        bilingual(
            "密钥 {names} 不是这个数据库的密钥。",
            "These keys are not the ones of this database: {names}.",
            names=", ".join(sorted(names)),
        )
    )


def prove_keys(using: str = DEFAULT_DB_ALIAS) -> None:
    """Raise KeyTrouble where data in the database was not written with these keys."""
    with acting_as(system_actor("prove the keys on what they wrote", "cli")):
        proofs = {"audit": _audit_fits, keys.ENCRYPTION: _values_open, "index": _indexes_fit}
        wrong = [name for name, fits in proofs.items() if not fits(using)]
    if wrong:
        raise _foreign(wrong)


def _audit_fits(using: str) -> bool:
    entries: Any = models.QuerySet(AuditEntry, using=using).order_by("pk")
    return _is_empty_or_any(_first_and_last_rows(entries), chain.has_valid_seal)


def _values_open(using: str) -> bool:
    """Require that, per key version, at least one value can be decrypted: a single damaged value does not mean a
    foreign key."""
    opened: dict[int, bool] = {}
    for model in _present_models(using):
        for field in encrypted_fields_of(model):
            rows: Any = models.QuerySet(model, using=using).filter(**{f"{field.name}__isnull": False}).order_by("pk")
            for row in _first_and_last_rows(rows):
                value = getattr(row, field.attname)
                version = value._body[0]
                opened[version] = opened.get(version, False) or _opens(value)
    return all(opened.values())


def _present_models(using: str) -> list[Any]:
    """Return the models of client data whose tables exist: those of a new version are created by its migrations."""
    present = set(connections[using].introspection.table_names())
    return [model for model in query_guard.scoped_models() if model._meta.db_table in present]


def _opens(value: EncryptedValue) -> bool:
    try:
        value._plain()
    except (InvalidTag, LookupError):
        return False
    return True


def _indexes_fit(using: str) -> bool:
    found = []
    for model in _present_models(using):
        for field in (f for f in model._meta.concrete_fields if isinstance(f, BlindIndex)):
            for row in _first_and_last_rows(
                models.QuerySet(model, using=using).exclude(**{field.name: ""}).order_by("pk")
            ):
                value = getattr(row, field.of)
                if isinstance(value, EncryptedValue) and _opens(value):
                    found.append((field, row))
    return _is_empty_or_any(found, lambda pair: _index_fits(*pair))


def _index_fits(field: BlindIndex, row: Any) -> bool:
    return hmac.compare_digest(getattr(row, field.attname), field.index_of(getattr(row, field.of)._plain()))


def _first_and_last_rows(rows: Any) -> Iterator[Any]:
    """Return the first and the last few of some rows."""
    yield from rows[:3]
    yield from rows.reverse()[:3]


def _is_empty_or_any(items: Iterable[Any], fits: Callable[[Any], bool]) -> bool:
    """Return whether any of the items fits, or there are none."""
    met = list(items)
    return not met or any(fits(item) for item in met)
