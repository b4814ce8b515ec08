"""Tickets with their messages, known problems, and their subscribers."""

from typing import Any

from django.db import models

from dakehu.domains.support.choices import Area, ProblemState, TicketKind, TicketState
from dakehu.domains.support.visibility import OfAskers, OfReaders, OfTicketReaders
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.search.lookup import SearchWords


class KnownProblem(Recorded):
    """A known fault of the desk, with its workaround and the version that fixes it."""

    names = Names("已知问题", "Known problem", "Known problems")
    is_chosen_from_list = True
    lookup_fields = ("title",)

    title = field(models.CharField(max_length=160), zh="问题标题", en="Title of the problem", listed=True)
    area = field(choice_field(Area, default=Area.OTHER), zh="所属部分", en="Part of the desk", listed=True)
    description = field(models.TextField(), zh="现象", en="What happens")
    workaround = field(models.TextField(blank=True, default=""), zh="临时办法", en="Way around it")
    affected_version = field(
        models.CharField(max_length=40), zh="受影响版本", en="Affected version", listed=True, example="0.3.0"
    )
    fixed_in = field(models.CharField(max_length=40, blank=True, default=""), zh="修复版本", en="Fixed in", listed=True,
                     editable=False)  # fmt: skip
    fixed_at = field(models.DateTimeField(null=True, blank=True), zh="修复时间", en="Fixed at", editable=False)
    state = field(choice_field(ProblemState, default=ProblemState.OPEN), zh="问题状态", en="State of the problem", listed=True,
                  editable=False)  # fmt: skip
    words = SearchWords(blank=True, default="")

    def __str__(self) -> str:
        return self.title


class Ticket(Recorded):
    """A question, a fault or a wish of a user of the desk.

    The asker is not a described field: readers of a public ticket do not see it unless the asker agrees (`shows_name`).
    `page`: address of the page it was asked from, without row ids and search text.
    """

    names = Names("求助", "Ticket", "Tickets", aliases=("工单",))
    objects: Any = OfReaders()

    subject = field(models.CharField(max_length=160), zh="标题", en="Subject", listed=True,
                    help_zh="一句话说明，请勿写客户姓名、电话、证件号", help_en="One sentence, without names, phones or numbers of clients")  # fmt: skip
    kind = field(choice_field(TicketKind, default=TicketKind.QUESTION), zh="求助类别", en="Kind of ticket", listed=True)
    area = field(choice_field(Area, default=Area.OTHER), zh="所属部分", en="Part of the desk", listed=True)
    text = field(models.TextField(), zh="详细说明", en="Details")
    is_public = field(models.BooleanField(default=False), zh="公开给同事", en="Public to colleagues", listed=True,
                      help_zh="同事可见问题和答复，附件除外；功能建议总是公开", help_en="Colleagues see question and answer, not files; wishes always are")  # fmt: skip
    shows_name = field(models.BooleanField(default=False), zh="公开时显示我的姓名", en="Show my name to colleagues")
    page = field(models.CharField(max_length=120, blank=True, default=""), zh="所在页面", en="Page", editable=False)
    guide_page = field(models.CharField(max_length=40, blank=True, default=""), zh="指南页面", en="Page of the guide",
                       editable=False)  # fmt: skip
    desk_version = field(models.CharField(max_length=40), zh="系统版本", en="Version of the desk", editable=False)
    state = field(choice_field(TicketState, default=TicketState.OPEN), zh="求助状态", en="State of the ticket", listed=True,
                  editable=False)  # fmt: skip
    asked_at = field(models.DateTimeField(), zh="提交时间", en="Asked at", listed=True, editable=False)
    first_answered_at = field(
        models.DateTimeField(null=True, blank=True), zh="首次答复时间", en="First answered at", editable=False
    )
    solved_at = field(models.DateTimeField(null=True, blank=True), zh="解决时间", en="Solved at", editable=False)
    reopened = field(models.PositiveIntegerField(default=0), zh="重新打开次数", en="Times reopened", editable=False)
    problem = field(models.ForeignKey(KnownProblem, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"),
                    zh="对应的已知问题", en="Known problem behind it", editable=False)  # fmt: skip
    asked_by = models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+")
    handler = models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    words = SearchWords(blank=True, default="")

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["kind", "state"], name="tickets_by_kind_and_state")]

    def __str__(self) -> str:
        return self.subject


class TicketMessage(Recorded):
    """A message on a ticket, by support or by the person who asked."""

    names = Names("求助回复", "Message of a ticket", "Messages of tickets")
    objects: Any = OfTicketReaders()

    ticket = field(models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages"), zh="求助", en="Ticket")
    text = field(models.TextField(), zh="回复内容", en="Reply", help_zh="请勿写客户姓名、电话、证件号",
                 help_en="Without names, phones or numbers of clients")  # fmt: skip
    is_from_support = field(models.BooleanField(default=False), zh="来自支持人员", en="By support", editable=False)
    written_at = field(models.DateTimeField(), zh="回复时间", en="Written at", editable=False)
    author = models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+")


class TicketFile(Recorded):
    """A file of a ticket; only the person who asked and support see it."""

    names = Names("求助附件", "File of a ticket", "Files of tickets")
    objects: Any = OfAskers()

    ticket = field(models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="files"), zh="求助", en="Ticket")
    name = field(models.CharField(max_length=200), zh="附件名称", en="Name of the file", editable=False)
    size = field(models.PositiveBigIntegerField(), zh="附件大小", en="Size", unit="B", editable=False)
    file_key = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class Voice(Recorded):
    """A vote of a person for the feature requested in a ticket; the person who asked has the first vote."""

    names = Names("建议附议", "Voice for a wish", "Voices for wishes")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="voices")
    user = models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="one_voice_a_wish")]


class ProblemSubscription(Recorded):
    """A person who is notified once a known problem is fixed."""

    names = Names("已知问题订阅", "Subscription to a problem", "Subscriptions to problems")

    problem = models.ForeignKey(KnownProblem, on_delete=models.CASCADE, related_name="subscriptions")
    user = models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["problem", "user"], name="one_subscription_a_problem")]
