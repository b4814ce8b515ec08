"""The register of conflicts of interest (利益冲突登记)."""

from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.domains.compliance.choices import ConflictEffect, ConflictKind
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class OwnConflicts(scope.Scoped):
    """Entries about the actor; all within scope for keepers of the register."""

    def get_queryset(self) -> Any:
        rows, actor = super().get_queryset(), scope.current_actor()
        return rows if actor.may(Permission.CONFLICT_KEEP) else rows.filter(staff_id=actor.user_id)


class Conflict(ClientRecorded):
    """An interest that restricts advice or marketing: of which person, in which product or towards which client, until when.

    Without `staff` it applies to all staff (an incentive of the firm); without product or client to all of them.
    """

    names = Names("利益冲突", "Conflict of interest", "Conflicts of interest")
    client_path = "client"
    retention = TWENTY_YEARS
    objects: Any = OwnConflicts()
    at_clients: Any = scope.Scoped()

    kind = field(choice_field(ConflictKind), zh="冲突类别", en="Kind of conflict", listed=True)
    staff = field(
        models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
        zh="相关人员",
        en="Member of staff",
        listed=True,
        help_zh="留空表示适用于全体人员，仅合规可以留空",
        help_en="Empty: everybody; only compliance may leave it empty",
    )
    product = field(
        models.CharField(max_length=60, blank=True, default=""),
        zh="相关产品",
        en="Product concerned",
        listed=True,
        help_zh="产品或证券代码；留空表示不限产品",
        help_en="Code of a product or security; empty: any",
        example="600519",
    )
    product_name = field(
        models.CharField(max_length=120, blank=True, default=""),
        zh="相关产品名称",
        en="Name of the product",
        listed=True,
    )
    client = field(
        models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="conflicts"),
        zh="客户",
        en="Client",
        listed=True,
        aliases=("客户号", "客户姓名"),
    )
    description = field(
        models.CharField(max_length=500), zh="冲突说明", en="What the interest is", listed=True, sensitivity=PERSONAL,
        example="本人证券账户持有该股票",
    )  # fmt: skip
    effect = field(
        choice_field(ConflictEffect, default=ConflictEffect.DISCLOSE),
        zh="处理方式",
        en="Effect",
        listed=True,
        help_zh="须披露：文案中须有披露内容；须回避：不得推荐或营销",
        help_en="Disclose: the text must carry the disclosure; abstain: no advice and no marketing",
    )
    disclosure = field(
        models.CharField(max_length=500, blank=True, default=""),
        zh="披露内容",
        en="Disclosure",
        listed=True,
        example="本人持有该股票",
    )
    from_on = field(models.DateField(default=clock.today), zh="冲突起始日期", en="Interest from", listed=True)
    until_on = field(models.DateField(null=True, blank=True), zh="冲突终止日期", en="Interest until", listed=True)
    declared_by = field(
        models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"),
        zh="登记人",
        en="Declared by",
        listed=True,
        editable=False,
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["from_on", "until_on"], name="conflicts_by_period")]

    def __str__(self) -> str:
        return self.description

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return the entries without a client that an actor may see: their own; keepers of the register see all."""
        return Q() if actor.may(Permission.CONFLICT_KEEP) else Q(staff_id=actor.user_id)
