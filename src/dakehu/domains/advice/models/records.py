"""The advice record: advice by adviser and client, its checks, the client's decision, and the outcome."""

from django.db import models

from dakehu.domains.advice.records.choices import AdviceChannel, AdviceKind, AdviceState, ClientDecision
from dakehu.domains.advice.suitability.choices import Initiative
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class Advice(ClientRecorded):
    """A piece of advice of a registered adviser to one client. Once delivered its text and checks never change.

    `checks`: the findings at submission: {suitability, wording, conflicts, versions}. `edited_by`: ids of all its authors.
    `disclosure`: the conflicts of interest as disclosed to the client. `letter`: the full text as submitted, which is what is
    approved and delivered.
    """

    names = Names("投资建议", "Advice", "Advice", aliases=("投顾建议",))
    client_path = "client"
    retention = TWENTY_YEARS
    field_groups = {"advice": bilingual("建议", "Advice"), "": bilingual("过程", "Course")}

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="advice"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    kind = field(
        choice_field(AdviceKind, default=AdviceKind.ALLOCATION),
        group="advice",
        zh="建议类别",
        en="Kind of advice",
        listed=True,
    )
    subject = field(models.CharField(max_length=160), group="advice", zh="建议标题", en="Subject of the advice", sensitivity=PERSONAL,
                    listed=True, example="年度资产配置检视")  # fmt: skip
    product = field(models.ForeignKey("ledger.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), group="advice",
                    zh="涉及的产品", en="Product concerned", listed=True)  # fmt: skip
    initiative = field(
        choice_field(Initiative, default=Initiative.STAFF), group="advice", zh="由谁提出", en="Initiative", listed=True
    )
    basis = field(models.TextField(), group="advice", zh="建议依据", en="Basis of the advice", sensitivity=PERSONAL,
                  help_zh="仅供内部审批：目标、方案、持仓与资料来源", help_en="For the approver: goals, policy, holdings and sources")  # fmt: skip
    text = field(models.TextField(), group="advice", zh="给客户的建议", en="Text to the client", sensitivity=PERSONAL)
    adviser = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="投资顾问", en="Adviser",
                    listed=True, editable=False)  # fmt: skip
    policy = field(models.ForeignKey("advice.InvestmentPolicy", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                   zh="依据的投资方案", en="Policy it rests on", editable=False)  # fmt: skip
    state = field(choice_field(AdviceState, default=AdviceState.DRAFT), zh="建议状态", en="State of the advice", listed=True,
                  editable=False)  # fmt: skip
    edited_by = field(models.JSONField(default=list), zh="编写人", en="Written by", editable=False)
    checks = field(models.JSONField(default=dict), zh="核对结果", en="Checks", sensitivity=PERSONAL, editable=False)
    disclosure = field(
        models.TextField(blank=True, default=""), zh="利益冲突披露", en="Conflicts disclosed", editable=False
    )
    letter = field(
        models.TextField(blank=True, default=""),
        zh="客户收到的全文",
        en="Whole letter",
        sensitivity=PERSONAL,
        editable=False,
    )
    submitted_at = field(
        models.DateTimeField(null=True, blank=True), zh="提交审批时间", en="Submitted at", editable=False
    )
    channel = field(
        choice_field(AdviceChannel, blank=True, default=""),
        zh="送达方式",
        en="Delivered by",
        listed=True,
        editable=False,
    )
    delivered_at = field(
        models.DateTimeField(null=True, blank=True), zh="送达时间", en="Delivered at", listed=True, editable=False
    )
    delivery_ref = field(
        models.BigIntegerField(null=True, blank=True), zh="送达记录编号", en="Delivery", editable=False
    )
    decision = field(choice_field(ClientDecision, blank=True, default=""), zh="客户决定", en="Client’s decision", listed=True,
                     editable=False)  # fmt: skip
    decided_on = field(
        models.DateField(null=True, blank=True), zh="客户决定日期", en="Decided on", listed=True, editable=False
    )
    decision_note = field(models.CharField(max_length=300, blank=True, default=""), zh="客户决定说明", en="About the decision",
                          sensitivity=PERSONAL, editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["client", "-id"], name="advice_of_client"),
            models.Index(fields=["state", "-id"], name="advice_by_state"),
        ]

    def __str__(self) -> str:
        return str(bilingual("投资建议 {n}", "Advice {n}", n=self.pk))


class AdviceStep(ClientRecorded):
    """A piece of advice reached a state: when, by whom, and the versions of the rules that were applied."""

    names = Names("投资建议过程", "Step of advice", "Steps of advice")
    client_path = "client"
    retention = TWENTY_YEARS

    advice = field(models.ForeignKey(Advice, on_delete=models.CASCADE, related_name="steps"), zh="投资建议", en="Advice", listed=True,
                   editable=False)  # fmt: skip
    client = field(
        models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="+"),
        zh="客户",
        en="Client",
        editable=False,
    )
    state = field(choice_field(AdviceState), zh="达到的状态", en="State reached", listed=True, editable=False)
    at = field(models.DateTimeField(), zh="时间", en="At", listed=True, editable=False)
    by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="操作人", en="By", listed=True,
               editable=False)  # fmt: skip
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="过程说明", en="Note", sensitivity=PERSONAL, listed=True,
                 editable=False)  # fmt: skip
    versions = field(
        models.JSONField(default=dict), zh="规则版本", en="Versions of the rules", listed=True, editable=False
    )


class AdviceOutcome(ClientRecorded):
    """The outcome for a client's holdings 3, 6 or 12 months after advice was delivered, measured from the trades.

    Growth is time-weighted, 0.01 is 1 %; `why` states why a number is missing. It describes the holdings, not the value of the advice:
    the outcome without it is not known.
    """

    names = Names("投资建议结果", "Outcome of advice", "Outcomes of advice")
    client_path = "client"
    retention = TWENTY_YEARS

    advice = field(models.ForeignKey(Advice, on_delete=models.CASCADE, related_name="outcomes"), zh="投资建议", en="Advice", listed=True,
                   editable=False)  # fmt: skip
    client = field(
        models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="+"),
        zh="客户",
        en="Client",
        editable=False,
    )
    months = field(
        models.PositiveSmallIntegerField(), zh="送达后月数", en="Months after delivery", listed=True, editable=False
    )
    due_on = field(models.DateField(), zh="应测算日期", en="To be measured on", listed=True, editable=False)
    measured_on = field(
        models.DateField(null=True, blank=True), zh="测算日期", en="Measured on", listed=True, editable=False
    )
    growth = field(
        models.FloatField(null=True, blank=True),
        zh="期间收益率",
        en="Growth of the holdings",
        listed=True,
        editable=False,
    )
    index_growth = field(models.FloatField(null=True, blank=True), zh="期间基准收益率", en="Growth of the benchmark", listed=True,
                         editable=False)  # fmt: skip
    drawdown = field(
        models.FloatField(null=True, blank=True), zh="期间最大回撤", en="Largest drawdown", listed=True, editable=False
    )
    gap_before = field(
        models.FloatField(null=True, blank=True), zh="送达时偏离", en="Drift at delivery", editable=False
    )
    gap_after = field(
        models.FloatField(null=True, blank=True), zh="测算时偏离", en="Drift when measured", listed=True, editable=False
    )
    why = field(models.CharField(max_length=40, blank=True, default=""), zh="未能测算原因", en="Reason without a number", listed=True,
                editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        constraints = [models.UniqueConstraint(fields=["advice", "months"], name="one_outcome_a_term")]
        indexes = [models.Index(fields=["measured_on", "due_on"], name="outcomes_to_measure")]
