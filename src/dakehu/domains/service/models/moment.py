"""Models of moments (关键时刻): what a client needs now, the rules behind them, and who is away."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from dakehu.domains.service.moments import kinds, lists, reasons
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, computed, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

PRIORITY = (MinValueValidator(1), MaxValueValidator(4))


class MomentState(Choices):
    """State of a moment. A snoozed or passed one is still open work."""

    OPEN = "open", "待处理", "Open"
    SNOOZED = "snoozed", "已推迟", "Snoozed"
    PASSED = "passed", "已转交", "Passed on"
    DONE = "done", "已完成", "Done"
    LAPSED = "lapsed", "已失效", "Lapsed"


class MomentOutcome(Choices):
    """Feedback on a worked moment; each type offers some of these."""

    REACHED = "reached", "已联系到客户", "Reached the client"
    NOTICE_SENT = "notice_sent", "已送达通知", "Notice delivered"
    MESSAGE_LEFT = "message_left", "已留言", "Message left"
    NO_ANSWER = "no_answer", "未接通", "No answer"
    MEETING = "meeting", "已约见面", "Meeting arranged"
    WILL_ACT = "will_act", "客户将自行办理", "The client will do it"
    DONE = "done", "已办理", "Done"
    COLLECTED = "collected", "资料已补齐", "Information collected"
    KEPT = "kept", "承诺已兑现", "Promise kept"
    EXPLAINED = "explained", "已说明，客户知悉", "Explained and understood"
    PURPOSE_KNOWN = "purpose_known", "已了解资金用途", "Purpose of the money known"
    OUT_SPENDING = "out_spending", "转出：生活或经营用款", "Out: living or business"
    OUT_OTHER_FIRM = "out_other_firm", "转出：其他机构", "Out: another firm"
    OUT_SERVICE = "out_service", "转出：对服务不满意", "Out: not content with service"
    REFUSED = "refused", "客户不希望被联系", "The client does not want contact"
    ESCALATED = "escalated", "已上报", "Escalated"
    REPORTED = "reported", "已处理并留痕", "Handled and recorded"
    NO_ACTION = "no_action", "无需处理", "No action needed"


class Moment(ClientRecorded):
    """Why a client should be contacted now: the rule that fired, the values that fired it, and the outcome.

    One row at a time for a client, kind and object until its state clears (`cleared_on`). `object` identifies what
    of the client it is about (a holding, a contract), "" for the client itself, and `about` is that as text.
    `rule_version` 0 is the declaration in code. `escalation`: 0 with its owner, 1 with a deputy, 2 with the lead.
    """

    names = Names("关键时刻", "Moment", "Moments", aliases=("MOT",))

    client_path = "client"
    written_by_desk = Q(state__in=(MomentState.OPEN, MomentState.LAPSED), worked_by=None, interaction=None, reason="")
    across_only = "compliance_only"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="moments", db_index=False),
                   zh="客户", en="Client", listed=True, editable=False)  # fmt: skip
    kind = field(kinds.kind_field(), zh="事件", en="Moment", listed=True, editable=False, aliases=("关键时刻",))
    rule_version = field(models.PositiveIntegerField(default=0), zh="规则版本", en="Rule version", editable=False)
    object = field(models.CharField(max_length=160, blank=True, default=""), zh="对象编号", en="Key of what it is about",
                   editable=False)  # fmt: skip
    about = field(models.CharField(max_length=160, blank=True, default=""), zh="对象", en="About", listed=True,
                  sensitivity=PERSONAL, editable=False)  # fmt: skip
    fired_on = field(models.DateField(), zh="发生日期", en="Fired on", listed=True, editable=False)
    due_at = field(models.DateTimeField(), zh="处理时限", en="Due at", listed=True, editable=False)
    priority = field(models.PositiveSmallIntegerField(validators=PRIORITY), zh="优先级", en="Priority", listed=True,
                     editable=False)  # fmt: skip
    mandatory = field(models.BooleanField(default=False), zh="必做", en="Mandatory", listed=True, editable=False)
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="moments",
                                    db_index=False), zh="负责人", en="Owner", listed=True, editable=False)  # fmt: skip
    state = field(
        choice_field(MomentState, default=MomentState.OPEN), zh="状态", en="State", listed=True, editable=False
    )
    snoozed_until = field(models.DateField(null=True, blank=True), zh="推迟至", en="Snoozed until")
    reason = field(models.CharField(max_length=300, blank=True, default=""), zh="原因", en="Reason", sensitivity=PERSONAL,
                   help_zh="推迟、转交或无需处理的原因", help_en="Why it is snoozed, passed on or needs no action")  # fmt: skip
    outcome = field(choice_field(MomentOutcome, blank=True, default=""), zh="处理结果", en="Outcome", listed=True)
    values = field(models.JSONField(default=dict), zh="触发数据", en="Values", sensitivity=PERSONAL, editable=False)
    interaction = field(models.ForeignKey("service.Interaction", null=True, blank=True, on_delete=models.SET_NULL,
                                          related_name="moments", db_index=False), zh="服务记录", en="Interaction",
                        editable=False)  # fmt: skip
    worked_on = field(
        models.DateField(null=True, blank=True), zh="处理日期", en="Worked on", listed=True, editable=False
    )
    worked_at = field(models.DateTimeField(null=True, blank=True), zh="处理时间", en="Worked at", editable=False)
    worked_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
                                        db_index=False), zh="处理人", en="Worked by", listed=True, editable=False)  # fmt: skip
    escalation = field(models.PositiveSmallIntegerField(default=0), zh="升级", en="Escalation", editable=False,
                       help_zh="0 负责人，1 协办，2 团队负责人", help_en="0 owner, 1 deputy, 2 lead")  # fmt: skip
    cleared_on = field(models.DateField(null=True, blank=True), zh="解除日期", en="Cleared on", editable=False)
    compliance_only = field(models.BooleanField(default=False), zh="仅合规可见", en="Compliance only", editable=False)

    list_filters = lists.FILTERS
    computed_columns = (computed("why", zh="为什么", en="Why", by=reasons.firing_reason, sensitivity=PERSONAL),)

    class Meta(ClientRecorded.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "kind", "object"], condition=Q(cleared_on=None), name="one_moment_until_cleared"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_at"], condition=Q(state__in=("open", "snoozed", "passed")), name="moments_to_work"
            ),
            models.Index(fields=["client", "-fired_on"], name="moments_of_client"),
            models.Index(fields=["owner", "due_at"], condition=Q(mandatory=True), name="moments_mandatory"),
            models.Index(fields=["due_at"], condition=Q(compliance_only=True), name="moments_of_compliance"),
            models.Index(fields=["kind", "fired_on"], name="moments_by_kind"),
            models.Index(fields=["interaction"], condition=~Q(interaction=None), name="moments_by_interaction"),
        ]

    def owning_client_id(self) -> int | None:
        """Return the id of the client for the audit; None if readers of that client's audit must not learn of it."""
        return None if self.compliance_only else self.client_id


class MomentRule(Recorded):
    """A version of a moment's rule that a lead wrote: version 0 is the declaration in code and has no row.

    The highest version that is switched on applies, else the declaration. `kind` is a declared type
    ("M15") or the code of a lead's own rule, whose `name` and `subject` are then used. `deadline` is written as in
    moments.deadlines.
    """

    names = Names("关键时刻规则", "Rule of moments", "Rules of moments")

    kind = field(models.CharField(max_length=24), zh="事件编号", en="Moment", listed=True)
    version = field(models.PositiveIntegerField(), zh="版本", en="Version", listed=True, editable=False)
    name = field(models.CharField(max_length=80, blank=True, default=""), zh="名称", en="Name", listed=True)
    subject = field(models.CharField(max_length=24, default="client"), zh="针对", en="About")
    text = field(models.TextField(), zh="触发条件", en="Rule", listed=True)
    switched_on = field(models.BooleanField(default=False), zh="启用", en="Switched on", listed=True)
    priority = field(models.PositiveSmallIntegerField(validators=PRIORITY), zh="优先级", en="Priority", listed=True)
    deadline = field(models.CharField(max_length=24), zh="时限", en="Deadline", listed=True, example="T+1 17:30")
    mandatory = field(models.BooleanField(default=False), zh="必做", en="Mandatory", listed=True)
    changed_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="修改人",
                       en="Changed by", listed=True, editable=False)  # fmt: skip
    changed_on = field(models.DateField(), zh="修改日期", en="Changed on", listed=True, editable=False)
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="说明", en="Note", listed=True)
    lookup_fields = ("kind",)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="one_rule_a_version")]

    def save(self, *args: Any, **options: Any) -> None:
        """Save the version; its name and rule are reloaded immediately."""
        super().save(*args, **options)
        kinds.forget_names()
        reasons.forget_rules()


class Absence(Recorded):
    """Days on which a member of staff is away: moments that fire then go to the deputy of the client.

    A named `deputy` sees the clients and the work of the absent colleague during it (team.queries.actor_of).
    """

    names = Names("休假", "Absence", "Absences")

    user = field(models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="absences"), zh="人员", en="Staff",
                 listed=True)  # fmt: skip
    first_on = field(models.DateField(), zh="从", en="From", listed=True)
    last_on = field(models.DateField(), zh="到", en="To", listed=True)
    deputy = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="deputises"),
                   zh="代理人", en="Deputy", listed=True, aliases=("代班人", "B角"))  # fmt: skip
    note = field(models.CharField(max_length=200, blank=True, default=""), zh="备注", en="Note", listed=True)

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["last_on"], name="absences_by_end")]


class MomentRun(Recorded):
    """The evaluation of a day: which kinds waited for data, and why. The newest day determines what has cleared.

    `waiting`: [{kind, zh, en}].
    """

    names = Names("关键时刻计算", "Evaluation of moments", "Evaluations of moments")

    day = field(models.DateField(unique=True), zh="日期", en="Day", listed=True)
    waiting = field(models.JSONField(default=list), zh="等待数据", en="Waiting for data", listed=True)
