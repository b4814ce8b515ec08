"""Models of deliveries (送达): messages to a person, their channel, and what is known of their arrival."""

from django.db import models
from django.db.models import Q

from dakehu.domains.service.deliveries import kinds
from dakehu.domains.service.deliveries.masks import mask_address, normal_address
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class Delivery(ClientRecorded):
    """One message to one address. `key` and address identify it: nothing is queued twice, and both form its Message-ID.

    `client` is the client whom it is about or goes to; `recipient` the member of staff it goes to, None if it goes to
    the client. `history`: [{at, state, note}] of every step, `note` being a text of the desk or the answer of the other
    server without addresses. `title` describes it without personal values. `leased_by` and `leased_until` are the
    worker that hands it over now. `attachments`: [[name, media type, key of a stored file]].
    """

    names = Names("送达记录", "Delivery", "Deliveries")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE,
                                     related_name="deliveries", db_index=False), zh="客户", en="Client", listed=True,
                   editable=False)  # fmt: skip
    recipient = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
                                        db_index=False), zh="收件人员", en="Recipient", listed=True, editable=False)  # fmt: skip
    channel = field(choice_field(kinds.DeliveryChannel), zh="渠道", en="Channel", listed=True, editable=False)
    kind = field(choice_field(kinds.DeliveryKind), zh="种类", en="Kind", listed=True, editable=False)
    key = field(models.CharField(max_length=160), zh="事项编号", en="Key", editable=False)
    message_id = field(models.CharField(max_length=200), zh="Message-ID", en="Message-ID", editable=False)
    title = field(models.CharField(max_length=160, blank=True, default=""), zh="事由", en="About", listed=True,
                  editable=False)  # fmt: skip
    link = field(models.CharField(max_length=200, blank=True, default=""), zh="页面", en="Page", editable=False)
    address = field(EncryptedTextField(null=True, blank=True, mask=mask_address), zh="地址", en="Address",
                    sensitivity=SECRET, mask=mask_address, listed=True, editable=False)  # fmt: skip
    address_index = BlindIndex(of="address", part=normal_address)
    subject = field(EncryptedTextField(null=True, blank=True), zh="标题", en="Subject", sensitivity=SECRET,
                    editable=False)  # fmt: skip
    text = field(EncryptedTextField(null=True, blank=True), zh="正文", en="Text", sensitivity=SECRET, editable=False)
    html = field(
        EncryptedTextField(null=True, blank=True), zh="网页正文", en="HTML", sensitivity=SECRET, editable=False
    )
    headers = field(models.JSONField(default=dict), zh="邮件头", en="Headers", editable=False)
    attachments = field(models.JSONField(default=list), zh="附件", en="Attachments", editable=False)
    notices = field(models.JSONField(default=list), zh="所含提醒", en="Notices in it", editable=False)
    state = field(choice_field(kinds.DeliveryState, default=kinds.DeliveryState.QUEUED), zh="状态", en="State",
                  listed=True, editable=False)  # fmt: skip
    rule = field(models.CharField(max_length=40, blank=True, default=""), zh="拦截规则", en="Rule that held it back",
                 listed=True, editable=False)  # fmt: skip
    due_at = field(models.DateTimeField(), zh="发送时间", en="Due at", listed=True, editable=False)
    attempts = field(models.PositiveSmallIntegerField(default=0), zh="尝试次数", en="Attempts", listed=True,
                     editable=False)  # fmt: skip
    sent_at = field(models.DateTimeField(null=True, blank=True), zh="送出时间", en="Accepted at", listed=True,
                    editable=False)  # fmt: skip
    was_unknown = field(models.PositiveSmallIntegerField(default=0), zh="结果不明次数", en="Times unknown",
                        listed=True, editable=False)  # fmt: skip
    answer = field(models.CharField(max_length=300, blank=True, default=""), zh="对方回复", en="Answer", listed=True,
                   editable=False)  # fmt: skip
    history = field(models.JSONField(default=list), zh="经过", en="History", editable=False)
    sent_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
                                      db_index=False), zh="发起人", en="Sent by", listed=True, editable=False)  # fmt: skip
    leased_by = field(
        models.CharField(max_length=60, blank=True, default=""), zh="发送进程", en="Worker", editable=False
    )
    leased_until = field(models.DateTimeField(null=True, blank=True), zh="占用到", en="Leased until", editable=False)

    class Meta(ClientRecorded.Meta):
        constraints = [models.UniqueConstraint(fields=["key", "address_index"], name="one_delivery_an_address")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=kinds.WAITING), name="deliveries_to_send"),
            models.Index(fields=["state"], condition=Q(state__in=("sending", "unknown")), name="deliveries_in_doubt"),
            models.Index(fields=["client", "-sent_at"], name="deliveries_to_client"),
            models.Index(fields=["recipient", "-id"], name="deliveries_to_staff"),
        ]
