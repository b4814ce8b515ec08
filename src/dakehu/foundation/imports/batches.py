"""Import batches: from upload to result, each belonging to the person who uploaded it. The contents of a file, and the
findings, are stored encrypted outside the database; the batch row has names, counts and the mapping."""

import hashlib
import json
from typing import Any

from django.db import connection

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files

STAYS = (
    "lock",
    "samples",
    "mended",
    "rows",
    "statement",
    "prices",
    "origin",
    "feed",
)  # contents of a batch in addition to its last report


def start(filename: str, content: bytes, password: str | None) -> Batch:
    """Store an uploaded file for the actor. Call inside an act."""
    kept = files.save(filename, content)
    lock = files.save("password", password.encode()).key if password else ""
    batch = Batch(
        filename=filename[-200:],
        file_key=kept.key,
        sha256=hashlib.sha256(content).hexdigest(),
        owner_ref=current_actor().user_id,
        report={"lock": lock} if lock else {},
    )
    batch.save()
    return batch


def get_own(number: int, *, lock: bool = False) -> Batch:
    """Return a batch of one's own (the system: any). Raises NotFound for another user's. `lock` locks it until the act
    ends."""
    actor = current_actor()
    rows = Batch.objects.filter(act="")
    if lock and connection.features.has_select_for_update:
        rows = rows.select_for_update()
    batch = rows.filter(pk=number).first()
    if batch is None or (not actor.is_system and batch.owner_ref != actor.user_id):
        raise NotFound(bilingual("导入批次", "import batch"), number)
    return batch


def own_batches() -> Any:
    """Return the actor's imports, newest first."""
    actor = current_actor()
    rows = Batch.objects.filter(act="").order_by("-pk")
    return rows if actor.is_system else rows.filter(owner_ref=actor.user_id)


def content_of(batch: Batch) -> tuple[bytes, str | None]:
    """Return the uploaded file, and its password."""
    lock = batch.report.get("lock")
    return files.read(batch.file_key)[1], files.read(lock)[1].decode() if lock else None


def save_report(batch: Batch, result: dict[str, Any], state: BatchState, undo: str = "") -> None:
    """Store the findings or results: the counts with the batch, the rest encrypted. Call inside an act. `undo` is the
    key of the undo log (see actions.undo)."""
    kept = files.save("report.json", json.dumps(result, ensure_ascii=False).encode(), days=90)
    counts = {
        name: result[name]
        for name in ("created", "updated", "unchanged", "skipped", "errors", "parts")
        if name in result
    }
    batch.report = {
        **{k: v for k, v in batch.report.items() if k in STAYS},
        "counts": counts,
        "key": kept.key,
        **({"undo": undo} if undo else {}),
    }
    batch.state = state.value
    if state == BatchState.APPLIED:
        batch.applied_at = clock.now()
    batch.save()


def report_key(batch: Batch) -> str:
    """Return the name of the last report; "" before the first preview."""
    return str(batch.report.get("key", ""))


def report_of(batch: Batch) -> dict[str, Any]:
    """Return the complete findings or results; {} before the first preview."""
    key = batch.report.get("key")
    return json.loads(files.read(key)[1]) if key else {}
