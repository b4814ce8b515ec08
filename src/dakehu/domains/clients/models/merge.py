"""Merged clients, and pairs marked as distinct."""

from django.db import models

from dakehu.domains.clients.masks import mask_name
from dakehu.domains.clients.models.client import Client
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import CODE, NAME


class MergedClient(ClientRecorded):
    """A client merged into another: found by the old code, with the data that was not kept."""

    names = Names("原客户号", "Former code", "Former codes")

    client_path = "client"
    searched = {"code": CODE, "name": NAME}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey(Client, on_delete=models.CASCADE, related_name="former"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    code = field(models.CharField(max_length=40, unique=True), zh="原客户号", en="Former code", listed=True)
    number = field(models.BigIntegerField(unique=True), zh="原编号", en="Former number")
    name = field(models.CharField(max_length=120), zh="原姓名", en="Former name", sensitivity=PERSONAL, mask=mask_name,
                 listed=True)  # fmt: skip
    merged_on = field(models.DateField(), zh="合并日期", en="Merged on", listed=True)
    known = field(models.JSONField(default=dict), zh="未保留的资料", en="What did not survive", sensitivity=PERSONAL)

    class Meta(ClientRecorded.Meta):
        db_table = "clients_former"  # its name before 0.2.0; encrypted values and policies are bound to tables


class NotDuplicate(ClientRecorded):
    """A pair of clients marked as distinct."""

    names = Names(
        "“不是同一人”的判断", "Judgement of not being the same person", "Judgements of not being the same person"
    )

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey(Client, on_delete=models.CASCADE, related_name="told_apart"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    other = field(models.ForeignKey(Client, on_delete=models.CASCADE, related_name="told_apart_from"), zh="另一位客户",
                  en="Other client", listed=True)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        db_table = "clients_notthesame"  # its name before 0.2.0
        constraints = [models.UniqueConstraint(fields=["client", "other"], name="told_apart_once")]
