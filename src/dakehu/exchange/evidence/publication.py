"""Send the seals of the audit to places where the desk cannot change them: by mail, into a folder, to a time-stamping
authority.

Each channel stores the number of the last seal sent, so that a channel that was unavailable receives the rest later.
"""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from dakehu.domains.service.deliveries import outbox
from dakehu.exchange.evidence import timestamps
from dakehu.foundation.access import keys
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import seals
from dakehu.foundation.audit.models import AuditEntry, AuditSeal
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.installation.models import InstallationRecord
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.due_checks import declare_due_check
from dakehu.foundation.records.recorded import add_audit_note

JOB = "evidence.publish_seals"
AGAIN = timedelta(hours=1)
MOST = 200  # seals per channel in one run
log = logging.getLogger("dakehu.evidence")
declare_steps(
    {
        "audit.seal": bilingual("封存操作日志", "Seal the audit"),
        "audit.mail_seals": bilingual("寄出日志封存", "Mail audit seals"),
        "audit.publish_seals": bilingual("日志封存已发往外部", "Audit seals sent outside"),
        "audit.keep_timestamp": bilingual("保存时间戳", "Keep a time stamp"),
    }
)


def seal_now() -> int:
    """Seal every audit entry up to now, and publish the new seals; return their number.

    Raises Refused if the audit fails verification.
    """
    with acting_as(system_actor("seal the audit")):
        with act("audit.seal"):
            made = seals.make_seals()
            add_audit_note(seals=[seal.pk for seal in made], digest=made[-1].digest if made else "")
        if made and configured_ways():
            jobs.start_by(JOB, clock.now())
    return len(made)


def configured_ways() -> dict[str, Callable[[list[AuditSeal]], None]]:
    """Return the configured channels, by name."""
    offered = {
        "mail": (settings.SEAL_MAIL, publish_by_mail),
        "folder": (settings.SEAL_FOLDER, into_folder),
        "timestamp": (settings.SEAL_TIMESTAMP, timestamps.stamp),
    }
    return {name: send for name, (address, send) in offered.items() if address}


@jobs.job(JOB)
def publish_seals(progress: Any) -> dict[str, Any]:
    """Seal new entries and send every unsent seal by each channel: {channel: number of seals, or why it failed}.

    A failing channel does not block the others, and is retried within an hour.
    """
    result: dict[str, Any] = {}
    with acting_as(system_actor("send the seals of the audit outside", "worker")):
        if _is_due():
            with act("audit.seal"):
                made = seals.make_seals()
                add_audit_note(seals=[seal.pk for seal in made], digest=made[-1].digest if made else "")
        for name, send in configured_ways().items():
            waiting = _unpublished_seals(name)
            try:
                if waiting:
                    send(waiting)
                    with act("audit.publish_seals"):
                        _remember(name, waiting[-1])
                        add_audit_note(way=name, seals=[seal.pk for seal in waiting])
                result[name] = len(waiting)
            except (OSError, Refused) as fault:
                log.error("the seals of the audit did not leave by %s: %s", name, fault)
                result[name] = str(fault)
                jobs.start(JOB, not_before=clock.now() + AGAIN)
    return result


def count_unpublished() -> dict[str, int]:
    """Return how many seals are unsent by each configured channel."""
    return {name: len(_unpublished_seals(name)) for name in configured_ways()}


def _record(way: str) -> str:
    return f"audit.seal.{way}"


def _unpublished_seals(way: str) -> list[AuditSeal]:
    records: Any = QuerySet(InstallationRecord)
    sent = records.filter(name=_record(way)).values_list("value", flat=True).first()
    rows: Any = QuerySet(AuditSeal)
    return list(rows.filter(pk__gt=int(sent or 0)).order_by("pk")[:MOST])


def _remember(way: str, last: AuditSeal) -> None:
    records: Any = QuerySet(InstallationRecord)
    records.update_or_create(name=_record(way), defaults={"value": str(last.pk)})


def publish_by_mail(waiting: list[AuditSeal]) -> None:
    """Queue a mail with the seals to each external address."""
    content = "".join(f"{json.dumps(seals.plain_seal(seal))}\n" for seal in waiting).encode()
    last = waiting[-1]
    name = f"dakehu-seal-{last.pk}.json"
    text = bilingual(
        "操作日志封存第 {first}–{last} 号见附件，请保存在本系统之外。核对：dakehu verify --seal 文件；证据包：python3 -I verify.py 证据包 --seal 文件。\n"
        "摘要：{digest}",
        "Seals {first} to {last} of the audit are attached: keep them outside the desk. Compare: dakehu verify --seal FILE; "
        "evidence packs: python3 -I verify.py PACK --seal FILE.\nDigest: {digest}",
        first=waiting[0].pk,
        last=last.pk,
        digest=last.digest,
    )
    with act("audit.mail_seals"):
        attachment = (name, "application/json", files.save(name, content, days=30).key)
        for address in settings.SEAL_MAIL.split(","):
            outbox.queue(
                channel="mail",
                address=address.strip(),
                subject=f"dakehu 操作日志封存 Audit seal {last.pk}",
                text=f"{text.zh}\n\n{text.en}",
                key=f"audit-seal:{last.pk}",
                kind="seal",
                attachments=[attachment],
                title=str(bilingual("操作日志封存 {n}", "Audit seal {n}", n=last.pk)),
            )


def into_folder(waiting: list[AuditSeal]) -> None:
    """Write each seal to a separate file, never overwritten. Raises Refused if a different file exists."""
    folder = Path(settings.SEAL_FOLDER)
    if not folder.is_dir():
        raise Refused(bilingual("封存文件夹 {path} 不存在。", "The folder of seals {path} is not there.", path=folder))
    for seal in waiting:
        path, content = folder / f"dakehu-seal-{seal.pk:08}.json", f"{json.dumps(seals.plain_seal(seal))}\n".encode()
        if not path.exists():
            keys.write_private(path, content)
        elif path.read_bytes() != content:
            raise Refused(bilingual("{path} 已存在且内容不同。", "{path} is there and says something else.", path=path))


def _is_due() -> bool:
    """Return whether entries of a day before today are not sealed."""
    rows: Any = QuerySet(AuditEntry)
    last = seals.newest_seal()
    found = (
        rows.filter(pk__gt=last.last_entry if last is not None else 0)
        .order_by("pk")
        .values_list("at", flat=True)
        .first()
    )
    return found is not None and found < clock.start_of_day(clock.today())


def publish_if_due() -> None:
    """Start the job if a past day is unsealed; the worker checks once a minute."""
    if _is_due():
        jobs.start_by(JOB, clock.now())


declare_due_check(JOB, publish_if_due)
