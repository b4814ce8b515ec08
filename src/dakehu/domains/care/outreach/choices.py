"""Choices of the calls after a shock, in both languages."""

from dakehu.foundation.schema.fields import Choices


class Cause(Choices):
    """Cause of a campaign of calls."""

    MARKET = "market", "市场急跌", "Fall of the market"
    ACCOUNT = "account", "账户急跌", "Fall of accounts"


class CallState(Choices):
    """State of the call to one client."""

    OPEN = "open", "待致电", "To call"
    REACHED = "reached", "已联系上", "Reached"
    CLOSED = "closed", "不再致电", "Not called any more"


class CallOutcome(Choices):
    """Outcome of one attempt."""

    REACHED = "reached", "已接通", "Reached", ("联系上", "接通")
    NOT_REACHED = "not_reached", "未接通", "Not reached", ("无人接听", "关机")
    CALL_BACK = "call_back", "约定再打", "Call back", ("改期", "稍后再打")


class CloseReason(Choices):
    """Reason for ending a call without having reached the client."""

    REFUSED = "refused", "客户不愿接听", "The client does not want a call"
    WRITTEN = "written", "已改用书面说明", "Written to instead"
    UNREACHABLE = "unreachable", "多次致电无法联系", "Not reached by several calls"
    SERVED = "served", "已由其他同事联系", "Spoken to by a colleague"


class ScriptCode(Choices):
    """The scripts of a call, in the order of a call."""

    MARGIN = "margin", "两融通知", "Margin notice"
    OPENING = "opening", "开场（市场急跌）", "Opening (the market fell)"
    ACCOUNT = "account", "开场（账户急跌）", "Opening (the account fell)"
    DISTRESS = "distress", "客户很难受时", "When the client is distressed"
    ELDER = "elder", "提醒年长客户防诈骗", "To older clients, on fraud"
    CLOSING = "closing", "结束与下次联系", "Closing, and the next contact"
