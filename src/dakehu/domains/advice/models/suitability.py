"""Suitability checks as they were made, and the duties that followed from each."""

from django.db import models

from dakehu.domains.advice.choices import DutyState
from dakehu.domains.advice.models.kept import KeptRecord
from dakehu.domains.advice.suitability.choices import Channel, Initiative, Outcome, Purpose, Stage
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class SuitabilityCheck(KeptRecord):
    """A check of one product for one client as it was made: the values evaluated, the rule that decided, and the outcome.

    `taken` are the values evaluated (advice.check_suitability), `missing` those the desk did not have then. `digest` is of
    all of it. A flag `needs_review`: the client was tested again within a day before, and the level rose.
    """

    names = Names("适当性核对", "Suitability check", "Suitability checks")
    client_path = "client"
    retention = TWENTY_YEARS
    kept = (
        "product_id", "product_name", "purpose", "initiative", "channel", "outcome", "rule", "rules_version", "reason", "taken",
        "missing", "checked_at", "checked_by_id", "needs_review", "digest",
    )  # fmt: skip

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="suitability_checks"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    checked_at = field(models.DateTimeField(), zh="核对时间", en="Checked at", listed=True, editable=False)
    product = field(models.ForeignKey("ledger.Product", null=True, on_delete=models.PROTECT, related_name="+"), zh="产品",
                    en="Product", editable=False)  # fmt: skip
    product_name = field(
        models.CharField(max_length=120), zh="核对的产品", en="Product checked", listed=True, editable=False
    )
    purpose = field(
        choice_field(Purpose, default=Purpose.SALE), zh="核对用途", en="Purpose", listed=True, editable=False
    )
    initiative = field(choice_field(Initiative), zh="由谁提出", en="Initiative", listed=True, editable=False)
    channel = field(
        choice_field(Channel, blank=True, default=""), zh="办理渠道", en="Channel", listed=True, editable=False
    )
    outcome = field(choice_field(Outcome), zh="核对结论", en="Outcome", listed=True, editable=False)
    rule = field(models.CharField(max_length=12), zh="适用规则", en="Rule", listed=True, editable=False)
    rules_version = field(models.CharField(max_length=20), zh="规则版本", en="Version of the rules", editable=False)
    reason = field(models.CharField(max_length=300), zh="结论依据", en="Reason", editable=False)
    taken = field(
        models.JSONField(default=dict), zh="核对依据", en="What was judged", sensitivity=PERSONAL, editable=False
    )
    missing = field(models.JSONField(default=list), zh="缺少的信息", en="Information missing", editable=False)
    checked_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="核对人",
                       en="Checked by", listed=True, editable=False)  # fmt: skip
    needs_review = field(
        models.BooleanField(default=False), zh="须合规复核", en="Needs review", listed=True, editable=False
    )
    digest = field(models.CharField(max_length=64), zh="内容摘要", en="Digest", editable=False)
    task_ref = field(
        models.BigIntegerField(null=True), zh="任务编号", en="Task", editable=False
    )  # not a foreign key: deleting a task does not wait for it

    class Meta(KeptRecord.Meta):
        indexes = [models.Index(fields=["client", "-id"], name="checks_of_client")]


class SuitabilityDuty(KeptRecord):
    """A duty of a check in its wording then, and by whom and with which evidence it was done.

    `document` is the text that was given to the client; `evidence` names the recording, file or confirmation. Not to be done
    before `not_before`.
    """

    names = Names("适当性义务", "Suitability duty", "Suitability duties")
    client_path = "client"
    retention = TWENTY_YEARS
    kept = ("suitability_id", "code", "zh", "en", "stage", "document", "not_before")

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="suitability_duties"), zh="客户",
                   en="Client", editable=False)  # fmt: skip
    suitability = field(models.ForeignKey(SuitabilityCheck, on_delete=models.CASCADE, related_name="duties"), zh="适当性核对",
                        en="Check", editable=False)  # fmt: skip
    code = field(models.CharField(max_length=40), zh="义务代码", en="Code of the duty", editable=False)
    zh = field(models.CharField(max_length=200), zh="义务（中文）", en="Duty in Chinese", editable=False)
    en = field(models.CharField(max_length=200), zh="义务（英文）", en="Duty in English", editable=False)
    stage = field(choice_field(Stage), zh="履行时点", en="When", listed=True, editable=False)
    document = field(
        models.TextField(blank=True, default=""), zh="交付文本", en="Document", sensitivity=PERSONAL, editable=False
    )
    not_before = field(models.DateTimeField(null=True, blank=True), zh="最早履行时间", en="Not before", editable=False)
    state = field(
        choice_field(DutyState, default=DutyState.OPEN), zh="履行状态", en="State", listed=True, editable=False
    )
    evidence = field(models.CharField(max_length=200, blank=True, default=""), zh="留痕编号或说明", en="Evidence", listed=True,
                     example="双录 SL-20261129-018")  # fmt: skip
    done_at = field(
        models.DateTimeField(null=True, blank=True), zh="履行时间", en="Done at", listed=True, editable=False
    )
    done_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="履行人",
                    en="Done by", listed=True, editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["suitability", "id"], name="duties_of_check")]
