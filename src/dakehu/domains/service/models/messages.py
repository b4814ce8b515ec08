"""Models of sending messages: the settings of the firm, the addresses of staff, and their preferences for reminders."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.service.deliveries.kinds import MailSecurity, NoticeTiming, StaffChannel
from dakehu.domains.service.deliveries.masks import mask_address
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class MessageSettings(Recorded):
    """How messages are sent: one row. `failing_since` and `failure` are set while the mail server cannot be reached."""

    names = Names("消息发送设置", "Settings of messages", "Settings of messages")

    mail_on = field(models.BooleanField(default=False), zh="发送邮件", en="Send mail",
                    help_zh="关闭时邮件留在队列里", help_en="While it is off, mail waits in the queue")  # fmt: skip
    mail_host = field(models.CharField(max_length=200, blank=True, default=""), zh="邮件服务器", en="Mail server",
                      example="smtp.example.com")  # fmt: skip
    mail_port = field(
        models.PositiveIntegerField(default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)]),
        zh="端口", en="Port", help_zh="STARTTLS 一般为 587，TLS 一般为 465", help_en="587 with STARTTLS, 465 with TLS, as a rule",
    )  # fmt: skip
    mail_security = field(
        choice_field(MailSecurity, default=MailSecurity.STARTTLS), zh="加密方式", en="Encryption",
        help_zh="不加密只用于本机", help_en="None is for this machine only",
    )  # fmt: skip
    mail_user = field(models.CharField(max_length=200, blank=True, default=""), zh="登录名", en="User name")
    mail_password = field(EncryptedTextField(null=True, blank=True), zh="密码或授权码", en="Password", sensitivity=SECRET,
                          editable=False)  # fmt: skip
    mail_authority = field(
        models.TextField(blank=True, default=""), zh="本机构的根证书", en="Certificate of the firm's own authority",
        help_zh="PEM 文本；公网证书留空", help_en="PEM text; empty for a certificate that the public trusts",
    )  # fmt: skip
    sender_address = field(models.EmailField(blank=True, default=""), zh="发件地址", en="Sender's address",
                           example="desk@example.com")  # fmt: skip
    sender_name = field(models.CharField(max_length=60, blank=True, default=""), zh="发件人名称", en="Sender's name",
                        example="大客户服务台")  # fmt: skip
    desk_address = field(
        models.CharField(max_length=200, blank=True, default=""), zh="系统网址", en="Address of the desk",
        example="https://desk.example.com", help_zh="提醒里的链接以此开头", help_en="Links in notices begin with it",
    )  # fmt: skip
    names_clients = field(
        models.BooleanField(default=False), zh="提醒中写客户姓名", en="Notices name clients",
        help_zh="默认只写客户号和事由", help_en="Otherwise they say the code and the purpose only",
    )  # fmt: skip
    chat_hosts = field(
        models.CharField(max_length=300, blank=True, default=""), zh="自建聊天服务的主机", en="Hosts of own chat services",
        example="chat.example.com", help_zh="逗号分隔；企业微信、钉钉、飞书、Lark 不必填写",
        help_en="Comma separated; WeCom, DingTalk, Feishu and Lark need none",
    )  # fmt: skip
    chat_services = field(
        models.CharField(max_length=200, blank=True, default=""), zh="其他聊天服务", en="Other chat services", example="slack,msteams",
        help_zh="允许人员使用的 Apprise 服务，逗号分隔；留空为不允许",
        help_en="Services of Apprise that staff may use, comma separated; none where empty",
    )  # fmt: skip
    quiet_from = field(models.CharField(max_length=5, default="20:30"), zh="客户免打扰从", en="Quiet for clients from",
                       example="20:30")  # fmt: skip
    quiet_until = field(models.CharField(max_length=5, default="09:00"), zh="客户免打扰到", en="Quiet for clients until",
                        example="09:00")  # fmt: skip
    most_contacts = field(
        models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1), MaxValueValidator(50)]),
        zh="期间内最多营销联系次数", en="Most marketing contacts in the period",
    )  # fmt: skip
    contact_days = field(
        models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(1), MaxValueValidator(366)]),
        zh="期间天数", en="Days of the period",
    )  # fmt: skip
    escalate_minutes = field(
        models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(15), MaxValueValidator(10_080)]),
        zh="多久未读提醒团队负责人（分钟）", en="Minutes unread until the lead is told",
        help_zh="只对紧急提醒；留空为不升级", help_en="Of urgent notices; left empty, none climbs",
    )  # fmt: skip
    failing_since = field(models.DateTimeField(null=True, blank=True), zh="连不上邮件服务器自", en="Mail server away since",
                          editable=False)  # fmt: skip
    failure = field(models.CharField(max_length=300, blank=True, default=""), zh="原因", en="Reason", editable=False)
    tested_at = field(
        models.DateTimeField(null=True, blank=True), zh="上次测试成功", en="Last test that arrived", editable=False
    )


class NoticeAddress(Recorded):
    """An address at which a member of staff is reminded, once a code sent there was entered.

    `code_digest` is empty once confirmed; a code lasts until `code_until` and for five tries.
    """

    names = Names("提醒地址", "Address of notices", "Addresses of notices")

    user = field(models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="notice_addresses"), zh="人员",
                 en="Staff", editable=False)  # fmt: skip
    channel = field(choice_field(StaffChannel), zh="渠道", en="Channel", listed=True)
    address = field(EncryptedTextField(mask=mask_address), zh="地址", en="Address", sensitivity=SECRET, mask=mask_address,
                    listed=True, help_zh="邮箱，或群机器人的地址；有签名密钥的写在 # 之后",
                    help_en="A mail address, or the address of a robot; a signing secret stands behind #")  # fmt: skip
    is_on = field(models.BooleanField(default=True), zh="使用", en="In use", listed=True)
    confirmed_at = field(
        models.DateTimeField(null=True, blank=True), zh="确认于", en="Confirmed at", listed=True, editable=False
    )
    code_digest = models.CharField(max_length=64, blank=True, default="")
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)


class NoticePreference(Recorded):
    """Preferences of a member of staff for reminders outside the desk."""

    names = Names("提醒设置", "Settings of notices", "Settings of notices")

    user = field(models.OneToOneField("team.User", on_delete=models.CASCADE, related_name="notice_preference"), zh="人员",
                 en="Staff", editable=False)  # fmt: skip
    timing = field(choice_field(NoticeTiming, default=NoticeTiming.AT_ONCE), zh="何时提醒", en="When")
    digest_at = field(
        models.CharField(max_length=5, default="08:30"), zh="汇总时间", en="Time of the digest", example="08:30"
    )
    urgent_at_once = field(
        models.BooleanField(default=True), zh="紧急的立即提醒", en="Urgent ones at once",
        help_zh="必办事项和投诉不等汇总，也不受免打扰限制", help_en="Mandatory moments and complaints wait neither for digest nor quiet hours",
    )  # fmt: skip
    quiet_from = field(
        models.CharField(max_length=5, blank=True, default="20:00"), zh="免打扰从", en="Quiet from", example="20:00",
        help_zh="留空为不设", help_en="Left empty for none",
    )  # fmt: skip
    quiet_until = field(models.CharField(max_length=5, blank=True, default="08:00"), zh="免打扰到", en="Quiet until",
                        example="08:00")  # fmt: skip
    snoozed_until = field(models.DateTimeField(null=True, blank=True), zh="暂停到", en="Snoozed until", editable=False)
    digested_on = field(models.DateField(null=True, blank=True), zh="上次汇总", en="Last digest", editable=False)


class SeenNotice(Recorded):
    """The record of a notice from its first listing as unread for a user: when it was sent and escalated."""

    names = Names("提醒记录", "Record of a notice", "Records of notices")

    user = field(models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="+", db_index=False), zh="人员",
                 en="Staff", editable=False)  # fmt: skip
    key = field(models.CharField(max_length=200), zh="提醒", en="Notice", editable=False)
    seen_at = field(models.DateTimeField(), zh="首次列出", en="First listed", editable=False)
    left_at = field(models.DateTimeField(null=True, blank=True), zh="送出于", en="Left at", editable=False)
    climbed_at = field(models.DateTimeField(null=True, blank=True), zh="升级于", en="Climbed at", editable=False)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_record_a_notice")]
        indexes = [models.Index(fields=["seen_at"], name="notices_by_age")]
