"""Issues of improvement (改进事项), what they are linked to, and which clients were informed."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from dakehu.domains.care.improvements.choices import CauseMethod, InformedBy, MetricName, NoEffectReason, Stage
from dakehu.domains.care.improvements.link_kinds import kinds
from dakehu.domains.care.topics.choices import Topic
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def _day(zh: str, en: str) -> Any:
    return field(models.DateField(null=True, blank=True), group="effect", zh=zh, en=en)


class Issue(Recorded):
    """An issue to be improved, from plan to measured effect.

    It names no client: the clients concerned are in its links. `result` is what was measured and when (effects.py),
    `typed` the numbers entered manually. `edited_by` are the ids of all who edited it: none of them may approve its
    closing.
    """

    names = Names("改进事项", "Issue", "Issues", aliases=("整改事项", "Improvement"))
    retention = TWENTY_YEARS
    is_chosen_from_list = True
    field_groups = {
        "plan": bilingual("问题与措施", "Problem and measure"), "effect": bilingual("效果衡量", "Effect"),
        "": bilingual("其他", "Other"),
    }  # fmt: skip

    title = field(models.CharField(max_length=160), group="plan", zh="事项名称", en="Title", listed=True, help_zh="不要写客户姓名",
                  help_en="Without names of clients", example="缩短回电等待时间")  # fmt: skip
    topic = field(choice_field(Topic, default=Topic.OTHER), group="plan", zh="话题", en="Topic", listed=True)
    problem = field(models.TextField(blank=True, default=""), group="plan", zh="问题描述", en="Problem")
    cause = field(models.TextField(blank=True, default=""), group="plan", zh="根本原因", en="Cause")
    cause_method = field(
        choice_field(CauseMethod, blank=True, default=""), group="plan", zh="原因分析方法", en="Found by"
    )
    measure = field(models.TextField(blank=True, default=""), group="plan", zh="改进措施", en="Measure")
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="issues"),
                  group="plan", zh="责任人", en="Owner", listed=True)  # fmt: skip
    due_on = field(models.DateField(null=True, blank=True), group="plan", zh="完成期限", en="Due on", listed=True)
    metric = field(
        choice_field(MetricName, blank=True, default=""), group="effect", zh="衡量指标", en="Metric", listed=True
    )
    smallest_effect = field(models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True,
                                                validators=[MinValueValidator(Decimal(0))]),
                            group="effect", zh="值得做的最小变化", en="Smallest change worth having",
                            help_zh="比率按百分点，其他按指标单位；实施前写定",
                            help_en="Points of per cent for shares, else units of the metric; said beforehand")  # fmt: skip
    before_from = _day("改进前起始日", "Before, from")
    before_to = _day("改进前截止日", "Before, to")
    after_from = _day("改进后起始日", "After, from")
    after_to = _day("改进后截止日", "After, to")
    stage = field(choice_field(Stage, default=Stage.PLAN), zh="改进阶段", en="Stage", listed=True, editable=False)
    measured_on = field(models.DateField(null=True, blank=True), zh="测量日期", en="Measured on", editable=False)
    no_effect_reason = field(choice_field(NoEffectReason, blank=True, default=""), zh="无效果关闭原因", en="Closed without effect because",
                             editable=False)  # fmt: skip
    closing_note = field(
        models.CharField(max_length=500, blank=True, default=""), zh="关闭说明", en="Note on closing", editable=False
    )
    client_text = field(
        models.TextField(blank=True, default=""), zh="告知客户的话", en="What clients are informed of", editable=False
    )
    closed_on = field(
        models.DateField(null=True, blank=True), zh="关闭日期", en="Closed on", listed=True, editable=False
    )
    closed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                      zh="关闭批准人", en="Closing approved by", editable=False)  # fmt: skip
    opened_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                      zh="提出人", en="Opened by", editable=False)  # fmt: skip
    opened_on = field(models.DateField(), zh="提出日期", en="Opened on", listed=True, editable=False)
    edited_by = models.JSONField(default=list)
    typed = models.JSONField(default=dict)
    result = models.JSONField(default=dict)

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["due_on"], condition=Q(closed_on=None), name="issues_open")]

    def __str__(self) -> str:
        return self.title

    @property
    def choice_label(self) -> str:
        """Return the title, marked if the issue is closed."""
        closed = bilingual("{title}（已关闭）", "{title} (closed)", title=self.title)
        return self.title if self.closed_on is None else str(closed)


class OfVisibleRecords(scope.Scoped):
    """Links to records that the current actor sees. Links to a complaint about the actor are hidden too."""

    def get_queryset(self) -> Any:
        rows, actor = scope.GuardedQuerySet(self.model, using=self._db), scope.current_actor()
        if actor.is_system:
            return rows
        seen = Q(pk__in=())
        for kind in kinds():
            seen |= Q(kind=kind.name, ref__in=kind.visible_rows().order_by().values("pk"))
        return rows.filter(seen)


class IssueLink(ClientRecorded):
    """A record that an issue answers, and whether its client was informed. `client` is that of the record."""

    names = Names("改进事项来源", "Link of an issue", "Links of issues")
    client_path = "client"
    retention = TWENTY_YEARS
    objects: Any = OfVisibleRecords()
    at_clients: Any = scope.Scoped()

    issue = field(models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="links"), zh="改进事项", en="Issue", listed=True,
                  editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="+"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    kind = field(models.CharField(max_length=24), zh="来源类别", en="Kind of record", listed=True, editable=False)
    ref = field(models.BigIntegerField(), zh="来源编号", en="Number of the record", editable=False)
    informed_on = field(models.DateField(null=True, blank=True), zh="告知日期", en="Informed on", listed=True)
    informed_how = field(choice_field(InformedBy, blank=True, default=""), zh="告知方式", en="Informed by", listed=True)
    informed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                        zh="告知人", en="Who informed", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["kind", "ref"], name="links_of_record")]
        constraints = [models.UniqueConstraint(fields=["issue", "kind", "ref"], name="one_link_a_record")]

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return no rows: links to records without a client are visible with those records (OfVisibleRecords)."""
        return Q(pk__in=())
