"""Complaints (投诉): the case, its events, and the deadlines that the firm sets."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from dakehu.domains.compliance.choices import (
    ComplaintCategory,
    ComplaintCause,
    ComplaintChannel,
    ComplaintDecision,
    ComplaintEventKind,
    ComplaintState,
    Satisfaction,
    Severity,
)
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class NotAboutActor(scope.Scoped):
    """Rows of cases that are not about the actor: for the person complained about, the case is neither shown nor counted."""

    def __init__(self, path: str = "about_staff") -> None:
        super().__init__()
        self.path = path

    def get_queryset(self) -> Any:
        rows, actor = super().get_queryset(), scope.current_actor()
        if actor.is_system:
            return rows
        return rows.filter(Q(**{self.path: None}) | ~Q(**{self.path: actor.user_id}))


class Complaint(ClientRecorded):
    """A complaint of a client, or of a person who is not yet one (`client` empty, named in `complainant`).

    `about_staff` is the person complained about, who is never its owner and never sees it. The deadlines are set when it
    is registered, so that a later change of the settings does not affect them. It is not in the search: its entries do
    not record whom a case is about.
    """

    names = Names("投诉", "Complaint", "Complaints", aliases=("客户投诉",))
    client_path = "client"
    retention = TWENTY_YEARS
    objects: Any = NotAboutActor()
    at_clients: Any = scope.Scoped()
    field_groups = {
        "complaint": bilingual("投诉内容", "Complaint"), "about": bilingual("涉及对象", "About"), "": bilingual("其他", "Other"),
    }  # fmt: skip

    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="complaints"),
                   group="complaint", zh="客户", en="Client", listed=True, aliases=("客户号", "客户姓名"))  # fmt: skip
    complainant = field(models.CharField(max_length=120, blank=True, default=""), group="complaint", zh="投诉人", en="Complainant",
                        sensitivity=PERSONAL, help_zh="非本系统客户时填写", help_en="Of a person who is no client here")  # fmt: skip
    complainant_contact = field(models.CharField(max_length=120, blank=True, default=""), group="complaint", zh="投诉人联系方式",
                                en="Contact of the complainant", sensitivity=PERSONAL)  # fmt: skip
    subject = field(models.CharField(max_length=160), group="complaint", zh="投诉事项", en="Subject of the complaint", listed=True,
                    sensitivity=PERSONAL)  # fmt: skip
    detail = field(models.TextField(blank=True, default=""), group="complaint", zh="投诉详情", en="Detail of the complaint",
                   sensitivity=PERSONAL)  # fmt: skip
    channel = field(choice_field(ComplaintChannel, default=ComplaintChannel.PHONE), group="complaint", zh="投诉渠道",
                    en="Channel of the complaint", listed=True)  # fmt: skip
    received_on = field(models.DateField(default=clock.today), group="complaint", zh="收到日期", en="Received on", listed=True,
                        aliases=("受理日期",))  # fmt: skip
    category = field(choice_field(ComplaintCategory, default=ComplaintCategory.SERVICE), group="about", zh="投诉类别",
                     en="Category", listed=True)  # fmt: skip
    severity = field(
        choice_field(Severity, default=Severity.NORMAL), group="about", zh="严重程度", en="Severity", listed=True
    )
    about_staff = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), group="about",
                        zh="被投诉人", en="Person complained about", help_zh="被投诉人看不到这件投诉，也不能经办",
                        help_en="That person neither sees nor handles the case")  # fmt: skip
    about_product = field(models.CharField(max_length=120, blank=True, default=""), group="about", zh="涉及产品",
                          en="Product complained about")  # fmt: skip
    cause = field(
        choice_field(ComplaintCause, blank=True, default=""), group="about", zh="投诉原因", en="Cause", listed=True
    )
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="complaints"),
                  zh="经办人", en="Handled by", listed=True)  # fmt: skip
    state = field(
        choice_field(ComplaintState, default=ComplaintState.OPEN),
        zh="投诉阶段",
        en="Stage",
        listed=True,
        editable=False,
    )
    acknowledge_by = field(models.DateField(), zh="告知期限", en="Acknowledge by", editable=False)
    accept_by = field(models.DateField(), zh="受理期限", en="Accept or reject by", editable=False)
    due_on = field(models.DateField(), zh="答复期限", en="Reply by", listed=True, aliases=("办结期限",))
    acknowledged_on = field(
        models.DateField(null=True, blank=True), zh="告知日期", en="Acknowledged on", editable=False
    )
    accepted_on = field(
        models.DateField(null=True, blank=True), zh="受理决定日期", en="Accepted or rejected on", editable=False
    )
    extended_on = field(models.DateField(null=True, blank=True), zh="延期日期", en="Extended on", editable=False)
    replied_on = field(models.DateField(null=True, blank=True), zh="答复日期", en="Replied on", editable=False)
    closed_on = field(
        models.DateField(null=True, blank=True), zh="投诉办结日期", en="Case closed on", listed=True, editable=False
    )
    decision = field(
        choice_field(ComplaintDecision, blank=True, default=""),
        zh="处理结论",
        en="Decision",
        listed=True,
        editable=False,
    )
    reply = field(
        models.TextField(blank=True, default=""), zh="答复内容", en="Reply", sensitivity=PERSONAL, editable=False
    )
    outcome = field(models.CharField(max_length=500, blank=True, default=""), zh="投诉处理结果", en="Outcome of the complaint",
                    listed=True, sensitivity=PERSONAL, editable=False)  # fmt: skip
    satisfied = field(
        choice_field(Satisfaction, default=Satisfaction.UNKNOWN),
        zh="客户是否满意",
        en="Client satisfied",
        editable=False,
    )
    escalation = field(models.PositiveSmallIntegerField(default=0), zh="升级（期限已用百分比）", en="Escalated at % of the time",
                       editable=False)  # fmt: skip
    retention_until = field(models.DateField(null=True, blank=True), zh="投诉保存至", en="Kept until", editable=False)
    registered_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                          zh="投诉登记人", en="Registered by", editable=False)  # fmt: skip
    extra = custom_fields.store_field()

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["due_on"], condition=~Q(state="closed"), name="complaints_open"),
            models.Index(fields=["owner", "due_on"], condition=~Q(state="closed"), name="complaints_of_owner"),
        ]

    def __str__(self) -> str:
        return self.subject

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return the cases of people who are not clients that an actor may see: those they handle or registered."""
        return Q(owner_id=actor.user_id) | Q(registered_by_id=actor.user_id)


class ComplaintEvent(ClientRecorded):
    """An event in a case, appended and never changed. `client` is that of the case."""

    names = Names("投诉经过", "Event of a complaint", "Events of complaints")
    client_path = "client"
    retention = TWENTY_YEARS
    objects: Any = NotAboutActor("complaint__about_staff")
    at_clients: Any = scope.Scoped()

    complaint = field(models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="events"), zh="投诉", en="Complaint",
                      editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="+"), zh="客户",
                   en="Client", editable=False)  # fmt: skip
    kind = field(choice_field(ComplaintEventKind), zh="经过类别", en="Kind of event", listed=True, editable=False)
    at = field(models.DateTimeField(default=clock.now), zh="发生时间", en="Happened at", listed=True, editable=False)
    by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="经过登记人",
               en="Noted by", listed=True, editable=False)  # fmt: skip
    text = field(models.TextField(blank=True, default=""), zh="经过内容", en="What was noted", listed=True, sensitivity=PERSONAL,
                 editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["complaint", "at"], name="events_of_complaint")]

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return the events of visible cases of people who are not clients."""
        return Q(complaint__owner_id=actor.user_id) | Q(complaint__registered_by_id=actor.user_id)


def _days(default: int, most: int, zh: str, en: str, tag_zh: str, tag_en: str) -> Any:
    column = models.PositiveSmallIntegerField(
        default=default, validators=[MinValueValidator(1), MaxValueValidator(most)]
    )
    return field(column, zh=zh, en=en, help_zh=tag_zh, help_en=tag_en)


HOUSE = ("内部默认", "House default")
UNVERIFIED = ("内部默认，出处待核实，不作为法定期限", "House default, source to be checked; not stated as law")


class ComplaintSettings(Recorded):
    """The deadlines of complaints, one row. Sources: domain.md 5.7; none of them is stated as law."""

    names = Names("投诉期限设置", "Settings of complaints", "Settings of complaints")

    acknowledge_days = _days(1, 30, "告知已收到（工作日）", "Acknowledge within (working days)", *HOUSE)
    accept_days = _days(5, 60, "决定是否受理（工作日）", "Accept or reject within (working days)", *UNVERIFIED)
    reply_days = _days(15, 120, "答复（工作日）", "Reply within (working days)", *UNVERIFIED)
    extension_days = _days(15, 120, "延长一次（工作日）", "One extension of (working days)", *UNVERIFIED)
    outer_days = _days(60, 365, "最长期限（自然日）", "Outer bound (calendar days)", *UNVERIFIED)
    retention_years = _days(20, 60, "保存年限（年）", "Kept for (years)", *HOUSE)
