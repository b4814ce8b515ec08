"""Choices of surveys. Pure."""

from dakehu.foundation.schema.fields import Choices


class Anonymity(Choices):
    """Who can identify the author of an answer. Frozen with the first invitation."""

    NAMED = "named", "实名", "Named"
    CONFIDENTIAL = "confidential", "保密", "Confidential"
    ANONYMOUS = "anonymous", "匿名", "Anonymous"


class Purpose(Choices):
    """When a survey is sent."""

    GENERAL = "general", "按名单发送", "To a list"
    REQUEST = "request", "诉求办结后", "After a request"
    COMPLAINT = "complaint", "投诉答复后", "After the reply to a complaint"


class SurveyState(Choices):
    """State of a survey."""

    DRAFT = "draft", "草稿", "Draft"
    OPEN = "open", "进行中", "Open"
    CLOSED = "closed", "已结束", "Closed"


class QuestionKind(Choices):
    """Kind of a question."""

    SINGLE = "single", "单选", "One choice"
    MULTIPLE = "multiple", "多选", "Several choices"
    MATRIX = "matrix", "矩阵评分", "Matrix"
    NPS = "nps", "推荐意愿 0–10", "Recommendation 0–10"
    CSAT = "csat", "满意度 1–5", "Satisfaction 1–5"
    TEXT = "text", "文字", "Text"


class AnswerChannel(Choices):
    """Channel of an answer."""

    LINK = "link", "链接", "Link"
    PHONE = "phone", "电话", "Phone"
    EVENT = "event", "活动现场", "Event"


class BatchOrigin(Choices):
    """How the people of a batch were chosen."""

    SAMPLE = "sample", "随机抽样", "Random sample"
    LIST = "list", "指定名单", "List"
    REQUEST = "request", "诉求办结", "Closed request"
    COMPLAINT = "complaint", "投诉答复", "Answered complaint"
    PHONE = "phone", "电话", "Phone"
    EVENT = "event", "活动现场", "Event"


class Stratum(Choices):
    """Attribute by which a sending is split into groups."""

    NONE = "none", "不分组", "No groups"
    TIER = "tier", "按级别", "By tier"
    BRANCH = "branch", "按营业部", "By branch"


class RequestOutcome(Choices):
    """Whether a survey was sent for a closed request, and why not."""

    SENT = "sent", "已发送", "Sent"
    NOT_DRAWN = "not_drawn", "未抽中", "Not drawn"
    RECENT = "recent", "近期已调查", "Surveyed recently"
    REFUSED = "refused", "按规则不发送", "Refused by rule"
    NO_ADDRESS = "no_address", "没有邮箱", "No mail address"


# Complainants are no sample of a person's clients: answers after a complaint enter no appraisal.
INDEPENDENT = (BatchOrigin.SAMPLE.value, BatchOrigin.REQUEST.value)  # samples that were not picked manually
