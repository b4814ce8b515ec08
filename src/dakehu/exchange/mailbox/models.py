"""Tables of mailboxes: credentials, read position, and runs."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names


class Protection(Choices):
    """How the connection to a mail server is protected."""

    TLS = "tls", "TLS（常用端口 993）", "TLS (usually port 993)", ("SSL", "SSL/TLS")
    STARTTLS = "starttls", "STARTTLS（常用端口 143）", "STARTTLS (usually port 143)"
    NONE = "none", "不加密（仅限本机）", "None (this machine only)", ("无",)


class Mailbox(Recorded):
    """A mailbox that is read over IMAP: a colleague's own, or one of the firm's (no owner).

    A forwarding address is a mailbox to which colleagues forward mails. `places` is the read position of each folder:
    {folder: {"validity": UIDVALIDITY, "uid": last UID}}.
    """

    names = Names("邮箱", "Mailbox", "Mailboxes")
    lookup_fields = ("name",)

    name = field(
        models.CharField(max_length=60, unique=True), zh="名称", en="Name", listed=True, example="林晓的工作邮箱"
    )
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="所有人",
                  en="Owner", listed=True, help_zh="留空为公司邮箱或转发专用地址",
                  help_en="Left empty: the firm's, or an address to which mails are forwarded")  # fmt: skip
    address = field(models.EmailField(), zh="邮箱地址", en="Address", listed=True, example="lin@example.com")
    host = field(
        models.CharField(max_length=200), zh="IMAP 服务器", en="IMAP server", listed=True, example="imap.example.com"
    )
    port = field(
        models.PositiveIntegerField(default=993, validators=[MinValueValidator(1), MaxValueValidator(65535)]),
        zh="端口",
        en="Port",
    )
    protection = field(choice_field(Protection, default=Protection.TLS), zh="加密", en="Protection")
    username = field(models.CharField(max_length=200), zh="登录名", en="User name", help_zh="一般就是邮箱地址",
                     help_en="Usually the address")  # fmt: skip
    password = field(EncryptedTextField(null=True, blank=True), zh="密码或授权码", en="Password", sensitivity=SECRET,
                     editable=False)  # fmt: skip
    password_at = field(models.DateTimeField(null=True, blank=True), zh="密码更换于", en="Password of", editable=False)
    folders = field(
        models.CharField(max_length=300, default="INBOX"), zh="文件夹", en="Folders", example="INBOX,Sent",
        help_zh="逗号分隔；包括已发送文件夹时，发出的邮件也归档", help_en="Comma separated; with the folder of sent mail, what was sent is filed too",
    )  # fmt: skip
    since = field(
        models.DateField(), zh="从哪天起", en="Since", help_zh="更早的邮件不读取", help_en="Earlier mails are not read"
    )
    max_mb = field(
        models.PositiveSmallIntegerField(default=25, validators=[MinValueValidator(1), MaxValueValidator(100)]), zh="一封最大多少 MB",
        en="Largest mail in MB", help_zh="更大的只读标题并列为待归档", help_en="Of a larger one only the headers are read; it is set aside",
    )  # fmt: skip
    is_on = field(models.BooleanField(default=False), zh="已启用", en="Switched on", editable=False, listed=True)
    places = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class MailRunState(Choices):
    """How a run ended."""

    DONE = "done", "已完成", "Done"
    FAILED = "failed", "未完成", "Failed"


class MailRun(Recorded):
    """One run of a mailbox. `counts`: {seen, filed, copies, duplicate, internal, aside, returned, gone, reasons}."""

    names = Names("邮箱读取记录", "Run of a mailbox", "Runs of mailboxes")

    mailbox = field(models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="runs"), zh="邮箱", en="Mailbox")
    state = field(choice_field(MailRunState, default=MailRunState.DONE), zh="状态", en="State", listed=True)
    started_at = field(models.DateTimeField(), zh="开始", en="Started", listed=True)
    ended_at = field(models.DateTimeField(null=True, blank=True), zh="结束", en="Ended", listed=True)
    batch_ref = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    failure = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["mailbox", "-id"], name="runs_of_mailbox")]
