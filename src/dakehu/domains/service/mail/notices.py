"""Notifications of mails: recent mails of clients, and the number of mails waiting to be filed."""

from datetime import timedelta
from typing import Any

from dakehu.domains.service.absences.standing_in import for_whom, reminded_for
from dakehu.domains.service.mail.set_aside import waiting_mails
from dakehu.domains.service.models import Mail, MailDirection
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

MAILS = "service.mail_notices"
DAYS = 3  # how long a client's mail is listed as a notice
MOST = 20


@query(MAILS, needs=Permission.INTERACTION_LOG, zh="邮件提醒", en="Notices of mails")
def mail_notices() -> list[dict[str, Any]]:
    """Return the mails that clients wrote to the reader in the last three days, newest first, and how many mails wait."""
    rows = Mail.objects.filter(
        staff_id__in=reminded_for(),
        direction=MailDirection.RECEIVED.value,
        sent_at__gte=clock.now() - timedelta(days=DAYS),
    )
    made = [_of_mail(row) for row in rows.select_related("client").order_by("-sent_at")[:MOST]]
    waiting = waiting_mails()
    if waiting:
        text = bilingual("{n} 封邮件待归档", "{n} mails wait to be filed", n=len(waiting))
        newest = waiting[0]
        made.append(
            notice(f"{MAILS}:aside:{newest.pk}", text, at=clock.local(newest.created_at).isoformat(), url="/mail/")
        )
    return made


def _of_mail(row: Mail) -> dict[str, Any]:
    """Return the notice of one mail."""
    clearance = current_actor().clearance
    about = row.subject if clearance >= PERSONAL else ""
    text = bilingual(
        "{name}来信：{about}{whose}",
        "Mail from {name}: {about}{whose}",
        name=name_of(row.client, clearance),
        about=about,
        whose=for_whom(row.staff_id),
    )
    url = f"/clients/{row.client_id}/?tab=overview&show=mail"
    return notice(f"{MAILS}:{row.pk}", text, at=clock.local(row.sent_at).isoformat(), url=url)


declare(NoticeSource(MAILS, bilingual("邮件", "Mail"), "mail", order=25, leaves=False))
