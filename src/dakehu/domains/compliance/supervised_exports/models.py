"""Requests to export many clients."""

from django.db import models

from dakehu.domains.compliance.supervised_exports.choices import ExportRequestState, ExportWay
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class ExportRequest(Recorded):
    """A requested export and its way: all clients of the requester, or those with ids in `client_ids`.

    An approval is used once, or opens a way for a time (choices.STANDING_WAYS).
    """

    names = Names("导出申请", "Export request", "Export requests")

    requester = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="申请人", en="Asked for by", listed=True,
        editable=False,
    )  # fmt: skip
    way = field(choice_field(ExportWay, default=ExportWay.WORKBOOK), zh="导出方式", en="Way of export", listed=True)
    is_whole = field(
        models.BooleanField(default=False), zh="全部可见客户", en="All visible clients", listed=True, editable=False
    )
    count = field(
        models.PositiveIntegerField(), zh="申请客户数", en="Number of clients asked for", listed=True, editable=False
    )
    client_ids = models.JSONField(default=list, editable=False)
    reason = field(models.CharField(max_length=300), zh="导出用途", en="What the export is for", listed=True)
    state = field(choice_field(ExportRequestState, default=ExportRequestState.WAITING), zh="申请状态", en="State of the request",
                  listed=True, editable=False)  # fmt: skip
    asked_at = field(models.DateTimeField(default=clock.now), zh="申请时间", en="Asked at", listed=True, editable=False)
    decided_at = field(models.DateTimeField(null=True, blank=True), zh="批准时间", en="Approved at", editable=False)

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["requester", "state"], name="export_requests")]

    def __str__(self) -> str:
        return f"{self.count}"
