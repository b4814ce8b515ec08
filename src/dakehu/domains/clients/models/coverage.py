"""Coverage of clients by staff, and tags."""

from django.db import models
from django.db.models import Q

from dakehu.domains.clients import choices
from dakehu.domains.clients.models.client import Client
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class Coverage(ClientRecorded):
    """A user serves a client as main manager, deputy or specialist, from a day until another.

    `subject` is the field of a specialist, `ends_on` the last day of a duty that was agreed for a time: from the next
    day it grants no access (visibility), and the nightly run ends it. What each duty allows: clients.duties.
    """

    names = Names("服务关系", "Coverage", "Coverage")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey(Client, on_delete=models.CASCADE, related_name="coverage"),
        zh="客户",
        en="Client",
        listed=True,
    )
    user = field(models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="coverage"), zh="服务人员", en="Staff",
                 listed=True, aliases=("客户经理", "投顾", "负责人"))  # fmt: skip
    role = field(choice_field(choices.CoverRole, default=choices.CoverRole.MAIN), zh="分工", en="Duty", listed=True)
    since = field(models.DateField(), zh="开始日期", en="Since", listed=True)
    until = field(models.DateField(null=True, blank=True), zh="结束日期", en="Until", listed=True)
    subject = field(models.CharField(max_length=40, blank=True, default=""), zh="专业领域", en="Subject", listed=True,
                    aliases=("专家领域",), example="融资融券")  # fmt: skip
    ends_on = field(models.DateField(null=True, blank=True), zh="约定截止日", en="Agreed until", listed=True)

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["user", "client", "ends_on"], condition=Q(until=None), name="covered_now")]
        constraints = [
            models.UniqueConstraint(fields=["client"], condition=Q(until=None, role="main"), name="one_main_a_client"),
            models.UniqueConstraint(fields=["client", "user"], condition=Q(until=None), name="one_duty_a_person"),
        ]


class Tag(Recorded):
    """A tag."""

    names = Names("标签", "Tag", "Tags")

    name = field(models.CharField(max_length=40, unique=True), zh="标签", en="Tag", listed=True)
    lookup_fields = ("name",)

    def __str__(self) -> str:
        return self.name


class ClientTag(ClientRecorded):
    """A tag of a client."""

    names = Names("客户标签", "Tag of a client", "Tags of clients")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(
        models.ForeignKey(Client, on_delete=models.CASCADE, related_name="tags"), zh="客户", en="Client", listed=True
    )
    tag = field(
        models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="clients"), zh="标签", en="Tag", listed=True
    )

    class Meta(ClientRecorded.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "tag"], name="a_tag_once")]
