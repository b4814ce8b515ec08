"""Delete report files that may name erased or restricted clients; they are generated again with the next run."""

from dakehu.domains.clients.restriction import RESTRICTED
from dakehu.domains.insight.models import ReportRun
from dakehu.foundation.actions.registry import act
from dakehu.foundation.erasure.erase import Erasure, declare_eraser
from dakehu.foundation.files import store
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.records.bulk import change_columns


def delete_report_files() -> int:
    """Delete the files of all runs: a workbook names the clients it counts. Return their number."""
    rows = list(ReportRun.objects.exclude(file="").values_list("pk", "file"))
    if not rows:
        return 0
    change_columns(ReportRun, [pk for pk, _ in rows], {"file": [""] * len(rows)})
    return store.erase([key for _, key in rows])


def erase_report_files(erasure: Erasure) -> int:
    """Delete the files of all runs when clients are erased."""
    return delete_report_files()


@on_event(RESTRICTED)
def delete_files_of_restricted(*, client: int) -> None:
    """Delete the files of all runs when the data of a client are restricted: they are stored only."""
    with act("insight.delete_report_files"):
        delete_report_files()


declare_eraser("insight_report_files", erase_report_files)
