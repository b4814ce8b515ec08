"""Choices of ideas, trials and the service catalogue, in both languages."""

from dakehu.foundation.schema.fields import Choices


class IdeaState(Choices):
    """State of an idea. The last two are decisions, each with its reason."""

    SUBMITTED = "submitted", "已提交", "Submitted", ("待认领",)
    SPONSORED = "sponsored", "已有牵头人", "Sponsored", ("已认领",)
    IN_TRIAL = "in_trial", "试点中", "In trial"
    ADOPTED = "adopted", "已采纳", "Adopted", ("采纳",)
    DECLINED = "declined", "不采纳", "Declined", ("拒绝",)


class IdeaDecision(Choices):
    """Decision on an idea."""

    ADOPTED = "adopted", "采纳", "Adopt"
    DECLINED = "declined", "不采纳", "Decline"


class TrialState(Choices):
    """State of a trial."""

    DRAFT = "draft", "草稿", "Draft"
    WAITING = "waiting", "待批准", "Waits for approval", ("待审批",)
    APPROVED = "approved", "已批准，待开始", "Approved, not begun"
    RUNNING = "running", "进行中", "Running"
    ADOPTED = "adopted", "已采纳", "Adopted"
    STOPPED = "stopped", "已停止", "Stopped"
    ABORTED = "aborted", "已中止", "Aborted", ("中止",)


class TrialGroup(Choices):
    """The group to which the draw assigned a client."""

    TREATMENT = "treatment", "试点组", "Trial group"
    CONTROL = "control", "对照组", "Control group"


class TrialOutcome(Choices):
    """Decision of a second person on a trial."""

    ADOPT = "adopt", "采纳", "Adopt"
    STOP = "stop", "停止", "Stop"
    EXTEND = "extend", "延长", "Extend"


class Varied(Choices):
    """What a trial varies. Suitability, risk warnings and duty notices are excluded: they are the same for all clients."""

    TIMING = "timing", "联系时间", "When clients are contacted"
    CHANNEL = "channel", "联系方式", "By which way"
    FREQUENCY = "frequency", "联系频率", "How often"
    WORDING = "wording", "话术与文案", "Words and texts"
    MATERIALS = "materials", "资料内容", "What clients are given to read"
    SERVICE = "service", "服务内容", "The service itself"
    PROCESS = "process", "内部流程", "How we work"
    FEE = "fee", "费用优惠（须合规批准）", "Fees (compliance approves)"


class TrialContact(Choices):
    """Whether a trial contacts clients, which determines the clients excluded by the rules."""

    NONE = "none", "不主动联系客户", "No contact"
    SERVICE = "service", "服务联系", "As a service"
    MARKETING = "marketing", "营销联系", "As marketing"


class TrialChannel(Choices):
    """The channel by which a trial contacts clients, as named in consents."""

    MOBILE = "mobile", "电话或短信", "Call or text message"
    WECHAT = "wechat", "微信", "WeChat"
    MAIL = "mail", "邮件", "Mail"
    ADDRESS = "address", "信函", "Letter"


class TrialMeasureName(Choices):
    """The outcome measure of a trial; each is declared with its reader in trials/measures.py."""

    CONTACTED = "contacted", "有效联系客户占比", "Clients contacted"
    ANSWERED = "answered", "有回应客户占比", "Clients who answered"
    MET = "met", "面谈客户占比", "Clients met"
    TEST_VALID = "test_valid", "期末测评有效客户占比", "Clients with a valid risk test"
    REQUESTED = "requested", "提诉求客户占比", "Clients with a request"
    SATISFIED = "satisfied", "问卷满意客户占比", "Clients satisfied in surveys"
    NET_INFLOW = "net_inflow", "户均净流入", "Net inflow per client"


class ServiceChannel(Choices):
    """The channel by which a service reaches clients."""

    ANY = "any", "不限", "Any"
    CALL = "call", "电话", "Call"
    WECHAT = "wechat", "企业微信", "WeChat"
    MAIL = "mail", "邮件", "Mail"
    MEETING = "meeting", "面谈", "Meeting"
    EVENT = "event", "活动", "Event"
    ONLINE = "online", "线上自助", "Online"


class PromiseUnit(Choices):
    """The unit of a service's promised time."""

    MINUTES = "minutes", "分钟", "minutes"
    HOURS = "hours", "工作小时", "working hours"
    DAYS = "days", "工作日", "working days"
