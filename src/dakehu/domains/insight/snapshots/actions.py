"""Action: take a snapshot of clients now."""

from dakehu.domains.insight.snapshots.collection import take_snapshot
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.progress import Progress
from dakehu.foundation.jobs.queue import job, start

JOB = "insight.snapshot"


@action(
    "insight.take_snapshot",
    needs=Permission.INSIGHT_REFRESH,
    zh="生成数据快照",
    en="Take a snapshot of clients",
    irreversible=bilingual("快照是派生数据，无需撤销。", "A snapshot is derived data; there is nothing to undo."),
)
def take_snapshot_now() -> int:
    """Queue a snapshot of clients, to be written in the background. Returns the number of the job."""
    return start(JOB)


@job(JOB)
def write_snapshot(progress: Progress) -> dict[str, int]:
    """Write a snapshot of clients as of now. Returns {clients}."""
    return {"clients": take_snapshot().height}
