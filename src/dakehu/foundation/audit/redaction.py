"""Remove data of erased clients from audit entries without breaking the chain.

The seal of the entry is kept, so that later entries remain valid. As the seal no longer matches the content, the
content has a mark: an HMAC under the same key over the seal and the remaining content. Without the key no change can
be passed off as an erasure. An entry under a seal stored outside the desk keeps the leaf covered by that seal, a
salted digest that discloses nothing of the content: proofs of neighbouring entries need it.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from django.db import connection, models

from dakehu.foundation.access import keys
from dakehu.foundation.audit.leaves import leaf_of
from dakehu.foundation.audit.models import AuditEntry, AuditSeal

MARK, LEAF = "erasure_mark", "sealed_leaf"
FUNCTION = "dakehu_redact_audit"
_FACTS = ("actor_ref", "actor_name", "door", "action", "reason", "request_id", "client_ref")
# The end of a change in the body of an entry, as written by json.dumps with sorted keys.
_CHANGE = re.compile(r'"client_id": (\d+|null), "kind": "\w+", "model": "([\w.]+)", "pk": (\d+)')


def is_valid_redaction(entry: Any) -> bool:
    """Return whether an entry is a valid result of an erasure."""
    try:
        body = json.loads(entry.body)
        mark = body.pop(MARK)
    except (ValueError, TypeError, AttributeError, KeyError):
        return False
    return isinstance(mark, str) and hmac.compare_digest(mark, _mark(entry, body))


def sealed_leaf(entry: Any) -> str:
    """Return the leaf of an entry under its seal: the one before its erasure, if it was sealed before."""
    if MARK in entry.body and is_valid_redaction(entry):
        return str(json.loads(entry.body).get(LEAF) or leaf_of(entry))
    return leaf_of(entry)


def _mark(entry: Any, body: dict[str, Any]) -> str:
    facts = [entry.at.isoformat(), *(getattr(entry, name) for name in _FACTS)]
    text = json.dumps(["erased", entry.previous, entry.seal, facts, body], ensure_ascii=False, sort_keys=True)
    return hmac.new(keys.key("audit"), text.encode(), hashlib.sha256).hexdigest()


def redact(clients: set[int], rows: Mapping[str, set[int]]) -> int:
    """Remove clients and their rows ({model label: ids}) from every entry; return how many entries were changed.

    An entry about one of these clients keeps only time, actor and action. Run as the system, in an action.
    """
    entries: Any = models.QuerySet(AuditEntry)
    count, sealed = 0, _last_sealed_id()
    for pk in _entries_about(entries, clients, rows):
        entry = entries.get(pk=pk)
        body = json.loads(entry.body)
        is_own = entry.client_ref in clients
        kept = [] if is_own else [one for one in body["changes"] if not _is_of(one, clients, rows)]
        gone = body.get("erased", 0) + len(body["changes"]) - len(kept)
        left = {"changes": kept, "inner": body.get("inner", []), "note": {}, "erased": gone}
        if pk <= sealed:
            left[LEAF] = sealed_leaf(entry)
        entry.reason = ""
        entry.client_ref = None if is_own else entry.client_ref
        left[MARK] = _mark(entry, left)
        _store(entry, json.dumps(left, ensure_ascii=False, sort_keys=True))
        count += 1
    return count


def _last_sealed_id() -> int:
    """Return the id of the last sealed entry, 0 if none is."""
    found = models.QuerySet(AuditSeal).order_by("-pk").values_list("last_entry", flat=True).first()
    return found or 0


def _entries_about(entries: Any, clients: set[int], rows: Mapping[str, set[int]]) -> list[int]:
    """Return the ids of the entries that refer to one of the clients or their rows."""
    found = set(entries.filter(client_ref__in=clients).values_list("pk", flat=True))
    others = entries.exclude(pk__in=found) if len(found) < 10_000 else entries
    for pk, body in others.order_by("pk").values_list("pk", "body").iterator(chunk_size=2000):
        for client, label, number in _CHANGE.findall(body):
            if (client != "null" and int(client) in clients) or int(number) in rows.get(label, ()):
                found.add(pk)
                break
    return sorted(found)


def _is_of(change: dict[str, Any], clients: set[int], rows: Mapping[str, set[int]]) -> bool:
    return change["client_id"] in clients or change["pk"] in rows.get(change["model"], ())


def _store(entry: Any, body: str) -> None:
    """Write a redacted entry. On PostgreSQL the application may not change entries: a function of the owner does it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {FUNCTION}(%s, %s, %s, %s)", [entry.pk, entry.client_ref, entry.reason, body])
        return
    values = {"client_ref": entry.client_ref, "reason": entry.reason, "body": body}
    models.QuerySet(AuditEntry).filter(pk=entry.pk).update(**values)


def statements(role: str) -> list[str]:
    """Return the statements that let `role` redact entries, and only for the system and to a marked body."""
    table = AuditEntry._meta.db_table
    change = f'UPDATE "{table}" SET client_ref = $2, reason = $3, body = $4'  # noqa: S608  names of our own
    allowed = f"id = $1 AND $4 LIKE '%\"{MARK}\": \"%' AND dakehu_reach() = 'system'"
    arguments = "bigint, bigint, text, text"
    return [
        f"CREATE OR REPLACE FUNCTION {FUNCTION}({arguments}) RETURNS void LANGUAGE sql SECURITY DEFINER "
        f"SET search_path = public AS $$ {change} WHERE {allowed} $$",
        f"REVOKE ALL ON FUNCTION {FUNCTION}({arguments}) FROM PUBLIC",
        f'GRANT EXECUTE ON FUNCTION {FUNCTION}({arguments}) TO "{role}"',
    ]
