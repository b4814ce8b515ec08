"""Read mailboxes in the background: on request and every night."""

from collections.abc import Callable
from typing import Any

from dakehu.domains.service.mail.retention import remove_mails_of_nobody
from dakehu.exchange.mailbox import runs
from dakehu.exchange.mailbox.actions import PULL
from dakehu.exchange.mailbox.models import Mailbox, MailRun
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.queue import job
from dakehu.foundation.nightly.run import both_languages
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step


@job(PULL)
def pull_in_background(progress: Callable[..., None], *, mailbox: int) -> dict[str, Any]:
    """Read a mailbox."""
    return runs.pull(Mailbox.objects.get(pk=mailbox), progress)


def _pull_all(night: Night) -> dict[str, Any]:
    """Read every mailbox that is switched on; a failure is reported and the others continue.

    A mailbox whose last run was undone waits for a person: a nightly run would file the same mails again. Returns
    {mailboxes: [report], failed: [{mailbox, why}], waiting: [name], unchanged}. Mails of deleted clients are removed
    as well.
    """
    reports, failed, waiting = [], [], []
    rows = list(Mailbox.objects.filter(is_on=True).select_related("owner").order_by("pk"))
    for number, row in enumerate(rows):
        night.progress(number / len(rows), bilingual("正在读取“{name}”", "Reading “{name}”", name=row.name))
        last = MailRun.objects.filter(mailbox=row).order_by("-pk").first()
        if last is not None and runs.is_undone(last):
            waiting.append(row.name)
            continue
        try:
            reports.append(runs.pull(row))
        except Refused as refusal:
            failed.append(
                {
                    "mailbox": row.name,
                    "why": [both_languages(text) for texts in refusal.messages.values() for text in texts],
                }
            )
    remove_mails_of_nobody()
    counts = {name: sum(report[name] for report in reports) for name in runs.COUNTS}
    return {
        "mailboxes": reports,
        "failed": failed,
        "waiting": waiting,
        "unchanged": not counts["copies"],
        "words": bilingual(
            "看到 {seen} 封，归档 {filed} 封，已有 {duplicate} 封，待处理 {aside} 封；未读成的邮箱 {failed} 个。",
            "{seen} mails seen, {filed} filed, {duplicate} known, {aside} set aside; {failed} mailboxes failed.",
            failed=len(failed),
            **{name: counts[name] for name in ("seen", "filed", "duplicate", "aside")},
        ),
    }


declare_step(NightlyStep("mailbox.pull", "读取邮箱", "Mailboxes", order=15, run=_pull_all))
