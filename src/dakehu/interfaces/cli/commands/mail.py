"""Read mailboxes from the command line: mails received, mails set aside and why."""

import argparse
from collections.abc import Iterable
from typing import Any

from dakehu.domains.service.mail.intake import reason_text
from dakehu.exchange.mailbox import runs
from dakehu.exchange.mailbox.queries import find_mailboxes
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.cli.output import progress_of, write_message, write_result


def pull_mail(line: argparse.Namespace) -> int:
    """Run `dakehu mail pull`; 0 if every mailbox was read completely.

    With --json: {mailboxes: [{mailbox, seen, filed, copies, duplicate, internal, aside, returned, gone, reasons, batches, notes,
    failure}], and the sums of their counts}. A failure does not prevent the other mailboxes from being read.
    """
    reports = [_pull(row, progress_of(line)) for row in find_mailboxes(line.mailbox)]
    totals = {name: sum(report.get(name, 0) for report in reports) for name in runs.COUNTS}
    reasons: dict[str, int] = {}
    for reason, count in (pair for report in reports for pair in report.get("reasons", {}).items()):
        reasons[reason] = reasons.get(reason, 0) + count
    write_result(line, {**totals, "reasons": reasons, "mailboxes": reports}, _lines(reports))
    if not reports:
        write_message(bilingual("没有启用的邮箱。", "No mailbox is switched on."))
    return 1 if any(report["failure"] for report in reports) else 0


def _pull(row: Any, progress: Any) -> dict[str, Any]:
    """Read one mailbox; its report includes the reason if it could not be read."""
    try:
        return runs.pull(row, progress)
    except Refused as refusal:
        return {"mailbox": row.name, "failure": runs.texts_of(refusal)}


def _lines(reports: list[dict[str, Any]]) -> Iterable[str]:
    """Yield the reports as lines."""
    words = {
        "seen": bilingual("看到", "seen"),
        "filed": bilingual("归档", "filed"),
        "duplicate": bilingual("已有", "known"),
        "internal": bilingual("同事之间", "internal"),
        "returned": bilingual("退信与回执", "delivery reports"),
        "aside": bilingual("待处理", "set aside"),
    }
    for report in reports:
        if "seen" in report:
            yield f"{report['mailbox']}: " + " · ".join(f"{label} {report[name]}" for name, label in words.items())
            for reason, count in report["reasons"].items():
                yield f"  {reason_text(reason)} ({count})"
            if report["batches"]:
                numbers = ", ".join(map(str, report["batches"]))
                yield "  " + str(bilingual("可用 dakehu undo {n} 撤销", "dakehu undo {n} takes it back", n=numbers))
        if report["failure"]:
            failure = bilingual(report["failure"]["zh"], report["failure"]["en"])
            yield f"{report['mailbox']}: {failure}"
