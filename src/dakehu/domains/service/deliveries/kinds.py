"""Channels, kinds and states of deliveries. Pure."""

from dakehu.foundation.schema.fields import Choices


class DeliveryChannel(Choices):
    """Channel of a message."""

    MAIL = "mail", "邮件", "Mail", ("电子邮件", "email")
    CHAT = "chat", "即时消息", "Chat", ("企业微信", "钉钉", "飞书")
    DESK = "desk", "系统内提醒", "In the desk", ("提醒",)
    TEXT_MESSAGE = "sms", "短信", "Text message", ("SMS",)
    WECHAT = "wechat", "微信", "WeChat"


class DeliveryKind(Choices):
    """Kind of a message. Those of TO_STAFF are sent to staff."""

    NOTICE = "notice", "提醒", "Notice"
    DIGEST = "digest", "每日汇总", "Digest"
    CODE = "code", "地址验证码", "Code for an address"
    TEST = "test", "测试", "Test"
    CLIENT_MAIL = "client_mail", "客户往来", "To a client"
    DUTY = "duty", "法定告知", "Duty notice"
    CAMPAIGN = "campaign", "营销活动", "Campaign"
    EVENT = "event", "活动邀请", "Invitation"
    SURVEY = "survey", "问卷", "Survey"
    REPORT = "report", "定期报表", "Scheduled report"
    SEAL = "seal", "日志封存", "Audit seal"


class DeliveryState(Choices):
    """State of a message. The counts of all states add up to the number queued."""

    PLANNED = "planned", "已计划", "Planned"
    HELD = "held", "暂缓", "Held"
    QUEUED = "queued", "待发送", "Queued"
    SENDING = "sending", "发送中", "Sending"
    ACCEPTED = "accepted", "已送出", "Accepted"
    FAILED_TEMPORARY = "failed_temporary", "暂时失败，将重试", "Failed, to be tried again"
    FAILED_FINAL = "failed_final", "失败", "Failed"
    UNKNOWN = "unknown", "结果不明", "Unknown"
    SUPPRESSED = "suppressed", "按规则未发送", "Held back by a rule"
    DELIVERED = "delivered", "已送达", "Delivered"
    BOUNCED = "bounced", "被退回", "Bounced"


WAITING = ("planned", "held", "queued", "failed_temporary")  # sent when due
SENT = ("accepted", "delivered")
AGAIN = ("failed_temporary", "failed_final", "unknown", "suppressed", "bounced", "held")  # a person may send it again
TO_STAFF = ("notice", "digest", "code", "test", "report")
MARKETING = ("campaign", "event")
AUTOMATIC = ("mail", "chat", "desk")  # channels that the desk itself can send by


class StaffChannel(Choices):
    """Channel of reminders to staff outside the desk."""

    MAIL = "mail", "邮件", "Mail", ("邮箱", "email")
    CHAT = "chat", "即时消息", "Chat", ("企业微信", "钉钉", "飞书", "Lark")


class MailSecurity(Choices):
    """Encryption of the connection to the mail server."""

    STARTTLS = "starttls", "STARTTLS", "STARTTLS"
    TLS = "tls", "TLS", "TLS", ("SSL",)
    NONE = "none", "不加密", "None"


class NoticeTiming(Choices):
    """When notices are sent outside the desk."""

    AT_ONCE = "at_once", "立即", "At once"
    DIGEST = "digest", "每天早上一次", "Once in the morning"
    NEVER = "never", "不离开系统", "Never"
