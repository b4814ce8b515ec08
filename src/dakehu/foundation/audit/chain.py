"""Seal audit entries into a chain, and verify it.

Each entry is sealed with an HMAC over itself and the previous seal, under a key kept outside the database. Changing,
removing or inserting a row breaks the chain at that row; a cut at the end is detected by the head stored in
DAKEHU_HOME.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

from dakehu.foundation.access import keys
from dakehu.foundation.access.actor import Reach, acting_as, current_actor
from dakehu.foundation.access.encrypted_fields import DOTS, EncryptedTextField, EncryptedValue
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import ActionRecord, Change
from dakehu.foundation.schema.fields import has_spec

GENESIS = "0" * 64
LOCK = 0x64616B65  # an arbitrary number for the advisory lock that serialises writers


def plain_value(value: Any) -> Any:
    """Convert a value to JSON. Encrypted values become dots."""
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


def _shown(model_label: str, values: dict[str, Any]) -> dict[str, Any]:
    """Mask personal and secret values, so that the audit is no second copy of the client."""
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
    """Return a change as it is stored in the audit."""
    entry = asdict(change)
    entry["pk"] = plain_value(change.pk)
    entry["before"] = _shown(change.model, change.before)
    entry["after"] = plain_value(change.after) if change.kind == "many" else _shown(change.model, change.after)
    return entry


def _seal(previous: str, parts: list[Any]) -> str:
    """Return the HMAC over an entry and the previous seal."""
    text = json.dumps([previous, *parts], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(keys.key("audit"), text.encode(), hashlib.sha256).hexdigest()


def _parts(entry: Any) -> list[Any]:
    """Return the sealed fields of an entry."""
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


def holds(entry: Any) -> bool:
    """Whether an entry carries the seal of its content under the key of this desk."""
    return hmac.compare_digest(entry.seal, _seal(entry.previous, _parts(entry)))


def append(act: ActionRecord) -> Any:
    """Append an action to the chain, inside its transaction."""
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
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = AuditEntry.objects.order_by("-pk").values_list("seal", flat=True).first()
        entry.previous = last or GENESIS
        entry.seal = _seal(entry.previous, _parts(entry))
        entry.save(force_insert=True)
    return entry


@dataclass(frozen=True)
class Verdict:
    """Result of a verification: entries read, id of the first invalid entry (None: all hold), and why."""

    entries: int
    broken: int | None
    why: Bilingual | str = ""


def verify() -> Verdict:
    """Verify the whole chain. Run as the system, which sees every entry."""
    previous, count, last = GENESIS, 0, 0
    for entry in AuditEntry.objects.order_by("pk").iterator(chunk_size=2000):
        count, last = count + 1, entry.pk
        if entry.previous != previous:
            return Verdict(
                count,
                entry.pk,
                bilingual("它前面有记录被删除、插入或替换", "an entry before it was removed, inserted or replaced"),
            )
        if not hmac.compare_digest(entry.seal, _seal(previous, _parts(entry))):
            return Verdict(count, entry.pk, bilingual("内容被改动过", "its content was changed"))
        previous = entry.seal
    remembered = _head_file()
    if remembered.exists():
        head = json.loads(remembered.read_text())
        if head["id"] > last:
            return Verdict(count, head["id"], bilingual("它在链尾被截去", "it was cut off from the end of the chain"))
        at_head = AuditEntry.objects.filter(pk=head["id"]).values_list("seal", flat=True).first()
        if at_head != head["seal"]:
            return Verdict(count, head["id"], bilingual("到它为止的链被重建过", "the chain was rebuilt up to it"))
    return Verdict(count, None)


def _head_file() -> Path:
    """Return the path of the stored head."""
    return Path(settings.DAKEHU_HOME) / "audit-head.json"


def remember_head() -> None:
    """Store the newest seal outside the database (the worker does so every minute)."""
    newest = AuditEntry.objects.order_by("-pk").values_list("pk", "seal").first()
    if newest:
        keys.write_private(_head_file(), json.dumps({"id": newest[0], "seal": newest[1]}).encode())
