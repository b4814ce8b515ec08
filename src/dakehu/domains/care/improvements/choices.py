"""Choices of issues of improvement, in both languages."""

from dakehu.foundation.schema.fields import Choices


class Stage(Choices):
    """Stage of an issue: the four steps of improvement (PDCA)."""

    PLAN = "plan", "计划", "Plan", ("P", "待计划")
    DO = "do", "执行", "Do", ("D", "整改中")
    CHECK = "check", "检查", "Check", ("C", "效果检查")
    ACT = "act", "处置", "Act", ("A", "标准化")


class CauseMethod(Choices):
    """Method by which the cause was found."""

    WHYS = "whys", "五问法", "Five whys", ("5why",)
    FISHBONE = "fishbone", "鱼骨图", "Fishbone diagram", ("因果图",)
    DATA = "data", "数据分析", "Data", ("数据",)
    INTERVIEWS = "interviews", "访谈", "Interviews"
    OTHER = "other", "其他", "Other"


class MetricName(Choices):
    """Metric of an effect; each is declared with its reader in metrics.py."""

    COMPLAINTS = "complaints", "投诉客户占比", "Share of clients who complain"
    FEEDBACK = "feedback", "提建议客户占比", "Share of clients who suggest a change"
    REQUESTS = "requests", "提诉求客户占比", "Share of clients with a request"
    ON_TIME = "on_time", "诉求按期办结率", "Share of requests closed in time"
    FIRST_CONTACT = "first_contact", "诉求一次解决率", "Share of requests solved at once"
    PROMISES = "promises", "承诺兑现率", "Share of promises kept in time"
    SATISFACTION = "satisfaction", "问卷满意率", "Share satisfied in surveys"
    DAYS_TO_CLOSE = "days_to_close", "诉求办结天数", "Days to close a request"
    MAIL_MINUTES = "mail_minutes", "邮件首次回复分钟", "Minutes to the first reply to a mail"
    TYPED = "typed", "手工填报的比率", "Share typed in by hand"


class Window(Choices):
    """One of the two time windows that are compared."""

    BEFORE = "before", "改进前", "Before"
    AFTER = "after", "改进后", "After"


class NoEffectReason(Choices):
    """Reason why an issue is closed without a measured effect."""

    TOO_FEW = "too_few", "样本太少，无法判断", "Too few cases to tell"
    NO_CHANGE = "no_change", "未见改善，不再继续", "No improvement; given up"
    NOT_MEASURABLE = "not_measurable", "无法用数据衡量", "Cannot be measured"
    OUTSIDE = "outside", "原因在公司之外", "The cause lies outside the firm"
    DUPLICATE = "duplicate", "与其他事项重复", "Same as another issue"
    NOT_WORTH = "not_worth", "成本高于收益", "Costs more than it brings"


class InformedBy(Choices):
    """How a client was informed of the outcome of their feedback."""

    CALL = "call", "电话", "Call"
    MEETING = "meeting", "面谈", "Meeting"
    WECHAT = "wechat", "企业微信", "WeChat"
    MAIL = "mail", "邮件", "Mail"
    LETTER = "letter", "信函", "Letter"
