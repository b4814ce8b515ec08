"""Models of interactions, requests, follow-ups and attachments (客户服务记录, 定期跟进计划)."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT


class Channel(Choices):
    """How a client was contacted."""

    CALL = "call", "电话", "Call", ("通话", "电话沟通", "phone", "手机")
    WECHAT = "wechat", "微信", "WeChat", ("企业微信", "企微")
    MAIL = "mail", "邮件", "Mail", ("电子邮件", "邮箱", "email")
    MESSAGE = "message", "短信", "Message", ("消息", "sms")
    MEETING = "meeting", "面谈", "Meeting", ("面对面", "见面", "拜访", "上门", "会议", "临柜", "visit")
    EVENT = "event", "活动", "Event", ("沙龙", "研讨会", "客户活动", "见面会")
    VIDEO = "video", "视频", "Video", ("视频会议",)
    OTHER = "other", "其他", "Other"


class Mood(Choices):
    """The client's mood during an interaction."""

    CALM = "calm", "平稳", "Calm", ("平静", "正常")
    PLEASED = "pleased", "满意", "Pleased", ("高兴",)
    WORRIED = "worried", "焦虑", "Worried", ("担忧", "恐慌")
    UPSET = "upset", "不满", "Upset", ("生气", "抱怨")


class Interaction(ClientRecorded):
    """One contact with a client: time, channel, summary, result and promise."""

    names = Names("服务记录", "Interaction", "Interactions", aliases=("Service record", "客户服务记录"))

    client_path = "client"
    deduplicate_on_merge = True
    searched = {"purpose": TEXT, "summary": TEXT, "result": TEXT, "promise": TEXT}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="interactions"), zh="客户",
                   en="Client", listed=True, aliases=("客户号", "客户姓名", "客户名称"))  # fmt: skip
    held_at = field(models.DateTimeField(), zh="沟通时间", en="Held at", listed=True,
                    aliases=("日期", "时间", "服务日期", "服务时间", "发生日期", "联系时间"), example="2023-01-20 10:30")  # fmt: skip
    channel = field(choice_field(Channel, default=Channel.OTHER), zh="渠道", en="Channel", listed=True,
                    aliases=("方式", "沟通方式", "服务方式", "联系渠道"))  # fmt: skip
    staff = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="interactions"),
                  zh="服务人员", en="Staff", listed=True, aliases=("客户经理", "记录人", "员工", "跟进人"))  # fmt: skip
    purpose = field(models.CharField(max_length=120, blank=True, default=""), zh="目的", en="Purpose", listed=True,
                    sensitivity=PERSONAL, aliases=("服务目的", "主题", "事由"))  # fmt: skip
    summary = field(models.TextField(), zh="事件描述", en="Summary", listed=True, sensitivity=PERSONAL,
                    aliases=("内容", "服务内容", "沟通内容", "摘要", "描述", "记录"), example="客户咨询关于股票投资的问题")  # fmt: skip
    result = field(models.CharField(max_length=500, blank=True, default=""), zh="结果", en="Result", listed=True,
                   sensitivity=PERSONAL, aliases=("处理结果", "反馈结果", "反馈"))  # fmt: skip
    mood = field(
        choice_field(Mood, blank=True, default=""),
        zh="客户情绪",
        en="Client's mood",
        sensitivity=PERSONAL,
        aliases=("情绪",),
    )
    promise = field(models.CharField(max_length=300, blank=True, default=""), zh="承诺事项", en="Promise", listed=True,
                    sensitivity=PERSONAL, aliases=("承诺",))  # fmt: skip
    promise_due_on = field(models.DateField(null=True, blank=True), zh="承诺期限", en="Promised for", listed=True,
                           aliases=("承诺日期",))  # fmt: skip
    promise_kept_on = field(
        models.DateField(null=True, blank=True), zh="兑现日期", en="Promise kept on", editable=False
    )
    extra = custom_fields.store_field()

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["client", "-held_at"]),
            models.Index(fields=["promise_due_on"], condition=Q(promise_kept_on=None), name="promises_open"),
            models.Index(
                fields=["staff", "promise_due_on"],
                condition=Q(promise_kept_on=None) & ~Q(promise=""),
                name="promises_to_keep",
            ),
        ]


class RequestKind(Choices):
    """Kind of a request."""

    REQUEST = "request", "需求", "Request", ("请求", "业务办理")
    INQUIRY = "inquiry", "咨询", "Inquiry", ("问询",)
    COMPLAINT = "complaint", "投诉", "Complaint", ("抱怨",)
    SUGGESTION = "suggestion", "建议", "Suggestion", ("意见",)


class RequestState(Choices):
    """State of a request."""

    OPEN = "open", "待处理", "Open", ("新建",)
    WORKING = "working", "处理中", "In work", ("受理",)
    REPLIED = "replied", "已答复", "Replied", ("已回复",)
    CLOSED = "closed", "已办结", "Closed", ("关闭", "完成")


class Request(ClientRecorded):
    """A client's request, inquiry or suggestion, with a deadline and an outcome. A complaint is a case of compliance."""

    names = Names("客户诉求", "Request", "Requests", aliases=("需求与投诉", "诉求与投诉", "Request or complaint"))

    client_path = "client"
    searched = {"subject": TEXT, "detail": TEXT, "outcome": TEXT}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="requests"), zh="客户", en="Client",
                   listed=True, aliases=("客户号", "客户姓名"))  # fmt: skip
    kind = field(choice_field(RequestKind), zh="类别", en="Kind", listed=True, aliases=("类型",))
    opened_on = field(models.DateField(), zh="受理日期", en="Opened on", listed=True, aliases=("日期",))
    subject = field(
        models.CharField(max_length=160), zh="事项", en="Subject", listed=True, sensitivity=PERSONAL, aliases=("主题",)
    )
    detail = field(
        models.TextField(blank=True, default=""), zh="详情", en="Detail", sensitivity=PERSONAL, aliases=("内容",)
    )
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="requests"),
                  zh="负责人", en="Owner", listed=True)  # fmt: skip
    state = field(choice_field(RequestState, default=RequestState.OPEN), zh="状态", en="State", listed=True)
    due_on = field(models.DateField(), zh="办结期限", en="Due on", listed=True, aliases=("期限", "截止日期"))
    closed_on = field(
        models.DateField(null=True, blank=True), zh="办结日期", en="Closed on", listed=True, editable=False
    )
    outcome = field(models.CharField(max_length=500, blank=True, default=""), zh="处理结果", en="Outcome", listed=True,
                    sensitivity=PERSONAL)  # fmt: skip
    extra = custom_fields.store_field()

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["due_on"], condition=~Q(state="closed"), name="requests_open"),
            models.Index(fields=["owner", "due_on"], condition=~Q(state="closed"), name="requests_to_answer"),
        ]


class Every(Choices):
    """Interval of a repeating follow-up."""

    ONCE = "once", "一次", "Once", ("不重复",)
    WEEK = "week", "每周", "Every week", ("周",)
    FORTNIGHT = "fortnight", "每两周", "Every two weeks", ("双周",)
    MONTH = "month", "每月", "Every month", ("月",)
    QUARTER = "quarter", "每季度", "Every quarter", ("季度", "每季")
    HALF_YEAR = "half_year", "每半年", "Every half year", ("半年",)
    YEAR = "year", "每年", "Every year", ("年",)


class PlanState(Choices):
    """State of a follow-up."""

    PLANNED = "planned", "待跟进", "Planned", ("计划", "未完成", "待办")
    DONE = "done", "已完成", "Done", ("完成",)
    CANCELLED = "cancelled", "已取消", "Cancelled", ("取消",)


class FollowUp(ClientRecorded):
    """The next contact with a client, once or repeating."""

    names = Names("跟进计划", "Follow-up", "Follow-ups", aliases=("Follow-up plan", "定期跟进计划"))

    client_path = "client"
    deduplicate_on_merge = True
    searched = {"subject": TEXT}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="follow_ups"), zh="客户", en="Client",
                   listed=True, aliases=("客户号", "客户姓名", "客户名称"))  # fmt: skip
    due_on = field(models.DateField(), zh="计划日期", en="Due on", listed=True,
                   aliases=("日期", "跟进日期", "下次跟进日期", "计划时间"), example="2023-02-15")  # fmt: skip
    subject = field(models.CharField(max_length=200), zh="计划事项", en="Plan", listed=True, sensitivity=PERSONAL,
                    aliases=("跟进事项", "跟进内容", "事项", "计划内容", "计划"), example="安排面对面会议")  # fmt: skip
    channel = field(
        choice_field(Channel, blank=True, default=""),
        zh="跟进方式",
        en="Channel",
        listed=True,
        aliases=("方式", "渠道"),
    )
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"),
                  zh="负责人", en="Owner", listed=True, aliases=("跟进人", "客户经理"))  # fmt: skip
    every = field(
        choice_field(Every, default=Every.ONCE), zh="重复", en="Repeats", listed=True, aliases=("频率", "周期")
    )
    remind_days = field(models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(90)]), zh="提前提醒天数",
                        en="Remind days before", aliases=("提醒",))  # fmt: skip
    state = field(choice_field(PlanState, default=PlanState.PLANNED), zh="状态", en="State", listed=True)
    done_on = field(models.DateField(null=True, blank=True), zh="完成日期", en="Done on", editable=False, listed=True)
    moved_reason = field(models.CharField(max_length=300, blank=True, default=""), zh="推迟原因", en="Why postponed",
                         sensitivity=PERSONAL, editable=False)  # fmt: skip
    extra = custom_fields.store_field()

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="planned"), name="plans_open"),
            models.Index(fields=["owner", "due_on"], condition=Q(state="planned"), name="plans_to_follow"),
            models.Index(fields=["client", "due_on"]),
        ]


class Attachment(ClientRecorded):
    """A file of a client, optionally of one interaction or request.

    The file is stored encrypted outside the database. A removed one is kept and can be restored.
    """

    names = Names("客户文件", "File of a client", "Files of clients", aliases=("Attachment",))

    client_path = "client"
    searched = {"name": TEXT, "description": TEXT}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="attachments"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    name = field(models.CharField(max_length=200), zh="文件名", en="File name", listed=True, sensitivity=PERSONAL,
                 example="开户资料.pdf")  # fmt: skip
    description = field(models.CharField(max_length=300, blank=True, default=""), zh="说明", en="Description", listed=True,
                        sensitivity=PERSONAL, aliases=("备注", "描述"))  # fmt: skip
    interaction = field(models.ForeignKey(Interaction, null=True, blank=True, on_delete=models.SET_NULL,
                                          related_name="attachments"), zh="服务记录", en="Interaction")  # fmt: skip
    request = field(models.ForeignKey(Request, null=True, blank=True, on_delete=models.SET_NULL,
                                      related_name="attachments"), zh="客户诉求", en="Request")  # fmt: skip
    complaint = field(models.ForeignKey("compliance.Complaint", null=True, blank=True, on_delete=models.SET_NULL,
                                        related_name="attachments"), zh="投诉", en="Complaint")  # fmt: skip
    mail = field(models.ForeignKey("service.Mail", null=True, blank=True, on_delete=models.CASCADE,
                                   related_name="attachments"), zh="邮件", en="Mail", editable=False)  # fmt: skip
    media = field(models.CharField(max_length=100), zh="类型", en="Type", editable=False)
    size = field(models.BigIntegerField(), zh="大小", en="Size", unit="B", listed=True, editable=False)
    added_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="添加人",
                     en="Added by", listed=True, editable=False)  # fmt: skip
    added_at = field(models.DateTimeField(), zh="添加时间", en="Added at", listed=True, editable=False)
    removed_at = field(models.DateTimeField(null=True), zh="移除时间", en="Taken away at", editable=False)
    file_key = field(models.CharField(max_length=40, unique=True), zh="文件编号", en="File key", editable=False)
    sha256 = field(models.CharField(max_length=64), zh="校验值", en="Checksum", editable=False)

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["client", "-added_at"])]
