"""A run of a mailbox: read new messages, file them in one act that can be undone, and report the result.

An interrupted run has written nothing; the next reads the same messages again. If the connection breaks between
messages, those read until then are filed and the run records why it stopped.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from dakehu.domains.service.mail.intake import IntakeResult, MailSource, ReceivedMail, file_mails
from dakehu.domains.team import queries as team
from dakehu.exchange.mailbox import imap
from dakehu.exchange.mailbox.models import Mailbox, MailRun, MailRunState
from dakehu.foundation.access.actor import Actor, acting_as, actor_of, elevated, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.actions.registry import act, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import add_audit_note

PER_RUN = 1_000  # messages that one run files and one undo reverts
BYTES_PER_RUN = 64 << 20
RUNS_AT_ONCE = 200  # of one pull, so that a large mailbox is read without blocking a worker indefinitely
FILE = "mailbox.file"
COUNTS = ("seen", "filed", "copies", "duplicate", "internal", "aside", "returned", "gone")
Progress = Callable[..., None]

declare_steps(
    {
        "mailbox.open_password": bilingual("使用邮箱的密码", "Use the password of a mailbox"),
        "mailbox.conclude": bilingual("邮箱读取结束", "End of a run of a mailbox"),
    }
)


@dataclass
class _Reading:
    """What one run read: the mails, the position reached, irregularities, and why it stopped early."""

    mails: list[ReceivedMail] = field(default_factory=list)
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    notes: list[Bilingual] = field(default_factory=list)
    gone: int = 0
    is_full: bool = False
    failure: Refused | None = None


def pull(mailbox: Mailbox, progress: Progress = no_progress) -> dict[str, Any]:
    """Read a mailbox until nothing new remains; return {seen, filed, …, reasons, runs, state, failure}.

    Raises Refused while it is switched off or being read.
    """
    actor = filing_actor(mailbox)
    with _exclusive_run(mailbox), acting_as(actor):
        runs = []
        for number in range(RUNS_AT_ONCE):
            progress(number / (number + 3), bilingual("正在读取“{name}”", "Reading “{name}”", name=mailbox.name))
            run, is_full = _run_once(mailbox)
            runs.append(run)
            if not is_full or run.failure:
                break
    return report_of(mailbox, runs)


def filing_actor(mailbox: Mailbox) -> Actor:
    """Return the filing actor: the owner with current permissions, for the firm's the system. Raises Refused."""
    if not mailbox.is_on:
        raise _mailbox_refusal(
            bilingual(
                "“{name}”没有启用。请管理员核对后启用。",
                "“{name}” is switched off. An administrator checks it and switches it on.",
                name=mailbox.name,
            )
        )
    if mailbox.owner_id is None:
        return system_actor(f"file the mails of the firm's mailbox {mailbox.name}", "worker")
    is_here = team.get_user(mailbox.owner_id) is not None
    actor = actor_of(mailbox.owner_id, f"file the mails of {mailbox.name}") if is_here else None
    if actor is None or not actor.may(Permission.INTERACTION_LOG):
        raise _mailbox_refusal(
            bilingual(
                "“{name}”的所有人已停用或不服务客户，邮件不再归档。",
                "The owner of “{name}” is inactive or serves no clients; its mails are filed no longer.",
                name=mailbox.name,
            )
        )
    return actor


def lock_of(mailbox: Mailbox) -> ProcessLock:
    """Return the lock that a run of a mailbox holds."""
    return ProcessLock(Path(settings.DAKEHU_HOME) / "run" / f"mailbox-{mailbox.pk}.lock")


@contextmanager
def _exclusive_run(mailbox: Mailbox) -> Iterator[None]:
    """Lock a mailbox; the lock ends with the process. Raises Refused while another process holds it."""
    lock = lock_of(mailbox)
    if not lock.take():
        raise _mailbox_refusal(
            bilingual(
                "“{name}”正在读取，请等它结束。", "“{name}” is being read; wait until it ends.", name=mailbox.name
            )
        )
    try:
        yield
    finally:
        lock.release()


def _run_once(mailbox: Mailbox) -> tuple[MailRun, bool]:
    """Read and file at most PER_RUN messages; return the run and whether more may remain. Raises Refused if nothing
    could be read."""
    run = MailRun(mailbox=mailbox, started_at=clock.now())
    mailbox.refresh_from_db()
    before = dict(mailbox.places)
    reading = _Reading(places=dict(before))
    try:
        _read(mailbox, reading)
    except Refused as refusal:
        if not reading.mails:
            _finish_run(run, reading, None, refusal)
            raise
        reading.failure = refusal
    result, number = _file(mailbox, reading, before)
    run.batch_ref = number
    _finish_run(run, reading, result, reading.failure)
    return run, reading.is_full


def _read(mailbox: Mailbox, reading: _Reading) -> None:
    """Read the new messages of every folder."""
    weight = 0
    with imap.open_mailbox(_account(mailbox), mailbox.name) as client:
        for folder in folders_of(mailbox):
            stored = reading.places.get(folder, {})
            one = imap.FolderReading(folder, imap.Place(stored.get("validity", 0), stored.get("uid", 0)))
            for place, mail in imap.new_messages(client, one, mailbox.since, mailbox.max_mb << 20):
                reading.mails.append(mail)
                reading.places[folder] = {"validity": place.validity, "uid": place.uid}
                weight += len(mail.content)
                if len(reading.mails) >= PER_RUN or weight >= BYTES_PER_RUN:
                    reading.is_full = True
                    break
            reading.gone += one.gone
            if one.is_renumbered:
                reading.notes.append(
                    bilingual(
                        "服务器为“{folder}”重新编号，全部邮件重新核对，已归档的不会重复。",
                        "The server numbers “{folder}” anew: all its mails were compared again, none is filed twice.",
                        folder=folder,
                    )
                )
            if reading.is_full:
                return
            reading.places[folder] = {"validity": one.place.validity, "uid": one.place.uid}


def folders_of(mailbox: Mailbox) -> list[str]:
    """Return the folders that are read."""
    return [name.strip() for name in mailbox.folders.replace("，", ",").split(",") if name.strip()] or ["INBOX"]


def _account(mailbox: Mailbox) -> imap.ImapAccount:
    """Return the credentials of a mailbox; decrypting its password is audited. Raises Refused while it is missing."""
    if mailbox.password is None:
        raise _mailbox_refusal(
            bilingual(
                "“{name}”还没有密码，请先填写。", "“{name}” has no password yet; enter it first.", name=mailbox.name
            )
        )
    with elevated(f"sign in to the mailbox {mailbox.name}"), act("mailbox.open_password"):
        password = mailbox.password.open()
    return imap.ImapAccount(mailbox.host, mailbox.port, str(mailbox.protection), mailbox.username, password)


def addresses_of_mailboxes() -> dict[str, Any]:
    """Return {address: owner, None for the firm's} of all mailboxes: none of them belongs to a client."""
    return {str(row.address).casefold(): row.owner for row in Mailbox.objects.select_related("owner")}


def _file(mailbox: Mailbox, reading: _Reading, before: dict[str, Any]) -> tuple[IntakeResult, int | None]:
    """File what was read in one act; return the result and the number for undoing it.

    If another run has advanced the mailbox in the meantime, nothing is written.
    """
    if not reading.mails and reading.places == before:
        return IntakeResult(), None
    with act(FILE) as record:
        record.undo_log = undo_entries.open_log(bool(reading.mails))
        result = file_read_mails(mailbox=mailbox, mails=reading.mails, places=reading.places, before=before)
        number = undo_entries.entry_number(bilingual("邮箱 {name}", "mailbox {name}", name=mailbox.name))
        undo_entries.store_entry(record)
    return result, number


@action(
    FILE,
    needs=Permission.INTERACTION_LOG,
    zh="归档邮箱中的邮件",
    en="File the mails of a mailbox",
    is_public=False,
)
def file_read_mails(
    *, mailbox: Mailbox, mails: list[ReceivedMail], places: dict[str, Any], before: dict[str, Any]
) -> IntakeResult:
    """File mails read from a mailbox and store the read position. Raises Refused if it was read in the meantime."""
    rows = Mailbox.objects.filter(pk=mailbox.pk)
    held = (rows.select_for_update() if connection.features.has_select_for_update else rows).get()
    if held.places != before:
        raise _mailbox_refusal(bilingual("邮箱刚被另一次读取处理过。", "Another run has just read the mailbox."))
    result = file_mails(mails, MailSource(mailbox.pk, mailbox.owner, addresses_of_mailboxes()))
    held.places = places
    held.save()
    add_audit_note(mailbox=mailbox.name, **result.counts())
    return result


def _finish_run(run: MailRun, reading: _Reading, result: IntakeResult | None, failure: Refused | None) -> None:
    """Store the result of a run; a run without new messages is not stored."""
    counts = {**(result or IntakeResult()).counts(), "gone": reading.gone}
    is_news = any(counts[name] for name in COUNTS) or reading.notes or failure is not None
    run.counts, run.ended_at = counts, clock.now()
    run.notes = [[note.in_("zh"), note.in_("en")] for note in reading.notes]
    if failure is not None:
        run.state, run.failure = MailRunState.FAILED.value, texts_of(failure)
    if is_news:
        with act("mailbox.conclude"):
            run.save()


def texts_of(refusal: Refused) -> dict[str, str]:
    """Return the first sentence of a refusal as {zh, en}."""
    text = next(text for texts in refusal.messages.values() for text in texts)
    return {code: text.in_(code) if isinstance(text, Bilingual) else str(text) for code in ("zh", "en")}


def _mailbox_refusal(text: Bilingual) -> Refused:
    return Refused({"mailbox": [text]})


def is_undone(run: MailRun) -> bool:
    """Return whether what a run filed was undone."""
    return bool(run.batch_ref) and Batch.objects.filter(pk=run.batch_ref, state=BatchState.UNDONE.value).exists()


def report_of(mailbox: Mailbox, runs: list[MailRun]) -> dict[str, Any]:
    """Return the results of the runs of a pull."""
    totals = {name: sum(run.counts.get(name, 0) for run in runs) for name in COUNTS}
    reasons: dict[str, int] = {}
    for run in runs:
        for reason, count in run.counts.get("reasons", {}).items():
            reasons[reason] = reasons.get(reason, 0) + count
    return {
        "mailbox": mailbox.name,
        **totals,
        "reasons": reasons,
        "batches": [run.batch_ref for run in runs if run.batch_ref],
        "notes": [{"zh": zh, "en": en} for run in runs for zh, en in run.notes],
        "failure": next((run.failure for run in runs if run.failure), None),
    }
