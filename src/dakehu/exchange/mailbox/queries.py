"""Read mailboxes and their runs; passwords are never returned."""

from typing import Any

from dakehu.domains.service.mail.intake import reason_text, shown_reason
from dakehu.exchange.mailbox import runs
from dakehu.exchange.mailbox.actions import MAILBOX, PULL
from dakehu.exchange.mailbox.models import Mailbox, MailRun, MailRunState
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.jobs import queue as jobs

SHOWN_RUNS = 20
UNDONE = bilingual("已撤销", "Undone")


def _visible() -> Any:
    """Return the mailboxes visible to the actor: their own and the firm's; users who manage the firm's see all."""
    actor = current_actor()
    rows = Mailbox.objects.select_related("owner").order_by("name")
    if actor.is_system or actor.may(Permission.MAILBOX_WRITE):
        return rows
    return rows.filter(owner_id=actor.user_id) | rows.filter(owner=None)


@query("mailbox.list", needs=Permission.MAILBOX_READ, zh="邮箱", en="Mailboxes")
def list_mailboxes() -> list[dict[str, Any]]:
    """Return the mailboxes visible to the reader: [{id, name, owner, address, host, is_on, last: its last run}]."""
    rows = list(_visible())
    last: dict[int, MailRun] = {}
    for run in MailRun.objects.filter(mailbox__in=rows).order_by("pk"):
        last[run.mailbox_id] = run
    return [{**_mailbox(row), "last": _run(last[row.pk]) if row.pk in last else None} for row in rows]


@query(
    "mailbox.detail",
    needs=Permission.MAILBOX_READ,
    zh="邮箱的读取情况",
    en="A mailbox and its runs",
    parameters=(MAILBOX,),
)
def mailbox_detail(*, mailbox: Mailbox) -> dict[str, Any]:
    """Return a mailbox with its last runs: {…, username, folders, since, max_mb, password_at, places: [{folder, uid}], runs,
    running, mine: whether the reader may manage it}. Raises NotFound for another person's mailbox."""
    if not _visible().filter(pk=mailbox.pk).exists():
        raise NotFound(bilingual("邮箱", "mailbox"))
    actor = current_actor()
    return {
        **_mailbox(mailbox),
        "username": mailbox.username,
        "port": str(mailbox.port),
        "protection": type(mailbox).protection.field.choice_set.text_of(str(mailbox.protection)),
        "folders": runs.folders_of(mailbox),
        "since": mailbox.since,
        "max_mb": mailbox.max_mb,
        "password_at": mailbox.password_at,
        "places": [{"folder": name, "uid": place["uid"]} for name, place in mailbox.places.items()],
        "runs": [_run(run) for run in MailRun.objects.filter(mailbox=mailbox).order_by("-pk")[:SHOWN_RUNS]],
        "running": _is_running(mailbox),
        "mine": actor.may(Permission.MAILBOX_WRITE) or mailbox.owner_id == actor.user_id,
    }


def find_mailboxes(name: str = "") -> list[Mailbox]:
    """Return the mailboxes that are switched on and the reader may read, with that name if given. Raises NotFound."""
    rows = _visible()
    if not name:
        return list(rows.filter(is_on=True))
    found = list(rows.filter(name=name))
    if not found:
        raise NotFound(bilingual("邮箱", "mailbox"), name)
    return found


def _mailbox(row: Mailbox) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "owner": row.owner.name if row.owner_id else "",
        "address": row.address,
        "host": row.host,
        "is_on": row.is_on,
    }


def _run(run: MailRun) -> dict[str, Any]:
    """Return a run as pages show it; an undone one is marked."""
    undone = runs.is_undone(run)
    counts = {name: run.counts.get(name, 0) for name in runs.COUNTS}
    return {
        "id": run.pk,
        "state": "undone" if undone else str(run.state),
        "state_text": str(UNDONE) if undone else MailRunState.text_of(str(run.state)),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "batch": run.batch_ref,
        "may_undo": bool(run.batch_ref) and not undone,
        **counts,
        "reasons": [
            {"text": reason_text(reason), "count": count}
            for reason, count in _visible_reasons(run.counts.get("reasons", {})).items()
        ],
        "notes": [Bilingual(zh, en) for zh, en in run.notes],
        "failure": Bilingual(run.failure["zh"], run.failure["en"]) if run.failure else None,
    }


def _visible_reasons(reasons: dict[str, int]) -> dict[str, int]:
    """Return the reasons that the reader may see, each with its count."""
    shown: dict[str, int] = {}
    for reason, count in reasons.items():
        name = shown_reason(reason)
        shown[name] = shown.get(name, 0) + count
    return shown


def _is_running(row: Mailbox) -> bool:
    """Return whether a mailbox is being read, or queued by the reader."""
    waiting = any(not job["ended"] for job in jobs.recent(PULL, current_actor().user_id, most=3))
    return waiting or runs.lock_of(row).holder() is not None
