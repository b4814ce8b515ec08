"""Mails with clients: those filed, those set aside for a person to decide, and the templates of those sent."""

from django.db import models
from django.db.models import Q

from dakehu.domains.clients.masks import mask_mail
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import PERSONAL, SECRET
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT


class MailDirection(Choices):
    """Whether a mail came from the client or went to the client."""

    RECEIVED = "in", "收到", "Received", ("来信",)
    SENT = "out", "发出", "Sent", ("去信",)


class Mail(ClientRecorded):
    """A mail with a client. One filed to several clients has a row for each.

    Addresses are shown masked; the original is stored encrypted outside the database (`source_key`). `files` lists its
    attachments: [{name, attachment: id, or None with the reason in zh and en}], `notes` its ambiguities. One sent from
    the desk has its delivery.
    """

    names = Names("邮件", "Mail", "Mails")

    client_path = "client"
    searched = {"subject": TEXT}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="mails"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    direction = field(choice_field(MailDirection), zh="方向", en="Direction", listed=True, editable=False)
    sent_at = field(models.DateTimeField(), zh="时间", en="Sent at", listed=True, editable=False)
    subject = field(models.CharField(max_length=500, blank=True, default=""), zh="主题", en="Subject", listed=True,
                    sensitivity=PERSONAL, editable=False)  # fmt: skip
    text = field(models.TextField(blank=True, default=""), zh="正文", en="Text", sensitivity=PERSONAL, editable=False)
    sender = field(models.CharField(max_length=300, blank=True, default=""), zh="发件人", en="From", listed=True,
                   sensitivity=PERSONAL, editable=False)  # fmt: skip
    recipients = field(models.CharField(max_length=1000, blank=True, default=""), zh="收件人", en="To", listed=True,
                       sensitivity=PERSONAL, editable=False)  # fmt: skip
    staff = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="服务人员",
                  en="Staff", listed=True, editable=False)  # fmt: skip
    thread = field(
        models.CharField(max_length=250, blank=True, default="", db_index=True), zh="会话", en="Thread", editable=False
    )
    message_id = field(models.CharField(max_length=250, blank=True, default="", db_index=True), zh="邮件标识",
                       en="Message-ID", editable=False)  # fmt: skip
    in_reply_to = field(
        models.CharField(max_length=250, blank=True, default=""), zh="回复的邮件", en="In reply to", editable=False
    )
    message_key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, db_index=True)
    forwarded = field(
        models.BooleanField(default=False), zh="由同事转发", en="Forwarded by a colleague", editable=False
    )
    files = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    source_key = models.CharField(max_length=40, blank=True, default="")
    mailbox_ref = models.BigIntegerField(null=True)
    delivery_ref = models.BigIntegerField(null=True)
    template_ref = models.BigIntegerField(null=True)

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["client", "-sent_at"], name="mails_of_a_client")]
        constraints = [models.UniqueConstraint(fields=["client", "message_key"], name="one_mail_a_client")]


class AsideReason(Choices):
    """Why a mail was not filed automatically."""

    UNKNOWN = "unknown", "没有您的客户使用这个地址", "No client of yours has the address"
    SEVERAL = "several", "涉及多位客户", "Several clients"
    OUT_OF_REACH = "out_of_reach", "不是邮箱所有人的客户", "A client out of the owner's reach"
    TOO_LARGE = "too_large", "邮件过大", "Too large"
    UNREADABLE = "unreadable", "无法读取", "Unreadable"


class AsideState(Choices):
    """Decision on a mail that was set aside."""

    WAITING = "waiting", "待处理", "Waiting"
    FILED = "filed", "已归档", "Filed"
    DISMISSED = "dismissed", "不归档", "Dismissed"


class SetAsideMail(Recorded):
    """A mail that waits for a person to assign it.

    `owner` is the owner of the mailbox, None for the firm's. The original is kept for a month (`source_key`); for one
    that was too large only the headers. `candidates` counts the clients it might belong to, `ours` names the addresses in
    it that were the firm's.
    """

    names = Names("待归档邮件", "Mail set aside", "Mails set aside")
    erased_when_empty = True

    owner = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="邮箱所有人",
                  en="Owner of the mailbox")  # fmt: skip
    mailbox_ref = models.BigIntegerField(null=True)
    reason = field(choice_field(AsideReason), zh="原因", en="Reason", listed=True)
    detail = models.JSONField(default=list)
    state = field(choice_field(AsideState, default=AsideState.WAITING), zh="状态", en="State", listed=True)
    sender = field(EncryptedTextField(null=True, mask=mask_mail), zh="发件人", en="From", sensitivity=SECRET,
                   mask=mask_mail, editable=False)  # fmt: skip
    subject = field(models.CharField(max_length=500, blank=True, default=""), zh="主题", en="Subject",
                    sensitivity=PERSONAL, editable=False)  # fmt: skip
    sent_at = field(models.DateTimeField(null=True), zh="时间", en="Sent at", listed=True)
    size = field(models.BigIntegerField(default=0), zh="大小", en="Size", unit="B", listed=True)
    is_whole = models.BooleanField(default=True)
    ours = models.JSONField(default=list)
    message_key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    candidates = models.PositiveSmallIntegerField(default=0)
    source_key = models.CharField(max_length=40, blank=True, default="")
    decided_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="处理人",
                       en="Decided by")  # fmt: skip
    decided_at = field(models.DateTimeField(null=True), zh="处理时间", en="Decided at")

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], condition=Q(state="waiting"), name="mails_set_aside"),
            models.Index(fields=["message_key"], name="set_aside_by_key"),
        ]


class MailCandidate(ClientRecorded):
    """A possible client of a mail that was set aside; it hides the mail from users who may not see that client."""

    names = Names("待归档邮件的客户", "Client of a mail set aside", "Clients of mails set aside")

    client_path = "client"
    deduplicate_on_merge = True
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="+"), zh="客户", en="Client"
    )
    mail = field(
        models.ForeignKey(SetAsideMail, on_delete=models.CASCADE, related_name="clients"),
        zh="待归档邮件",
        en="Mail set aside",
    )
