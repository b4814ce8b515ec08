"""The audit entries about a client, each with a proof for third parties that it is covered by a seal of the desk."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from dakehu.exchange.evidence import verify
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit import leaves, merkle, redaction, seals, signature
from dakehu.foundation.audit.models import AuditEntry, AuditSeal
from dakehu.foundation.base import clock
from dakehu.foundation.base.id_ranges import IdRanges


@dataclass(frozen=True)
class Proven:
    """Audit entries with their proofs, and the seals from the first that covers one to the newest."""

    entries: list[dict[str, Any]]
    seals: list[dict[str, Any]]


def collect(numbers: set[int], since: date, until: date) -> Proven:
    """Return the visible entries about a client from one day to another, in order, as far as they are sealed.

    `numbers` are those of the client: its own, and those of records that were merged into it.
    """
    with acting_as(system_actor("prove the audit entries of an evidence pack")):
        every_seal: Any = QuerySet(AuditSeal)
        known = list(every_seal.order_by("pk"))
    visible = AuditEntry.objects.filter(
        at__gte=clock.start_of_day(since),
        at__lt=clock.start_of_day(until + timedelta(days=1)),
        pk__lte=known[-1].last_entry if known else 0,
    )
    in_body = Q(body__contains='"clients": [[')
    for number in numbers:
        in_body |= Q(body__contains=f'"client_id": {number}')
    about = Q(client_ref__in=numbers) | Q(client_ref=None) & in_body
    found = [
        (entry, body)
        for entry in visible.filter(about).order_by("pk").iterator(chunk_size=500)
        for body in [json.loads(entry.body)]
        if entry.client_ref in numbers or any(is_about_client(change, numbers) for change in body.get("changes", ()))
    ]
    with acting_as(system_actor("prove the audit entries of an evidence pack")):
        rows = list(_entries_with_proof(found, known, numbers))
    first = min((row["under"] for row in rows), default=known[-1].pk if known else 0)
    return Proven(rows, [seals.plain_seal(seal) for seal in known if seal.pk >= first])


def is_about_client(change: dict[str, Any], numbers: set[int]) -> bool:
    """Return whether a recorded change is about a client: by its own number, or among the ids of a bulk write."""
    if change.get("client_id") in numbers:
        return True
    clients = (change.get("after") or {}).get("clients") if change.get("kind") == "many" else None
    if not clients:
        return False
    ranges = IdRanges(clients) if isinstance(clients[0], int) else IdRanges.of(clients)
    return any(number in ranges for number in numbers)


def is_shown_whole(body: dict[str, Any], numbers: set[int]) -> bool:
    """Return whether the body of an entry is about no other client."""
    others = {change.get("client_id") for change in body.get("changes", ())} - {None, *numbers}
    return not others and not any(change.get("kind") == "many" for change in body.get("changes", ()))


def excerpt(change: dict[str, Any]) -> dict[str, Any]:
    """Return the disclosable part of a change: for a bulk write its table and columns, without other rows."""
    if change.get("kind") != "many":
        return change
    return {"model": change["model"], "kind": "many", "columns": (change.get("after") or {}).get("columns", [])}


def _entries_with_proof(
    found: list[tuple[Any, dict[str, Any]]], known: list[AuditSeal], numbers: set[int]
) -> Iterator[dict[str, Any]]:
    """Yield entries with their proofs. The body of an entry that is also about others is replaced by its digest."""
    sealed: list[str] = []
    at, place = 0, {}
    current: AuditSeal | None = None
    for entry, body in found:
        while current is None or entry.pk > current.last_entry:
            current, at = known[at], at + 1
            sealed = []
        if not sealed:
            sealed, place = _leaves(current)
        row = _render_entry(entry, body, numbers)
        yield row | {
            "under": current.pk,
            "path": merkle.path(sealed, place[entry.pk]),
            "leaf": sealed[place[entry.pk]],
            **_erasure(entry, body, row, sealed[place[entry.pk]]),
        }


def _render_entry(entry: Any, body: dict[str, Any], numbers: set[int]) -> dict[str, Any]:
    """Return the columns of an entry, with its body or the part of it that is about no other client."""
    salt = signature.salt_of_entry(entry.pk)
    row = dict(zip(NAMES, leaves.plain_columns(entry), strict=True))
    row |= {"body_digest": merkle.body_digest(salt, entry.body)}
    if is_shown_whole(body, numbers):
        return row | {"body": entry.body, "salt": salt}
    changes = [excerpt(change) for change in body.get("changes", ()) if is_about_client(change, numbers)]
    return row | {"excerpt": {"changes": changes}}


def _erasure(entry: Any, body: dict[str, Any], row: dict[str, Any], leaf: str) -> dict[str, Any]:
    """Return the data by which a third party distinguishes an erasure by the desk from tampering: {} for an entry
    without one.

    The mark of an erasure is computed with a key that never leaves the desk, so it is checked here and signed.
    """
    if redaction.MARK not in body or not redaction.is_valid_redaction(entry):
        return {}
    erased = {"erased": body.get("erased", 0)}
    content = verify.erasure_content({**row, **erased, "leaf": leaf})
    return {**erased, "erasure": signature.sign(content)}


NAMES = ("id", "at", "actor", "actor_name", "door", "action", "reason", "request", "client")


def _leaves(seal: AuditSeal) -> tuple[list[str], dict[int, int]]:
    """Return the leaves under a seal, and the index of each entry among them."""
    every: Any = QuerySet(AuditEntry)
    numbers = every.filter(pk__range=(seal.first_entry, seal.last_entry)).order_by("pk").values_list("pk", flat=True)
    return seals.leaves_of(seal), {number: at for at, number in enumerate(numbers)}
