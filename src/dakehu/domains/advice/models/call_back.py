"""Call-backs (回访): whom to call, why and by when, and the client's answer to a person other than the manager."""

from django.db import models

from dakehu.domains.advice.choices import CallBackReason, CallBackResult, CallBackState
from dakehu.domains.advice.models.suitability import SuitabilityCheck
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class CallBack(ClientRecorded):
    """A call-back that is due or done. The person who calls never serves the client; not before `not_before` (cooling off)."""

    names = Names("客户回访", "Call-back", "Call-backs")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="call_backs"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    reason = field(choice_field(CallBackReason), zh="回访事由", en="Reason", listed=True)
    suitability = field(models.ForeignKey(SuitabilityCheck, null=True, blank=True, on_delete=models.CASCADE, related_name="call_backs"),
                        zh="适当性核对", en="Check", editable=False)  # fmt: skip
    due_on = field(models.DateField(), zh="回访期限", en="Due on", listed=True)
    not_before = field(
        models.DateTimeField(null=True, blank=True), zh="最早回访时间", en="Not before", listed=True, editable=False
    )
    state = field(
        choice_field(CallBackState, default=CallBackState.OPEN), zh="回访状态", en="State", listed=True, editable=False
    )
    operator = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="回访人",
                     en="Called by", listed=True, editable=False)  # fmt: skip
    held_at = field(
        models.DateTimeField(null=True, blank=True), zh="回访时间", en="Called at", listed=True, editable=False
    )
    result = field(choice_field(CallBackResult, blank=True, default=""), zh="回访结果", en="Result", listed=True)
    answers = field(models.CharField(max_length=600, blank=True, default=""), zh="客户答复", en="What the client said",
                    sensitivity=PERSONAL)  # fmt: skip
    recording = field(models.CharField(max_length=120, blank=True, default=""), zh="录音编号", en="Recording")

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["client", "-id"], name="call_backs_of_client"),
            models.Index(fields=["state", "due_on"], name="call_backs_due"),
        ]
