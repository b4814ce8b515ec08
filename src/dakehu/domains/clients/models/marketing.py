"""Pauses of marketing to a client."""

from django.db import models

from dakehu.domains.clients import choices
from dakehu.domains.clients.models.client import Client
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class MarketingFreeze(ClientRecorded):
    """A pause of marketing imposed by the firm, regardless of the client's consent.

    One row per cause: the unique `cause` (such as "service.Request:12") makes a repeated attempt find the first.
    """

    names = Names("营销暂停", "Pause of marketing", "Pauses of marketing")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey(Client, on_delete=models.CASCADE, related_name="marketing_freezes"),
        zh="客户",
        en="Client",
        listed=True,
    )
    cause = field(models.CharField(max_length=80, unique=True), zh="起因", en="Cause", editable=False)
    reason = field(choice_field(choices.FreezeReason), zh="原因", en="Reason", listed=True, editable=False)
    frozen_on = field(models.DateField(), zh="暂停日期", en="Paused on", listed=True, editable=False)
    lifted_on = field(
        models.DateField(null=True, blank=True), zh="恢复日期", en="Resumed on", listed=True, editable=False
    )

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["client"], condition=models.Q(lifted_on=None), name="marketing_frozen"),
        ]
