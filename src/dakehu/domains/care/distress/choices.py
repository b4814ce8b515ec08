"""Choices of the register of distress, in both languages."""

from dakehu.foundation.schema.fields import Choices


class DistressLevel(Choices):
    """Severity of signs of distress, which sets how soon a person must act."""

    URGENT = "urgent", "立即", "At once"
    HIGH = "high", "当日", "Same day"
    WATCH = "watch", "关注", "Take notice"


class CaseState(Choices):
    """State of a case of distress."""

    OPEN = "open", "处理中", "In work"
    CLOSED = "closed", "已了结", "Closed"


class CaseSource(Choices):
    """Source in which words of distress were found."""

    CALL = "call", "急跌致电", "Call after a shock"
    SURVEY = "survey", "问卷", "Survey"
    FEEDBACK = "feedback", "客户意见", "Feedback"
    COMPLAINT = "complaint", "投诉", "Complaint"
