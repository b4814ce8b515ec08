"""Manage mailboxes: add, change, replace the password, switch on and off, read now, undo a run."""

from typing import Any

from dakehu.exchange.imports import undo
from dakehu.exchange.mailbox import imap
from dakehu.exchange.mailbox.models import Mailbox, MailRun
from dakehu.exchange.mailbox.runs import filing_actor
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.encrypted_fields import EncryptedValue
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

MAILBOX = Parameter("mailbox", "mailbox.Mailbox", spec=FieldSpec("邮箱", "Mailbox"))
RUN = Parameter("mail_run", kind="integer", spec=FieldSpec("读取记录", "Run"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
ASKED = ("name", "address", "host", "username")
OPTIONAL = ("port", "protection", "folders", "since", "max_mb")
PULL = "mailbox.pull"  # the job
PASSWORD = Parameter(
    "password",
    spec=FieldSpec(
        "密码或授权码",
        "Password",
        sensitivity=SECRET,
        help_zh="163、QQ 等邮箱填写专门的授权码；加密保存，以后不再显示",
        help_en="Some mailboxes give out a code of its own for programs; kept encrypted and never shown again",
    ),
)


def get_own(mailbox: Mailbox) -> Mailbox:
    """Return a mailbox that the actor may manage: their own, for an administrator any. Raises NotFound."""
    actor = current_actor()
    if not (actor.may(Permission.MAILBOX_WRITE) or mailbox.owner_id == actor.user_id):
        raise NotFound(bilingual("邮箱", "mailbox"))
    return mailbox


def _check(row: Mailbox) -> None:
    """Raise Refused for a server that cannot be used, NotAllowed for another person's mailbox."""
    actor = current_actor()
    if row.owner_id != actor.user_id and not actor.may(Permission.MAILBOX_WRITE):
        raise NotAllowed(
            bilingual("维护他人或公司的邮箱", "keep the mailbox of others or of the firm"), Permission.MAILBOX_WRITE
        )
    row.host = row.host.strip().lower()
    imap.check_host(row.host, str(row.protection))


def _encrypt_password(row: Mailbox, password: str) -> None:
    """Set the password, encrypted immediately: later displays of the row show dots."""
    row.password = EncryptedValue.encrypt(Mailbox._meta.get_field("password").place, password, None)
    row.password_at = clock.now()


@action(
    "mailbox.add",
    needs=Permission.MAILBOX_OWN,
    zh="新增邮箱",
    en="Add a mailbox",
    parameters=(parameters_of("mailbox.Mailbox", *ASKED, optional=("owner", *OPTIONAL)), PASSWORD),
    irreversible=bilingual("新增的邮箱不能撤销，但可以删除。", "It cannot be undone, but removed."),
)
def add_mailbox(*, password: str, name: str, owner: Any = None, **values: Any) -> Mailbox:
    """Add a mailbox with its password; it is initially off. Without `owner` an administrator adds the firm's, any other
    user their own. `since` is today by default: earlier mails are not read."""
    if Mailbox.objects.filter(name=name).exists():
        raise refusal("name", "“{name}”已存在。", "“{name}” exists.", name=name)
    actor = current_actor()
    row = Mailbox(name=name, owner=owner, **{key: value for key, value in values.items() if value not in (None, "")})
    if owner is None and not actor.may(Permission.MAILBOX_WRITE):
        row.owner_id = actor.user_id
    row.since = row.since or clock.today()
    _check(row)
    _encrypt_password(row, password)
    row.save()
    return row


@action(
    "mailbox.change",
    needs=Permission.MAILBOX_OWN,
    zh="修改邮箱",
    en="Change a mailbox",
    parameters=(MAILBOX, parameters_of("mailbox.Mailbox", optional=(*ASKED, *OPTIONAL)), VERSION),
)
def change_mailbox(*, mailbox: Mailbox, version: int | None = None, **changes: Any) -> Mailbox:
    """Change a mailbox. A new server or user name switches it off, so that an administrator reviews it again.

    A new server is read from the start of its folders; known mails are not filed twice.
    """
    row = get_own(mailbox)
    check_version(row, version)
    before = row.host, row.port, row.username
    for name, value in changes.items():
        if value not in (None, ""):
            setattr(row, name, value)
    _check(row)
    if (row.host, row.port, row.username) != before:
        row.is_on, row.places = False, {}
    row.save()
    return row


@action(
    "mailbox.replace_password",
    needs=Permission.MAILBOX_OWN,
    zh="更换邮箱密码",
    en="Replace the password of a mailbox",
    parameters=(MAILBOX, PASSWORD),
    irreversible=bilingual("旧密码不再保存，不能撤销。", "The old password is not kept, so this cannot be undone."),
)
def replace_password(*, mailbox: Mailbox, password: str) -> Mailbox:
    """Replace the password of a mailbox. It is never shown."""
    row = get_own(mailbox)
    _encrypt_password(row, password)
    row.save()
    return row


@action(
    "mailbox.switch_on",
    needs=Permission.MAILBOX_WRITE,
    zh="启用邮箱",
    en="Switch a mailbox on",
    parameters=(MAILBOX,),
)
def switch_on(*, mailbox: Mailbox) -> Mailbox:
    """Switch on the reading of a mailbox."""
    mailbox.is_on = True
    mailbox.save()
    return mailbox


@action(
    "mailbox.switch_off",
    needs=Permission.MAILBOX_OWN,
    zh="停用邮箱",
    en="Switch a mailbox off",
    parameters=(MAILBOX,),
)
def switch_off(*, mailbox: Mailbox) -> Mailbox:
    """Switch off the reading of a mailbox."""
    row = get_own(mailbox)
    row.is_on = False
    row.save()
    return row


@action(
    "mailbox.remove",
    needs=Permission.MAILBOX_OWN,
    zh="删除邮箱",
    en="Remove a mailbox",
    parameters=(MAILBOX,),
    irreversible=bilingual(
        "密码和读取记录一并删除，不能撤销；已归档的邮件保留。",
        "Its password and runs go with it and cannot be brought back; filed mails stay.",
    ),
)
def remove_mailbox(*, mailbox: Mailbox) -> dict[str, Any]:
    """Remove a mailbox with its password and runs; filed mails remain."""
    row = get_own(mailbox)
    removed = {"mailbox": row.name}
    add_audit_note(**removed)
    row.delete()
    return removed


@action(
    "mailbox.start",
    needs=Permission.MAILBOX_RUN,
    zh="立即读取邮箱",
    en="Read a mailbox now",
    parameters=(MAILBOX,),
    offers_undo=False,
)
def start_run(*, mailbox: Mailbox) -> dict[str, Any]:
    """Read a mailbox in the background; returns {job}. The mails that a run files can be undone as one act."""
    row = get_own(mailbox)
    filing_actor(row)
    return {"job": jobs.start(PULL, mailbox=row.pk)}


@action(
    "mailbox.undo_run",
    needs=Permission.MAILBOX_OWN,
    zh="撤销一次邮箱读取",
    en="Take a run of a mailbox back",
    parameters=(RUN,),
    offers_undo=False,
)
def undo_run(*, mail_run: int) -> dict[str, Any]:
    """Undo what a run filed and set aside; the mailbox is then read again from where that run began, started manually,
    not nightly. Raises Refused if later changes depend on it, such as a later run of the same mailbox."""
    run = MailRun.objects.filter(pk=mail_run).select_related("mailbox").first()
    if run is None or run.batch_ref is None:
        raise NotFound(bilingual("可撤销的读取", "run to take back"), mail_run)
    get_own(run.mailbox)
    with acting_as(system_actor(f"take back run {run.pk} of the mailbox {run.mailbox.name}", current_actor().door)):
        return undo.undo_batch(batch=run.batch_ref)
