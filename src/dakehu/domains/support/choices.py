"""Choices of support, in both languages."""

from dakehu.foundation.schema.fields import Choices


class TicketKind(Choices):
    """The kind of a ticket."""

    QUESTION = "question", "提问", "Question", ("问题", "咨询")
    FAULT = "fault", "故障", "Fault", ("报错", "缺陷")
    WISH = "wish", "功能建议", "Wish for a feature", ("建议", "需求")


class TicketState(Choices):
    """State of a ticket. Solved is set by the person who asked, closed by support."""

    OPEN = "open", "待答复", "Waits for an answer"
    ANSWERED = "answered", "已答复", "Answered"
    SOLVED = "solved", "已解决", "Solved"
    CLOSED = "closed", "已关闭", "Closed"


class Area(Choices):
    """The part of the desk that a ticket or a known problem is about."""

    CLIENTS = "clients", "客户与服务", "Clients and service", ("客户",)
    CALENDAR = "calendar", "日程与任务", "Calendar and tasks", ("日程",)
    GROWTH = "growth", "线索与营销", "Prospects and campaigns", ("拓展",)
    ADVICE = "advice", "投顾、适当性与风险", "Advice, suitability and risk", ("投顾",)
    COMPLIANCE = "compliance", "合规与审批", "Compliance and approvals", ("合规",)
    CARE = "care", "客户意见与问卷", "Feedback and surveys", ("问卷",)
    LEARNING = "learning", "学习与考核", "Learning and appraisal", ("学习",)
    INSIGHT = "insight", "分析与报表", "Analysis and reports", ("报表",)
    DATA = "data", "导入、导出与连接", "Import, export, connections", ("导入",)
    SYSTEM = "system", "登录、权限与系统", "Sign-in, rights, system", ("系统",)
    OTHER = "other", "其他", "Other"


class ProblemState(Choices):
    """State of a known problem."""

    OPEN = "open", "未修复", "Not fixed"
    FIXED = "fixed", "已修复", "Fixed"
