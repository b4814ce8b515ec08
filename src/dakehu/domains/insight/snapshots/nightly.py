"""The nightly step that writes the snapshot of clients."""

from typing import Any

from dakehu.domains.insight.snapshots.collection import take_snapshot
from dakehu.domains.insight.snapshots.rebuilding import rebuild_quarters
from dakehu.domains.ledger.nightly import data_state
from dakehu.domains.team.audit_queries import SIGN_INS
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.nightly.run import desk_state
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "insight.snapshot"


def _run(night: Night) -> dict[str, Any]:
    snapshot = take_snapshot(night.day, night.progress)
    rebuild_quarters()
    words = bilingual("已生成 {n} 位客户的数据快照。", "A snapshot of {n} clients was written.", n=snapshot.height)
    return {"clients": snapshot.height, "columns": len(snapshot.kinds), "words": words}


def _inputs(night: Night) -> dict[str, Any]:
    """Return the inputs of the snapshot: feeds, closes, and any change by users."""
    return {**data_state(), "desk": desk_state(SIGN_INS)}


declare_step(NightlyStep(STEP, "客户数据快照", "Snapshot of clients", order=80, run=_run, inputs=_inputs))
