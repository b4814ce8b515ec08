"""The audit chain: each entry is sealed with an HMAC over itself and the seal before it, under a key kept
outside the database. Changing, removing or inserting a row breaks the chain at that row; cutting off its
end is detected against the stored head (see anchor).
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection

from dakehu.foundation.access import keys
from dakehu.foundation.access.actor import Reach, acting_as, current_actor
from dakehu.foundation.access.encrypted_fields import DOTS, EncryptedTextField, EncryptedValue
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.audit import redaction
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import ActionRecord, Change
from dakehu.foundation.schema.fields import has_spec

GENESIS = "0" * 64
REMOVED = bilingual("它前面有记录被删除、插入或替换", "an entry before it was removed, inserted or replaced")
CHANGED = bilingual("内容被改动过", "its content was changed")
HOLDS = bilingual("完好", "holds")
LOCK = 0x64616B65  # an arbitrary number for the advisory lock that serialises writers


def plain_value(value: Any) -> Any:
    """Return a value as JSON. Encrypted values stay dots."""
    if isinstance(value, EncryptedValue):
        return DOTS
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return DOTS
    if isinstance(value, dict):
        return {str(k): plain_value(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain_value(v) for v in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _masked_values(model_label: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return values for the audit: personal and secret ones as dots, so that the audit is not a second copy of client
    data."""
    try:
        model = apps.get_model(model_label)
    except (LookupError, ValueError):
        return {name: plain_value(value) for name, value in values.items()}
    shown = {}
    for f in model._meta.fields:
        if f.attname in values:
            hidden = isinstance(f, EncryptedTextField) or not has_spec(f) or f.spec.sensitivity > PUBLIC
            value = values[f.attname]
            shown[f.attname] = DOTS if hidden and value not in (None, "") else plain_value(value)
    return shown or {name: plain_value(value) for name, value in values.items()}


def _entry(change: Change) -> dict[str, Any]:
    made = asdict(change)
    made["pk"] = plain_value(change.pk)
    made["before"] = _masked_values(change.model, change.before)
    made["after"] = plain_value(change.after) if change.kind == "many" else _masked_values(change.model, change.after)
    return made


def _compute_seal(previous: str, parts: list[Any]) -> str:
    text = json.dumps([previous, *parts], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(keys.key("audit"), text.encode(), hashlib.sha256).hexdigest()


def _parts(entry: Any) -> list[Any]:
    return [
        entry.at.isoformat(),
        entry.actor_ref,
        entry.actor_name,
        entry.door,
        entry.action,
        entry.reason,
        entry.request_id,
        entry.client_ref,
        entry.body,
    ]


def has_valid_seal(entry: Any) -> bool:
    """Return whether an entry has the seal of its content under the key of this desk, or the mark of an erasure."""
    return hmac.compare_digest(
        entry.seal, _compute_seal(entry.previous, _parts(entry))
    ) or redaction.is_valid_redaction(entry)


def wait_for_turn() -> None:
    """Allow one writer at a time from here until its transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def append(act: ActionRecord) -> Any:
    """Append an act to the chain with its seal, inside its transaction."""
    actor = current_actor()
    clients = {c.client_id for c in act.changes if c.client_id is not None}
    body = {"changes": [_entry(c) for c in act.changes], "inner": act.inner, "note": plain_value(act.note)}
    entry = AuditEntry(
        at=now(),
        actor_ref=actor.user_id,
        actor_name=actor.name,
        door=actor.door,
        action=act.name,
        reason=(act.reason or actor.reason)[:300],
        request_id=actor.request_id,
        client_ref=act.client_id or (clients.pop() if len(clients) == 1 else None),
        body=json.dumps(body, ensure_ascii=False, sort_keys=True),
    )
    with acting_as(replace(actor, reach=Reach.SYSTEM)):
        wait_for_turn()
        last = AuditEntry.objects.order_by("-pk").values_list("seal", flat=True).first()
        entry.previous = last or GENESIS
        entry.seal = _compute_seal(entry.previous, _parts(entry))
        entry.save(force_insert=True)
    return entry


@dataclass(frozen=True)
class Walk:
    """`entries`: number read; `entry`: id of the first invalid one (None: all valid); `why`: the reason."""

    entries: int
    entry: int | None
    why: Bilingual


def verify_entries(after: int = 0, previous: str = GENESIS, each: Callable[[str], None] | None = None) -> Walk:
    """Follow the chain from the entry after `after`, whose seal is `previous`; `each` is called with the body of every
    entry."""
    count = 0
    for entry in AuditEntry.objects.filter(pk__gt=after).order_by("pk").iterator(chunk_size=2000):
        count += 1
        if entry.previous != previous:
            return Walk(count, entry.pk, REMOVED)
        if not has_valid_seal(entry):
            return Walk(count, entry.pk, CHANGED)
        previous = entry.seal
        if each is not None:
            each(entry.body)
    return Walk(count, None, HOLDS)
