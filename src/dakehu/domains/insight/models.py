"""The tables of insight: saved pivots and dashboards, as definitions. Data are never stored with them."""

from typing import Any

from django.db import models

from dakehu.domains.insight.choices import ReportKind, Sharing
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class Report(Recorded):
    """A pivot or a dashboard under a name. Whoever opens it gets it of the own clients, as far as cleared.

    `definition`: of a pivot {rows, columns, measure, filters, top, chart}, of a dashboard {cards} (reports.rules).
    """

    names = Names("分析报表", "Report", "Reports")

    owner = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="所有人", en="Owner", listed=True,
        editable=False,
    )  # fmt: skip
    kind = field(choice_field(ReportKind), zh="报表类型", en="Kind of report", listed=True)
    name = field(
        models.CharField(max_length=80),
        zh="报表名称",
        en="Name of the report",
        listed=True,
        example="风险等级 × 营业部",
    )
    sharing = field(choice_field(Sharing, default=Sharing.NONE), zh="共享范围", en="Shared with", listed=True)
    definition: Any = field(models.JSONField(default=dict), zh="报表定义", en="Definition")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "kind", "name"], name="report_once_by_name")]
