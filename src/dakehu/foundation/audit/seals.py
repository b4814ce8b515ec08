"""Seals over the audit for use outside the desk: each covers the entries since the previous one and is verifiable
without a key.

The chain inside the desk is sealed with a secret key. A seal made here proves the same to a third party: its root
covers every entry, its digest every previous seal, and its signature identifies the desk.
"""

import hmac
from dataclasses import replace
from typing import Any

from django.db import models

from dakehu.foundation.access.actor import Reach, acting_as, current_actor
from dakehu.foundation.audit import anchor, chain, merkle, redaction, signature
from dakehu.foundation.audit.anchor import HeadFault
from dakehu.foundation.audit.models import AuditEntry, AuditSeal
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

SPAN = 4096  # maximum entries of one seal, and so of the entries read for a proof
SEAL_CHANGED = bilingual("封存到它的日志封存被改动过", "the audit seal that ends with it was changed")


def newest_seal() -> AuditSeal | None:
    """Return the newest seal, None without one."""
    found: AuditSeal | None = models.QuerySet(AuditSeal).order_by("-pk").first()
    return found


def leaves_of(seal: AuditSeal) -> list[str]:
    """Return the leaves under a seal, in order; for an entry erased since, the sealed leaf."""
    rows: Any = models.QuerySet(AuditEntry).filter(pk__range=(seal.first_entry, seal.last_entry)).order_by("pk")
    return [redaction.sealed_leaf(entry) for entry in rows.iterator(chunk_size=1000)]


def make_seals() -> list[AuditSeal]:
    """Seal every entry since the newest seal, and return the new seals. Call inside an action.

    Raises Refused, and raises the alarm of the audit, where an entry is invalid: a broken chain is never sealed.
    """
    with acting_as(replace(current_actor(), reach=Reach.SYSTEM)):
        chain.wait_for_turn()
        last = newest_seal()
        previous = last.chain_seal if last is not None else chain.GENESIS
        if last is not None and not _is_in_chain(last):
            _refuse(HeadFault(last.last_entry, anchor.REBUILT))
        made: list[AuditSeal] = []
        held: list[Any] = []
        rows: Any = models.QuerySet(AuditEntry).filter(pk__gt=last.last_entry if last is not None else 0).order_by("pk")
        for entry in rows.iterator(chunk_size=1000):
            if entry.previous != previous or not chain.has_valid_seal(entry):
                _refuse(HeadFault(entry.pk, chain.REMOVED if entry.previous != previous else chain.CHANGED))
            previous = entry.seal
            held.append((entry.pk, redaction.sealed_leaf(entry), entry.seal))
            if len(held) == SPAN:
                last = _save(held, last)
                made.append(last)
                held = []
        return [*made, _save(held, last)] if held else made


def _is_in_chain(seal: AuditSeal) -> bool:
    found = models.QuerySet(AuditEntry).filter(pk=seal.last_entry).values_list("seal", flat=True).first()
    return found is not None and hmac.compare_digest(found, seal.chain_seal)


def _refuse(fault: HeadFault) -> None:
    anchor.raise_alarm(fault)
    raise Refused(
        {
            "audit": [
                bilingual(
                    "操作日志第 {entry} 条不可信（{why}），不能封存。请通知合规，保留数据库现状，运行 dakehu verify。",
                    "Audit entry {entry} does not hold ({why}), so nothing is sealed. Tell compliance, leave the database as "
                    "it is, and run dakehu verify.",
                    entry=fault.entry,
                    why=fault.why,
                )
            ]
        }
    )


def _save(held: list[tuple[int, str, str]], last: AuditSeal | None) -> AuditSeal:
    seal = AuditSeal(
        pk=(last.pk if last is not None else 0) + 1,
        at=clock.now(),
        first_entry=held[0][0],
        last_entry=held[-1][0],
        entries=len(held),
        root=merkle.root([leaf for _, leaf, _ in held]),
        chain_seal=held[-1][2],
        previous=last.digest if last is not None else chain.GENESIS,
    )
    seal.digest = digest_of(seal)
    seal.save(force_insert=True)
    return seal


def digest_of(seal: AuditSeal) -> str:
    """Return the digest of a seal's content, including the previous seal's digest."""
    return merkle.leaf([*_content(seal).values()])


def _content(seal: AuditSeal) -> dict[str, Any]:
    return {
        "number": seal.pk,
        "at": seal.at.isoformat(),
        "first": seal.first_entry,
        "id": seal.last_entry,
        "entries": seal.entries,
        "root": seal.root,
        "seal": seal.chain_seal,
        "previous": seal.previous,
    }


def plain_seal(seal: AuditSeal) -> dict[str, Any]:
    """Return a signed seal for export. It is read by `dakehu verify --seal` and by the verifier of a pack."""
    content = {**_content(seal), "digest": seal.digest}
    return {**content, "public_key": signature.public_key(), "signature": signature.sign(seal.digest.encode())}


def find_fault() -> HeadFault | None:
    """Return the entry of the first seal that no longer matches the chain, and how; None where all match."""
    previous = chain.GENESIS
    rows: Any = models.QuerySet(AuditSeal).order_by("pk")
    for seal in rows.iterator(chunk_size=500):
        if seal.previous != previous or seal.digest != digest_of(seal):
            return HeadFault(seal.last_entry, SEAL_CHANGED)
        if not _is_in_chain(seal):
            return HeadFault(seal.last_entry, anchor.REBUILT)
        previous = seal.digest
    return None
