"""The anti-money laundering records of compliance.

The tables name a client by number, without a foreign key: merging or deleting clients, counting the rows related to one or
refusing to delete one neither changes nor reveals them, and they outlive the client as the law requires. After a merge
the number of the removed record is among the client's former numbers.
"""

from typing import Any

from django.db import models

from dakehu.domains.compliance.aml.choices import AmlLevel, SuspicionState, WatchList
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class Confidential(ClientRecorded):
    """A row visible to compliance only, enforced in the program (`across_only`) and in the database."""

    client_path = "client_ref"
    across_only = "is_confidential"
    retention = TWENTY_YEARS

    client_ref: Any = field(
        models.BigIntegerField(null=True, blank=True), zh="客户内部编号", en="Number of the client", editable=False
    )
    is_confidential = field(models.BooleanField(default=True), zh="仅合规可见", en="Compliance only", editable=False)

    class Meta(ClientRecorded.Meta):
        abstract = True

    def owning_client_id(self) -> None:
        """Return None: no audit entry of a client reveals that such a row exists."""
        return None


class AmlFile(Confidential):
    """The rating of a client and the day by which it is reviewed: one row per client."""

    names = Names("反洗钱档案", "AML file", "AML files")

    level = field(choice_field(AmlLevel), zh="洗钱风险等级", en="Money laundering level", listed=True)
    rated_on = field(models.DateField(default=clock.today), zh="评定日期", en="Rated on", listed=True)
    review_due_on = field(models.DateField(), zh="下次复评日期", en="Review due on", listed=True, editable=False)
    grounds = field(
        EncryptedTextField(null=True, blank=True), zh="评定依据", en="Grounds of the rating", sensitivity=SECRET
    )
    rated_by = field(
        models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="评定人", en="Rated by",
        listed=True, editable=False,
    )  # fmt: skip

    class Meta(Confidential.Meta):
        constraints = [models.UniqueConstraint(fields=["client_ref"], name="one_aml_file_of_a_client")]
        indexes = [models.Index(fields=["review_due_on"], name="aml_reviews_due")]


class WatchListEntry(Confidential):
    """A name on a list; `cleared` are the numbers of clients with that name who are other persons."""

    names = Names("监控名单", "Watch list entry", "Watch list entries")

    watch_list = field(choice_field(WatchList), zh="名单类别", en="List", listed=True)
    name = field(models.CharField(max_length=120), zh="名单姓名", en="Name on the list", listed=True)
    identifier = field(
        models.CharField(max_length=60, blank=True, default=""), zh="名单证件号码", en="Number on the list"
    )
    source = field(models.CharField(max_length=160), zh="名单来源", en="Source of the list", listed=True,
                   example="联合国安理会 1267 委员会 2026-11-01")  # fmt: skip
    listed_on = field(models.DateField(default=clock.today), zh="列入日期", en="Listed on", listed=True)
    ended_on = field(models.DateField(null=True, blank=True), zh="移出日期", en="Delisted on", listed=True)
    cleared = field(models.JSONField(default=list), zh="已排除的客户", en="Clients cleared", editable=False)

    class Meta(Confidential.Meta):
        indexes = [models.Index(fields=["name"], name="watch_list_by_name")]

    def __str__(self) -> str:
        return self.name


class SuspicionReport(Confidential):
    """A suspicion of a client from its finding to its report or dismissal. Not to be disclosed outside compliance."""

    names = Names("可疑交易报告", "Suspicion report", "Suspicion reports")

    state = field(choice_field(SuspicionState, default=SuspicionState.OPEN), zh="报告状态", en="State of the suspicion", listed=True,
                  editable=False)  # fmt: skip
    found_on = field(models.DateField(default=clock.today), zh="发现日期", en="Found on", listed=True)
    text = field(EncryptedTextField(), zh="可疑情形", en="What is suspicious", sensitivity=SECRET)
    decided_on = field(
        models.DateField(null=True, blank=True), zh="处理日期", en="Settled on", listed=True, editable=False
    )
    decision = field(EncryptedTextField(null=True, blank=True), zh="处理意见", en="Decision", sensitivity=SECRET)
    found_by = field(
        models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="登记人", en="Entered by",
        listed=True, editable=False,
    )  # fmt: skip

    class Meta(Confidential.Meta):
        indexes = [models.Index(fields=["client_ref", "state"], name="suspicions_of_client")]
