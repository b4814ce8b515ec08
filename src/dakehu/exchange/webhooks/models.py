"""Tables of webhooks: the endpoints that receive events, and each message to one of them."""

from django.db import models

from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import PERSONAL, PUBLIC, SECRET
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names


class Detail(Choices):
    """The content of a message besides the event's name."""

    CODES = "codes", "只有事件名和编号", "Event and codes only"
    PUBLIC = "public", "加一般字段", "And general fields"
    PERSONAL = "personal", "加个人字段（不含证件和电话）", "And personal fields (never papers or telephones)"


LEVELS = {Detail.PUBLIC.value: PUBLIC, Detail.PERSONAL.value: PERSONAL}


class Endpoint(Recorded):
    """An address of another program that receives events, as far as their subject is visible to its owner."""

    names = Names("Webhook 端点", "Webhook endpoint", "Webhook endpoints")
    lookup_fields = ("name",)

    name = field(models.CharField(max_length=60, unique=True), zh="名称", en="Name", listed=True, example="OA 待办")
    address = field(
        models.CharField(max_length=300), zh="地址", en="Address", listed=True, example="https://oa.example.com/hooks/dakehu",
        help_zh="https 地址；内网地址须由运维在 DAKEHU_WEBHOOK_NETWORKS 中允许",
        help_en="An https address; a private one must be allowed in DAKEHU_WEBHOOK_NETWORKS",
    )  # fmt: skip
    owner = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="归属人员", en="Owner", listed=True,
        help_zh="只发送此人看得到的客户的事件；须由此人确认", help_en="Told of events about clients this person sees; the person must agree",
    )  # fmt: skip
    events = field(
        models.CharField(max_length=500), zh="事件", en="Events", example="interaction.logged,request.opened",
        help_zh="逗号分隔的事件名", help_en="Names of events, comma separated",
    )  # fmt: skip
    detail = field(
        choice_field(Detail, default=Detail.CODES), zh="消息内容", en="What a message says", listed=True,
        help_zh="缺省只有事件名和编号，对方凭令牌再来查询", help_en="By default event and codes only; the program asks for the rest with a token",
    )  # fmt: skip
    secret = field(EncryptedTextField(null=True, blank=True), zh="签名密钥", en="Signing secret", sensitivity=SECRET, editable=False)  # fmt: skip
    former_secret = field(
        EncryptedTextField(null=True, blank=True), zh="前一个签名密钥", en="Former signing secret", sensitivity=SECRET, editable=False
    )  # fmt: skip
    former_until = field(models.DateTimeField(null=True, blank=True), zh="前一个密钥用到", en="Former secret until", editable=False)  # fmt: skip
    secrets_at = field(models.DateTimeField(null=True, blank=True), zh="密钥更换于", en="Secret of", editable=False)
    is_on = field(models.BooleanField(default=False), zh="已启用", en="Switched on", editable=False, listed=True)
    confirmed_at = field(
        models.DateTimeField(null=True, blank=True), zh="归属人员确认于", en="Owner agreed", editable=False
    )
    stopped_because = models.CharField(max_length=40, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class MessageState(Choices):
    """The delivery state of a message."""

    QUEUED = "queued", "待发送", "Queued"
    SENT = "sent", "已送达", "Sent"
    RETRYING = "retrying", "失败，将重试", "Failed, tried again"
    FAILED = "failed", "失败", "Failed"
    SUPPRESSED = "suppressed", "不再发送", "Suppressed"


class Message(Recorded):
    """One event sent to one endpoint. `log` lists each attempt: {at, status, error, ms}."""

    names = Names("Webhook 消息", "Webhook message", "Webhook messages")

    endpoint = field(
        models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="messages"), zh="端点", en="Endpoint"
    )
    message_id = models.CharField(max_length=60)
    event = field(models.CharField(max_length=60), zh="事件", en="Event", listed=True)
    body = field(EncryptedTextField(), zh="内容", en="Body", sensitivity=SECRET, editable=False)
    state = field(choice_field(MessageState, default=MessageState.QUEUED), zh="状态", en="State", listed=True)
    attempts = field(models.PositiveSmallIntegerField(default=0), zh="次数", en="Attempts", listed=True)
    next_at = field(models.DateTimeField(null=True, blank=True), zh="下次尝试", en="Next attempt", listed=True)
    sent_at = field(models.DateTimeField(null=True, blank=True), zh="送达于", en="Sent", listed=True)
    log = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "message_id"], name="one_message_of_an_event")]
        indexes = [models.Index(fields=["endpoint", "-id"], name="messages_of_endpoint")]
