"""The register of distress (情绪个案): one table for every source in which words of distress are found."""

from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.domains.care.distress.choices import CaseSource, CaseState, DistressLevel
from dakehu.domains.care.distress.visibility import OfRegister
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor, Reach
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class DistressCase(ClientRecorded):
    """Signs of distress in a text of any source: the first person, the second person, and the outcome.

    `source` and `source_ref` say where: a call after a shock, a survey, feedback or a complaint. `client` is empty for
    a person who is no client. `signs` are codes of the rules of distress. `words` stay empty for a survey: its answers
    are encrypted. `caller` is the first person, who has contacted the client once `contacted_at` is set.
    `withheld_from` is the person whom a complaint is about, and `is_office_only` is of a confidential survey
    (distress.visibility). `needs_second_person`: the client is older, or of unknown age.
    """

    names = Names("情绪个案", "Case of distress", "Cases of distress")
    client_path = "client"
    objects: Any = OfRegister()
    at_clients: Any = scope.Scoped()
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="distress_cases"), zh="客户",
                   en="Client", listed=True, editable=False)  # fmt: skip
    source = field(
        choice_field(CaseSource, default=CaseSource.CALL),
        zh="个案来源",
        en="Where it was found",
        listed=True,
        editable=False,
    )
    source_ref = field(
        models.PositiveBigIntegerField(null=True, blank=True), zh="来源编号", en="Number of the source", editable=False
    )
    call = field(models.ForeignKey("care.OutreachCall", null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"),
                 zh="急跌致电客户", en="Client to call", editable=False)  # fmt: skip
    level = field(choice_field(DistressLevel), zh="程度", en="Level", listed=True, editable=False)
    signs = field(models.JSONField(default=list), zh="情绪信号", en="Signs", sensitivity=PERSONAL, editable=False)
    words = field(
        models.TextField(blank=True, default=""),
        zh="客户原话",
        en="What was said",
        sensitivity=PERSONAL,
        editable=False,
    )
    opened_at = field(models.DateTimeField(), zh="发现时间", en="Seen at", listed=True, editable=False)
    caller = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="首位经办人",
                   en="First person", listed=True, editable=False)  # fmt: skip
    contacted_at = field(
        models.DateTimeField(null=True, blank=True), zh="首次联系时间", en="First contacted at", editable=False
    )
    withheld_from = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                          zh="不得查看者", en="Withheld from", editable=False)  # fmt: skip
    is_office_only = field(
        models.BooleanField(default=False), zh="仅问卷管理可见", en="For the survey office only", editable=False
    )
    lead = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="distress_cases"),
                 zh="上报给", en="Escalated to", listed=True, editable=False)  # fmt: skip
    needs_second_person = field(
        models.BooleanField(default=False), zh="须双人处理", en="Needs a second person", editable=False
    )
    second_person = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                          zh="第二位经办人", en="Second person", editable=False)  # fmt: skip
    confirmed_at = field(
        models.DateTimeField(null=True, blank=True), zh="双人确认时间", en="Confirmed at", editable=False
    )
    confirmation = field(models.TextField(blank=True, default=""), zh="第二人的确认", en="What the second person did",
                         sensitivity=PERSONAL, example="与客户及其女儿三方通话，客户情绪平稳")  # fmt: skip
    state = field(choice_field(CaseState, default=CaseState.OPEN), zh="状态", en="State", listed=True, editable=False)
    closed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="了结人",
                      en="Closed by", editable=False)  # fmt: skip
    closed_at = field(models.DateTimeField(null=True, blank=True), zh="了结时间", en="Closed at", editable=False)
    outcome = field(models.TextField(blank=True, default=""), zh="处理结果", en="How it ended", sensitivity=PERSONAL)

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["state", "lead"], name="distress_cases_open"),
            models.Index(fields=["source", "source_ref"], name="distress_cases_by_source"),
        ]

    @property
    def is_contacted(self) -> bool:
        """Return whether a person has spoken to the client; always true for a call."""
        return self.contacted_at is not None or self.source == CaseSource.CALL

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return the visible cases of people who are no clients: all for compliance, else of the actor's people."""
        if actor.may("care.close_distress") and actor.reach is not Reach.COVERED:
            return Q()
        people = [*actor.covers, *([actor.user_id] if actor.user_id else [])]
        return Q(lead_id__in=people) | Q(caller_id__in=people)
