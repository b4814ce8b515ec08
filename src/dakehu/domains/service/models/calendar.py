"""Models of the calendar: meetings with attendees, contact plans of clients, working hours and goals."""

from typing import Any
from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from dakehu.domains.service.models.work import Channel
from dakehu.domains.tiers.choices import TierCode
from dakehu.foundation.access.actor import Actor, current_actor
from dakehu.foundation.access.scope import Common
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field, model_of
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT


def new_uid() -> str:
    """Return a fresh identifier of a meeting for other calendars."""
    return f"{uuid4()}@dakehu"


def people_of(actor: Actor) -> tuple[int, ...]:
    """Return the ids of the people whose meetings an actor sees."""
    return (*actor.covers, actor.user_id) if actor.user_id else actor.covers


class MeetingKind(Choices):
    """Kind of a meeting."""

    VISIT = "visit", "上门拜访", "Visit", ("拜访", "上门")
    OFFICE = "office", "到店面谈", "At our office", ("面谈", "来访", "临柜")
    CALL = "call", "电话会议", "Call", ("电话",)
    VIDEO = "video", "视频会议", "Video", ("视频",)
    EVENT = "event", "客户活动", "Client event", ("活动", "沙龙", "研讨会")
    INTERNAL = "internal", "内部会议", "Internal", ("例会", "内部")


class MeetingState(Choices):
    """State of a meeting."""

    PLANNED = "planned", "已安排", "Planned", ("计划",)
    HELD = "held", "已召开", "Held", ("完成", "已完成")
    CANCELLED = "cancelled", "已取消", "Cancelled", ("取消",)


class Answer(Choices):
    """Answer of an attendee to the invitation."""

    OPEN = "open", "未答复", "No answer yet"
    ACCEPTED = "accepted", "接受", "Accepted"
    TENTATIVE = "tentative", "待定", "Tentative"
    DECLINED = "declined", "谢绝", "Declined"


class Meeting(ClientRecorded):
    """A meeting, with a client or among staff; once, or a series by an RFC 5545 rule.

    The row with `rrule` is the series; `excluded` are the starts (local, ISO, "2026-12-01T10:00") at which it does not
    take place. A row with `series` and `recurrence_id` replaces the one meeting of the series that was to start then.
    `uid` and `recurrence_id` together identify a meeting in other calendars, `etag` is its version there.
    """

    names = Names("会议", "Meeting", "Meetings", aliases=("日程", "Appointment"))

    client_path = "client"
    searched = {"subject": TEXT, "agenda": TEXT, "minutes": TEXT, "outcome": TEXT}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="meetings"),
                   zh="客户", en="Client", listed=True, aliases=("客户号", "客户姓名"), help_zh="内部会议留空",
                   help_en="Empty for a meeting among staff")  # fmt: skip
    subject = field(models.CharField(max_length=200), zh="会议主题", en="Subject", listed=True, sensitivity=PERSONAL, aliases=("主题",), example="三季度资产检视")  # fmt: skip
    kind = field(choice_field(MeetingKind, default=MeetingKind.OFFICE), zh="会议形式", en="Kind of meeting", listed=True,)  # fmt: skip
    starts_at = field(models.DateTimeField(), zh="开始时间", en="Starts at", listed=True, aliases=("会议时间",),
                      example="2026-12-01 10:00")  # fmt: skip
    ends_at = field(models.DateTimeField(), zh="结束时间", en="Ends at", listed=True, example="2026-12-01 11:00")  # fmt: skip
    all_day = field(models.BooleanField(default=False), zh="全天", en="All day")
    place = field(models.CharField(max_length=200, blank=True, default=""), zh="地点", en="Place", listed=True,
                  sensitivity=PERSONAL, aliases=("会议地点",))  # fmt: skip
    organiser = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="meetings"),
                      zh="组织人", en="Organiser", listed=True)  # fmt: skip
    agenda = field(models.TextField(blank=True, default=""), zh="议程", en="Agenda", sensitivity=PERSONAL,
                   aliases=("会议议程",))  # fmt: skip
    rrule = field(models.CharField(max_length=200, blank=True, default=""), zh="重复规则", en="Repeats by rule",
                  help_zh="RFC 5545，如 FREQ=MONTHLY;COUNT=6", help_en="RFC 5545, such as FREQ=MONTHLY;COUNT=6")  # fmt: skip
    state = field(
        choice_field(MeetingState, default=MeetingState.PLANNED), zh="会议状态", en="State", listed=True, editable=False
    )
    minutes = field(models.TextField(blank=True, default=""), zh="会议纪要", en="Minutes", sensitivity=PERSONAL,
                    editable=False, aliases=("纪要",))  # fmt: skip
    outcome = field(models.CharField(max_length=500, blank=True, default=""), zh="会议结果", en="Outcome", listed=True,
                    sensitivity=PERSONAL, editable=False, aliases=("结论",))  # fmt: skip
    cancel_reason = field(models.CharField(max_length=300, blank=True, default=""), zh="取消原因", en="Why cancelled",
                          sensitivity=PERSONAL, editable=False)  # fmt: skip
    series = field(models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="exceptions"),
                   zh="所属系列", en="Series", editable=False)  # fmt: skip
    recurrence_id = field(
        models.DateTimeField(null=True, blank=True), zh="原定时间", en="Originally at", editable=False
    )
    excluded = field(models.JSONField(default=list), zh="不举行的时间", en="Excluded starts", editable=False)
    uid = field(models.CharField(max_length=255, default=new_uid), zh="日历标识", en="Calendar UID", editable=False)
    etag = field(models.CharField(max_length=120, blank=True, default=""), zh="外部日历版本", en="ETag", editable=False)
    sequence = field(models.PositiveIntegerField(default=0), zh="修订次数", en="Sequence", editable=False)
    interaction = field(models.ForeignKey("service.Interaction", null=True, blank=True, on_delete=models.SET_NULL,
                                          related_name="+"), zh="服务记录", en="Interaction", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["uid"], condition=Q(recurrence_id=None), name="one_meeting_a_uid"),
            models.UniqueConstraint(fields=["uid", "recurrence_id"], name="one_exception_a_start"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="meeting_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="meetings_by_start"),
            models.Index(fields=["organiser", "starts_at"], name="meetings_of_organiser"),
            models.Index(fields=["client", "-starts_at"], name="meetings_of_client"),
            models.Index(fields=["starts_at"], condition=~Q(rrule=""), name="meetings_in_series"),
        ]

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return the condition of meetings among staff that an actor sees: those of the people the actor covers."""
        people = people_of(actor)
        attended = models.QuerySet(MeetingAttendee).filter(user_id__in=people).values("meeting_id")
        return Q(organiser_id__in=people) | Q(pk__in=attended)


class MeetingAttendee(ClientRecorded):
    """Who attends a meeting: a member of staff, a client, or a named guest.

    `client` is the attending client, or for staff and guests the client of the meeting, so that scope applies here too.
    """

    names = Names("参会人", "Attendee", "Attendees")

    client_path = "client"
    retention = TWENTY_YEARS

    meeting = field(
        models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendees"), zh="会议", en="Meeting"
    )
    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="+"),
                   zh="客户", en="Client", listed=True)  # fmt: skip
    user = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="人员",
                 en="Staff", listed=True)  # fmt: skip
    is_client = field(models.BooleanField(default=False), zh="客户参会", en="The client attends", listed=True)
    name = field(models.CharField(max_length=120, blank=True, default=""), zh="姓名", en="Name", listed=True,
                 sensitivity=PERSONAL)  # fmt: skip
    address = field(models.CharField(max_length=200, blank=True, default=""), zh="邮箱", en="Mail address",
                    sensitivity=PERSONAL)  # fmt: skip
    answer = field(choice_field(Answer, default=Answer.OPEN), zh="答复", en="Answer", listed=True)
    interaction = field(models.ForeignKey("service.Interaction", null=True, blank=True, on_delete=models.SET_NULL,
                                          related_name="+"), zh="服务记录", en="Interaction", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], condition=~Q(user=None), name="one_seat_a_person"),
        ]
        indexes = [models.Index(fields=["user", "meeting"], name="meetings_attended")]

    @staticmethod
    def visible_without_client(actor: Actor) -> Q:
        """Return the condition of attendees without a client that an actor sees: those of visible meetings among staff."""
        meetings = models.QuerySet(Meeting).filter(Meeting.visible_without_client(actor), client=None)
        return Q(meeting_id__in=meetings.values("pk"))


class ContactPlan(ClientRecorded):
    """How a client wishes to be contacted, and the day of a moved next contact; one row per client with wishes.

    A client without a row is contacted by the tier's standard. `days`: weekdays that suit, as digits 1 (Monday) to 5,
    "" for all. `next_on` is a day set manually; `owed_on` the day on which the contact would have been due.
    """

    names = Names("联系计划", "Contact plan", "Contact plans")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.OneToOneField("clients.Client", on_delete=models.CASCADE, related_name="contact_plan"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    channel = field(choice_field(Channel, blank=True, default=""), zh="偏好渠道", en="Preferred channel", listed=True)
    every_days = field(models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3660)]),
                       zh="约定联系间隔（天）", en="Contact every (days)", listed=True, help_zh="空白表示按级别的服务标准",
                       help_en="Empty: as the tier's standard says")  # fmt: skip
    days = field(models.CharField(max_length=5, blank=True, default=""), zh="方便的星期", en="Weekdays that suit",
                 help_zh="如 135 表示周一、周三、周五；空白表示均可", help_en="135: Monday, Wednesday, Friday; empty: any")  # fmt: skip
    from_time = field(
        models.CharField(max_length=5, blank=True, default=""), zh="最早时间", en="Not before", example="09:30"
    )
    until_time = field(
        models.CharField(max_length=5, blank=True, default=""), zh="最晚时间", en="Not after", example="17:00"
    )
    no_contact = field(models.BooleanField(default=False), zh="不主动联系", en="Do not contact", listed=True)
    no_contact_until = field(
        models.DateField(null=True, blank=True), zh="暂不联系至", en="No contact until", listed=True
    )
    wish = field(models.CharField(max_length=300, blank=True, default=""), zh="客户意愿", en="The client's wish",
                 sensitivity=PERSONAL, listed=True, example="年报季不联系，有急事发微信")  # fmt: skip
    next_on = field(models.DateField(null=True, blank=True), zh="改约日期", en="Moved to", listed=True, editable=False)
    owed_on = field(models.DateField(null=True, blank=True), zh="原应联系日", en="Was owed on", editable=False)
    postponed_reason = field(models.CharField(max_length=300, blank=True, default=""), zh="推迟原因", en="Why postponed",
                             sensitivity=PERSONAL, listed=True, editable=False)  # fmt: skip
    postponed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                         zh="推迟人", en="Postponed by", editable=False)  # fmt: skip
    postponed_on = field(models.DateField(null=True, blank=True), zh="推迟登记日", en="Postponed on", editable=False)

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["next_on"], name="contact_plans_by_day")]


class WorkingHours(Recorded):
    """Hours of a weekday (1 Monday to 7 Sunday) in which a member of staff works and may be booked.

    A member without rows works the desk's default hours; a weekday without a row is free once there is any row.
    """

    names = Names("工作时间", "Working hours", "Working hours")

    user = field(models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="working_hours"), zh="人员", en="Staff",
                 listed=True)  # fmt: skip
    weekday = field(models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]), zh="星期",
                    en="Weekday", listed=True)  # fmt: skip
    starts = field(models.TimeField(), zh="从", en="From", listed=True)
    ends = field(models.TimeField(), zh="到", en="To", listed=True)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "weekday", "starts"], name="one_window_a_start")]


class Measure(Choices):
    """What a goal counts; always counted from records, never entered."""

    CONTACTS = "contacts", "客户联系次数", "Contacts", ("联系次数", "服务次数")
    COVERAGE = "coverage", "服务覆盖率", "Coverage", ("覆盖率",)
    NEW_CLIENTS = "new_clients", "新开户客户数", "New clients", ("新增客户", "新客户")
    EVENTS = "events", "举办客户活动", "Events held", ("活动场次",)


class GoalScope(Common):
    """Goals of the actor, of the people whom the actor covers, and of their teams."""

    def get_queryset(self) -> Any:
        """Return the goals that the current actor may see."""
        actor = current_actor()
        rows = super().get_queryset()
        if actor.is_system:
            return rows
        people = people_of(actor)
        teams = model_of("team.User").objects.filter(pk__in=people).exclude(team=None).values("team_id")
        return rows.filter(Q(user_id__in=people) | Q(team_id__in=teams))


class Goal(Recorded):
    """A goal of a member or a team over a period. `target` is a number, or a percentage for coverage."""

    names = Names("工作目标", "Goal", "Goals", aliases=("目标",))
    lookup_fields = ("name",)

    name = field(
        models.CharField(max_length=120),
        zh="目标名称",
        en="Name of the goal",
        listed=True,
        example="四季度联系客户 120 次",
    )
    measure = field(choice_field(Measure), zh="衡量指标", en="Measure", listed=True, aliases=("指标",))
    user = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.CASCADE, related_name="goals"),
                 zh="人员", en="Staff", listed=True, help_zh="与团队二选一", help_en="Either staff or a team")  # fmt: skip
    team = field(models.ForeignKey("team.Team", null=True, blank=True, on_delete=models.CASCADE, related_name="goals"),
                 zh="团队", en="Team", listed=True)  # fmt: skip
    first_on = field(models.DateField(), zh="开始日期", en="From", listed=True, example="2026-10-01")
    last_on = field(models.DateField(), zh="截止日期", en="To", listed=True, example="2026-12-31")
    target = field(models.DecimalField(max_digits=9, decimal_places=1, validators=[MinValueValidator(1)]), zh="目标值",
                   en="Target", listed=True, help_zh="覆盖率填百分数，如 90", help_en="A percentage for coverage, such as 90")  # fmt: skip
    tier = field(
        choice_field(TierCode, max_length=4, blank=True, default=""),
        zh="限客户级别",
        en="Of clients in tier",
        listed=True,
    )
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="目标说明", en="Note", listed=True)

    objects: Any = GoalScope()

    class Meta(Recorded.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="goal_ends_after_start"),
            models.CheckConstraint(condition=Q(user=None) ^ Q(team=None), name="goal_has_one_bearer"),
        ]
        indexes = [models.Index(fields=["last_on"], name="goals_by_end")]

    def __str__(self) -> str:
        return self.name
