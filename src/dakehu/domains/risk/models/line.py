"""Reminder lines that clients set, and their events. A line never becomes an order."""

from django.core.validators import MinValueValidator
from django.db import models

from dakehu.domains.risk.choices import InstructionChannel, LineBasis, LineEventKind, LineKind, LineState
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class Line(ClientRecorded):
    """A stop-loss or take-profit line on a security, or on the whole account where no security is named.

    `threshold`: a price or amount in CNY of basis price, else a fraction (0.10 is 10 %). `reference`: the close, or the
    total assets, of the day it was set.
    """

    names = Names("客户提醒线", "Reminder line", "Reminder lines", aliases=("止损线", "止盈线"))
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="reminder_lines"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    security = field(models.ForeignKey("ledger.SecurityCode", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                     zh="提醒线证券", en="Line on security", listed=True, example="600519", help_zh="不填即整个账户",
                     help_en="Empty: the whole account")  # fmt: skip
    kind = field(choice_field(LineKind), zh="提醒线方向", en="Kind of line", listed=True)
    basis = field(choice_field(LineBasis, default=LineBasis.COST), zh="提醒线口径", en="Measured from", listed=True)
    threshold = field(models.DecimalField(max_digits=18, decimal_places=4, validators=[MinValueValidator(0)]), zh="提醒线数值",
                      en="Threshold", listed=True, example="0.10", help_zh="固定价格或金额写元；其余写小数，0.10 即 10%",
                      help_en="CNY for a price or amount; else a fraction, 0.10 is 10 %")  # fmt: skip
    set_on = field(models.DateField(), zh="设定日期", en="Set on", listed=True)
    channel = field(
        choice_field(InstructionChannel, blank=True, default=""), zh="客户设定方式", en="How the client set it"
    )
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="提醒线备注", en="Note on the line")
    reference = field(models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True), zh="设定日基准", en="Reference",
                      editable=False)  # fmt: skip
    state = field(
        choice_field(LineState, default=LineState.ACTIVE),
        zh="提醒线状态",
        en="State of the line",
        listed=True,
        editable=False,
    )
    withdrawn_on = field(models.DateField(null=True, blank=True), zh="撤销日期", en="Withdrawn on", editable=False)
    recorded_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                        zh="登记人", en="Recorded by", listed=True, editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["client", "state"], name="reminder_lines_of_client")]


class LineEvent(ClientRecorded):
    """An event of a line on a day: set, changed, withdrawn, reached at a close, cleared. `values`: the line then."""

    names = Names("提醒线记录", "Event of a line", "Events of lines")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="line_events"), zh="客户", en="Client",
                   listed=True, editable=False)  # fmt: skip
    line = field(models.ForeignKey(Line, on_delete=models.CASCADE, related_name="events"), zh="客户提醒线编号", en="Line", listed=True,
                 editable=False)  # fmt: skip
    kind = field(choice_field(LineEventKind), zh="提醒线事项", en="What happened", listed=True, editable=False)
    on = field(models.DateField(), zh="提醒线事项日期", en="Happened on", listed=True, editable=False)
    by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="提醒线事项登记人",
               en="Noted by", listed=True, editable=False)  # fmt: skip
    values = field(models.JSONField(default=dict), zh="当时的提醒线", en="The line as it was", editable=False)

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["line", "on"], name="line_events_by_day")]
