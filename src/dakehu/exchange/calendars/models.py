"""Tables of external calendars: connections and their linked events, feeds, and bookable hours."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names

OWNER = "team.User"


class CalendarLink(Recorded):
    """A calendar of a colleague on a CalDAV server, synchronised with the meetings that the colleague organises.

    `names_clients`: titles contain the client's name and the subject; otherwise code and purpose. `takes_new`: an
    event created there becomes a meeting here. `ctag`: the version of the calendar at the end of the last run.
    """

    names = Names("日历连接", "Calendar connection", "Calendar connections")
    lookup_fields = ("name",)

    name = field(
        models.CharField(max_length=60, unique=True), zh="名称", en="Name", listed=True, example="林晓的手机日历"
    )
    owner = field(
        models.ForeignKey(OWNER, on_delete=models.PROTECT, related_name="+"), zh="所有人", en="Owner", listed=True
    )
    url = field(models.CharField(max_length=400), zh="日历地址", en="Address of the calendar", listed=True,
                example="https://dav.example.com/lin/work/")  # fmt: skip
    username = field(models.CharField(max_length=200), zh="登录名", en="User name")
    password = field(
        EncryptedTextField(null=True, blank=True), zh="密码", en="Password", sensitivity=SECRET, editable=False
    )
    password_at = field(models.DateTimeField(null=True, blank=True), zh="密码更换于", en="Password of", editable=False)
    names_clients = field(models.BooleanField(default=False), zh="显示客户姓名与主题", en="Names of clients and subjects",
                          help_zh="默认只写客户号与会议形式", help_en="By default only code and purpose leave the desk")  # fmt: skip
    takes_new = field(models.BooleanField(default=False), zh="接收外部新建的日程", en="Take what is made there",
                      help_zh="默认只列出，不建会议", help_en="By default it is listed and no meeting is made")  # fmt: skip
    since = field(
        models.DateField(), zh="从哪天起", en="Since", help_zh="更早的会议不同步", help_en="Earlier meetings stay out"
    )
    is_on = field(models.BooleanField(default=False), zh="已启用", en="Switched on", editable=False, listed=True)
    ctag = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class EventState(Choices):
    """The state of an event of another calendar."""

    LINKED = "linked", "一致", "Agrees"
    CONFLICT = "conflict", "有冲突", "In conflict"
    ASIDE = "aside", "未同步", "Set aside"


class LinkedEvent(Recorded):
    """An event of another calendar and its meeting here, if any.

    base: the event as both sides had it after the last run ({} if never). title: the title that the desk would send.
    theirs: the complete text of the other side, kept while a decision is pending. choice: "here" or "there".
    is_from_there: it was created there and the meeting from it.
    """

    names = Names("外部日程", "Event of another calendar", "Events of other calendars")

    link = field(
        models.ForeignKey(CalendarLink, on_delete=models.CASCADE, related_name="events"), zh="日历", en="Calendar"
    )
    meeting_ref = models.BigIntegerField(null=True)  # not a key: undoing a meeting does not depend on it
    state = field(choice_field(EventState, default=EventState.LINKED), zh="状态", en="State", listed=True)
    reason = models.CharField(max_length=30, blank=True, default="")
    uid = models.CharField(max_length=255)
    href = models.CharField(max_length=600, blank=True, default="")
    etag = models.CharField(max_length=300, blank=True, default="")
    title = models.CharField(max_length=400, blank=True, default="")
    base = models.JSONField(default=dict)
    theirs = models.TextField(blank=True, default="")
    choice = models.CharField(max_length=5, blank=True, default="")
    is_from_there = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "uid"], name="one_event_a_uid")]


class SyncState(Choices):
    """How a run ended."""

    DONE = "done", "已完成", "Done"
    FAILED = "failed", "未完成", "Failed"


class CalendarRun(Recorded):
    """One run of a calendar. `counts`: {seen, stored, sent, aside, conflicts}; `batches`: what can be undone."""

    names = Names("日历同步记录", "Run of a calendar", "Runs of calendars")

    link = field(
        models.ForeignKey(CalendarLink, on_delete=models.CASCADE, related_name="runs"), zh="日历", en="Calendar"
    )
    state = field(choice_field(SyncState, default=SyncState.DONE), zh="状态", en="State", listed=True)
    started_at = field(models.DateTimeField(), zh="开始", en="Started", listed=True)
    ended_at = field(models.DateTimeField(null=True, blank=True), zh="结束", en="Ended", listed=True)
    counts = models.JSONField(default=dict)
    batches = models.JSONField(default=list)
    failure = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["link", "-id"], name="runs_of_calendar")]


class CalendarFeed(Recorded):
    """A feed of a user's calendar: a token of scope "calendar" and whether the feed contains names."""

    names = Names("日历订阅", "Calendar feed", "Calendar feeds")

    token = field(models.OneToOneField("team.Token", on_delete=models.CASCADE, related_name="+"), zh="令牌", en="Token")
    names_clients = field(models.BooleanField(default=False), zh="显示客户姓名与主题", en="Names of clients and subjects",
                          help_zh="默认只写客户号与事由", help_en="By default only code and purpose leave the desk")  # fmt: skip


class BookingLink(Recorded):
    """An expiring link by which a client books one of a colleague's free hours.

    A link for one client creates a meeting with that client; otherwise one with a guest, to be assigned by the
    colleague.
    """

    names = Names("预约链接", "Booking link", "Booking links")

    owner = field(
        models.ForeignKey(OWNER, on_delete=models.CASCADE, related_name="+"), zh="所有人", en="Owner", listed=True
    )
    client_ref = models.BigIntegerField(null=True)  # read within the owner's current scope
    purpose = field(models.CharField(max_length=80), zh="约谈事项", en="Purpose", listed=True, example="季度回顾",
                    help_zh="客户能看到，请勿写姓名", help_en="Shown on the page: name nobody")  # fmt: skip
    minutes = field(models.PositiveSmallIntegerField(default=45, validators=[MinValueValidator(15), MaxValueValidator(240)]),
                    zh="时长（分钟）", en="Length (minutes)")  # fmt: skip
    days_ahead = field(models.PositiveSmallIntegerField(default=14, validators=[MinValueValidator(1), MaxValueValidator(60)]),
                       zh="开放未来几天", en="Days ahead")  # fmt: skip
    most = field(models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]),
                 zh="最多预约次数", en="Bookings at most")  # fmt: skip
    expires_on = field(models.DateField(), zh="到期日", en="Expires on", listed=True)
    is_revoked = field(models.BooleanField(default=False), zh="已停用", en="Revoked", listed=True, editable=False)


class Booking(Recorded):
    """A free hour that was booked through a link. No two bookings of a colleague share a quarter hour:
    each reserves every quarter hour that it overlaps."""

    names = Names("预约", "Booking", "Bookings")

    link = field(
        models.ForeignKey(BookingLink, on_delete=models.CASCADE, related_name="bookings"), zh="链接", en="Link"
    )
    meeting_ref = models.BigIntegerField(null=True)  # not a key: undoing a meeting does not depend on it
    starts_at = field(models.DateTimeField(), zh="开始时间", en="Starts at", listed=True)
    booked_at = field(models.DateTimeField(), zh="预约于", en="Booked at", listed=True)


class BookedQuarter(Recorded):
    """A quarter hour of a colleague that a booking reserves; the constraint prevents double bookings."""

    names = Names("已约时段", "Booked quarter", "Booked quarters")

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="quarters")
    user = models.ForeignKey(OWNER, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    is_free = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "starts_at"], condition=Q(is_free=False), name="one_booking_a_quarter"
            )
        ]
