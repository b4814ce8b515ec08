"""The mail of a scheduled report: a link, or the file itself if the firm allows it, to the recipient's confirmed address.

What may be sent is decided when the file is generated, and again when the mail is handed over: a file generated under rights
that the recipient no longer has, or of clients whom they no longer see, is not sent.
"""

import mimetypes

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.insight.choices import ReportMail
from dakehu.domains.insight.models import ReportRun
from dakehu.domains.insight.schedules import rules
from dakehu.domains.insight.schedules.rights import rights_now
from dakehu.domains.insight.settings.actions import read_domains
from dakehu.domains.insight.settings.queries import current_settings
from dakehu.domains.insight.snapshots.visibility import scope_digest
from dakehu.domains.service.deliveries import outbox
from dakehu.domains.service.deliveries.addresses import mail_addresses_of
from dakehu.domains.service.deliveries.insertions import declare_insertion
from dakehu.domains.service.deliveries.kinds import DeliveryChannel, DeliveryKind, MailSecurity
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.team.queries import actor_for
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual

KEY = "report:"  # key prefix of such a delivery, before the number of the run
HEADERS = {"Auto-Submitted": "auto-generated"}  # RFC 3834: suppress automatic replies
OFF = bilingual("机构没有开启报表邮件。", "The firm has switched mails of reports off.")
NO_ADDRESS = bilingual("没有已验证的邮箱地址。", "There is no confirmed mail address.")
LINK_ONLY = bilingual("机构设置为只发链接。", "The firm sends a link only.")
OTHER_DOMAIN = bilingual(
    "邮箱不属于本机构的域名，只发链接。", "The address is not of the firm's own domains: a link only."
)
NOT_ENCRYPTED = bilingual("邮件服务器没有加密，只发链接。", "The way to the mail server is not encrypted: a link only.")
NEEDS_APPROVAL = bilingual(
    "文件含 {n} 位客户的明细，须先由另一人批准“定期报表（含客户明细）”，只发链接。",
    "The file has rows of {n} clients, which somebody else approves first (scheduled reports): a link only.",
)
SUBJECT = bilingual("报表“{name}” {day}", "Report “{name}”, {day}")
ATTACHED = bilingual(
    "附件只含您此刻可见的客户（{n} 位），请勿转发。",
    "The attachment has the clients that you may see now ({n}); do not pass it on.",
)
FETCH = bilingual(
    "请登录系统，在“定期报表”页取用。", "Sign in to the desk and fetch it on the page of scheduled reports."
)


def mail(run: ReportRun, rows: int) -> None:
    """Queue the mail of a file just generated for the actor, and record on the run what is sent and why."""
    settings = current_settings()
    addresses = mail_addresses_of(run.recipient_id)
    if settings.report_mail == ReportMail.NONE or not addresses:
        run.mailed = ReportMail.NONE.value
        run.mail_note = str(OFF if settings.report_mail == ReportMail.NONE else NO_ADDRESS)
        run.save()
        return
    own = next((one for one in addresses if rules.is_of_domain(one, read_domains(settings.mail_domains))), None)
    held = _held_back(str(settings.report_mail), own is not None, rows)
    run.mailed = (ReportMail.LINK if held is not None else ReportMail.FILE).value
    run.mail_note = "" if held is None else str(held)
    run.save()
    _queue(run, own or addresses[0], is_attached=held is None)


def _held_back(chosen: str, is_own: bool, rows: int) -> Bilingual | None:
    """Return why a link is sent instead of the file, None if the file may be sent."""
    if chosen != ReportMail.FILE:
        return LINK_ONLY
    if not is_own:
        return OTHER_DOMAIN
    if message_settings().mail_security == MailSecurity.NONE:
        return NOT_ENCRYPTED
    if permits.is_way_closed(ExportWay.SCHEDULES, rows):
        return bilingual(NEEDS_APPROVAL.zh, NEEDS_APPROVAL.en, n=rows)
    return None


def _queue(run: ReportRun, address: str, is_attached: bool) -> None:
    name, desk = run.schedule.report.name, message_settings().desk_address
    subject = bilingual(SUBJECT.zh, SUBJECT.en, name=name, day=run.day.isoformat())
    lines = [str(bilingual(ATTACHED.zh, ATTACHED.en, n=run.clients)) if is_attached else str(FETCH)]
    if desk:
        lines.append(f"{desk}/schedules/")
    media = mimetypes.guess_type(run.file_name)[0] or "application/octet-stream"
    outbox.queue(
        channel=DeliveryChannel.MAIL.value,
        address=address,
        subject=str(subject),
        text="\n".join(lines),
        key=f"{KEY}{run.pk}",
        kind=DeliveryKind.REPORT.value,
        recipient=run.recipient_id,
        headers=HEADERS,
        attachments=[(run.file_name, media, run.file)] if is_attached else (),
        title=str(subject),
        link="/schedules/",
    )


def complete_text(key: str, text: str) -> str | None:
    """Return the text of a mail to be handed over, None if its recipient may no longer have the file."""
    number = key.removeprefix(KEY)
    run: ReportRun | None = ReportRun.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    if run is None or not run.file:
        return None
    try:
        with acting_as(actor_for(run.recipient_id)):
            is_same = run.rights == rights_now() and run.scope == scope_digest()
    except NotFound:
        return None
    return text if is_same else None


declare_insertion(DeliveryKind.REPORT.value, complete_text)
