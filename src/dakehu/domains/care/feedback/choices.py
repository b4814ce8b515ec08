"""Choices of feedback, in both languages."""

from dakehu.foundation.schema.fields import Choices


class FeedbackKind(Choices):
    """Kind of feedback. A complaint is registered as a case of compliance and never stored here."""

    COMPLAINT = "complaint", "投诉", "Complaint", ("抱怨",)
    SUGGESTION = "suggestion", "建议", "Suggestion", ("意见", "意见建议")
    PRAISE = "praise", "表扬", "Praise", ("感谢", "好评")
    QUESTION = "question", "咨询", "Question", ("问询",)


class FeedbackChannel(Choices):
    """Channel of feedback: the values of complaints, and surveys."""

    PHONE = "phone", "电话", "Phone", ("来电", "客服热线")
    MAIL = "mail", "邮件", "Mail", ("电子邮件", "邮箱")
    FORM = "form", "网站或 APP 表单", "Web form", ("网站", "APP", "表单")
    BRANCH = "branch", "营业部现场", "Branch", ("现场", "临柜", "营业部")
    LETTER = "letter", "信函", "Letter", ("来信",)
    HOTLINE = "hotline", "12386 转办", "Hotline 12386", ("12386", "热线转办")
    SURVEY = "survey", "问卷", "Survey", ("满意度调查",)
    STAFF = "staff", "员工转达", "Passed on by staff", ("客户经理转达",)
    OTHER = "other", "其他", "Other"


class FeedbackState(Choices):
    """State of the handling of feedback."""

    OPEN = "open", "待答复", "Open", ("待处理", "新建")
    REPLIED = "replied", "已答复", "Replied", ("已回复",)
    CLOSED = "closed", "已办结", "Closed", ("完成",)


class SuggestedMood(Choices):
    """The mood of a text as suggested by the model; no decision depends on it."""

    POSITIVE = "positive", "正面", "Positive"
    NEGATIVE = "negative", "负面", "Negative"
    NEUTRAL = "neutral", "中性", "Neutral"
    UNSURE = "unsure", "拿不准", "Unsure"
