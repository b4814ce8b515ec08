"""Background runs of connections, manual and scheduled."""

from collections.abc import Callable
from typing import Any

from dakehu.exchange.connectors import runs, write_back
from dakehu.exchange.connectors.actions import PULL, plan_next_run
from dakehu.exchange.connectors.models import Connection
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.queue import job

declare_steps(
    {
        "connections.run": bilingual("开始运行外部连接", "Start a run of a connection"),
        "connections.fetch": bilingual("从外部系统取数", "Fetch from another system"),
        "connections.open_secrets": bilingual("使用连接的密钥", "Use the secrets of a connection"),
        "connections.conclude": bilingual("外部连接运行结束", "End of a run of a connection"),
        "connections.write": bilingual("写回外部系统", "Write back to another system"),
    }
)


@job(PULL)
def pull_in_background(progress: Callable[..., None], *, connection: int, due: str = "") -> dict[str, Any]:
    """Run a connection. If scheduled (`due`) the next run is queued first, so that a refusal does not end it."""
    row = Connection.objects.get(pk=connection)
    if due:
        if row.next_run_at is None or row.next_run_at.isoformat() != due:
            return {"skipped": "another interval was chosen meanwhile"}
        with act("connections.run"):
            plan_next_run(row)
            row.save()
    return {name: value for name, value in runs.pull(row, progress).items() if name not in ("tables", "notes")}


@job(write_back.KIND)
def write_back_in_background(progress: Callable[..., None], *, connection: int) -> dict[str, Any]:
    """Write back what was changed on the desk."""
    return write_back.write_back(Connection.objects.get(pk=connection), progress)
