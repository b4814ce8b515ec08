"""Calls after a shock (急跌致电): the campaign, the call to each client, its attempts, the scripts."""

from django.db import models

from dakehu.domains.care.outreach.choices import (
    CallOutcome,
    CallState,
    Cause,
    CloseReason,
    ScriptCode,
)
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class Outreach(Recorded):
    """The campaign of calls after the shock of a day. `seed` is that of the random order of clients of equal priority.

    `change` is the return of the index over `days` trading days (-0.03 is a fall of 3 %), empty if accounts fell and
    the market did not.
    """

    names = Names("急跌致电", "Outreach", "Outreaches")
    retention = TWENTY_YEARS

    day = field(models.DateField(db_index=True), zh="急跌日", en="Day of the shock", listed=True, editable=False)
    cause = field(choice_field(Cause, default=Cause.MARKET), zh="起因", en="Cause", listed=True, editable=False)
    index = field(models.CharField(max_length=24, blank=True, default=""), zh="指数", en="Index", listed=True,
                  editable=False)  # fmt: skip
    days = field(models.PositiveSmallIntegerField(default=1), zh="跨交易日", en="Over trading days", editable=False)
    change = field(models.FloatField(null=True, blank=True), zh="涨跌幅", en="Change", unit="%", listed=True,
                   editable=False)  # fmt: skip
    seed = field(models.CharField(max_length=40, blank=True, default=""), zh="随机种子", en="Seed", editable=False)
    ends_on = field(models.DateField(), zh="致电截止日", en="Calls end on", listed=True, editable=False)

    def __str__(self) -> str:
        return f"{self.day.isoformat()}"


class OutreachCall(ClientRecorded):
    """The call to one client, as planned in the night of the shock, and its state.

    `place` is the order of the list; `priority` the class of equal priority; `is_first` whether the draw and the
    caller's capacity put it on the first day. `planned_on` is that plan and never changes; `next_on` the day of the
    next attempt. `loss` in CNY and `day_return` are those of the day. `sold_share`: what the client sold within three
    trading days after, as a share of what they held; empty until it is known.
    """

    names = Names("急跌致电客户", "Client to call", "Clients to call")
    client_path = "client"
    retention = TWENTY_YEARS

    outreach = field(models.ForeignKey(Outreach, on_delete=models.CASCADE, related_name="calls"), zh="急跌致电", en="Outreach",
                     listed=True, editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="outreach_calls"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    place = field(models.PositiveIntegerField(), zh="顺序", en="Place", listed=True, editable=False)
    band = field(models.CharField(max_length=12), zh="致电时段", en="Band", editable=False)
    priority = field(models.PositiveSmallIntegerField(default=0), zh="优先档", en="Priority class", editable=False)
    score = field(models.FloatField(default=0), zh="得分", en="Score", listed=True, editable=False)
    parts = field(models.JSONField(default=dict), zh="得分构成", en="Parts of the score", sensitivity=PERSONAL,
                  editable=False)  # fmt: skip
    day_return = field(models.FloatField(null=True, blank=True), zh="账户当日收益率", en="Return of the day", unit="%",
                       sensitivity=PERSONAL, editable=False)  # fmt: skip
    loss = field(models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True), zh="账户当日变动",
                 en="Change of the day", unit="CNY", sensitivity=PERSONAL, editable=False)  # fmt: skip
    manager = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="客户经理",
                    en="Manager", editable=False)  # fmt: skip
    caller = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT,
                                     related_name="outreach_calls"), zh="致电人", en="Caller", listed=True, editable=False)  # fmt: skip
    is_first = field(models.BooleanField(default=False), zh="首日致电", en="On the first day", editable=False)
    planned_on = field(models.DateField(), zh="计划致电日", en="Planned for", editable=False)
    next_on = field(models.DateField(), zh="下次致电日", en="Next call on", listed=True, editable=False)
    state = field(choice_field(CallState, default=CallState.OPEN), zh="状态", en="State", listed=True, editable=False)
    close_reason = field(
        choice_field(CloseReason, blank=True, default=""), zh="不再致电的原因", en="Why not called any more"
    )
    reached_on = field(
        models.DateField(null=True, blank=True), zh="联系上的日期", en="Reached on", listed=True, editable=False
    )
    sold_share = field(models.FloatField(null=True, blank=True), zh="三日内卖出比例", en="Share sold within three days",
                       sensitivity=PERSONAL, editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["outreach", "state", "caller", "place"], name="outreach_calls_of_caller")]


class OutreachAttempt(ClientRecorded):
    """One attempt to call a client. `interaction_ref` is the id of the service record of a call that was answered."""

    names = Names("致电结果", "Attempt to call", "Attempts to call")
    client_path = "client"
    retention = TWENTY_YEARS

    call = field(models.ForeignKey(OutreachCall, on_delete=models.CASCADE, related_name="attempts"), zh="急跌致电客户",
                 en="Client to call", editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="outreach_attempts"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    held_at = field(models.DateTimeField(), zh="致电时间", en="Called at", listed=True)
    staff = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="致电人",
                  en="Caller", listed=True, editable=False)  # fmt: skip
    outcome = field(choice_field(CallOutcome), zh="致电结果", en="Outcome of the call", listed=True)
    note = field(models.TextField(blank=True, default=""), zh="通话记录", en="Note of the call", sensitivity=PERSONAL,
                 help_zh="倾听、事实、计划、客户能掌控的、客户决定", help_en="Listened, facts, plan, in the client's control, decision")  # fmt: skip
    distress_words = field(models.CharField(max_length=500, blank=True, default=""), zh="客户的情绪原话",
                           en="Words of distress", sensitivity=PERSONAL,
                           help_zh="照客户原话填写；出现自伤、借钱、诈骗、家庭冲突等会立即上报",
                           help_en="In the client's own words; self-harm, debt, fraud and conflict go to the lead at once")  # fmt: skip
    next_on = field(models.DateField(null=True, blank=True), zh="下次联系日期", en="Next contact on", listed=True)
    scripts = field(models.JSONField(default=dict), zh="话术版本", en="Versions of the scripts", editable=False)
    interaction_ref = field(
        models.BigIntegerField(null=True, blank=True), zh="服务记录编号", en="Service record", editable=False
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["interaction_ref"], name="attempts_of_interaction")]


class OutreachScript(Recorded):
    """One version of a script of the firm. Versions are added, never changed; the newest of a code applies."""

    names = Names("致电话术", "Script", "Scripts")
    retention = TWENTY_YEARS

    code = field(choice_field(ScriptCode), zh="话术", en="Script", listed=True)
    version = field(models.PositiveIntegerField(), zh="版本", en="Version", listed=True, editable=False)
    zh = field(models.TextField(), zh="中文话术", en="Chinese text", listed=True)
    en = field(models.TextField(), zh="英文话术", en="English text", listed=True)
    note = field(
        models.CharField(max_length=300, blank=True, default=""), zh="修改说明", en="Why it was changed", listed=True
    )
    author = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="修改人",
                   en="Changed by", listed=True, editable=False)  # fmt: skip

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="one_row_a_version_of_a_script")]
