"""Choices of compliance, in both languages."""

from dakehu.foundation.schema.fields import Choices


class WordingGroup(Choices):
    """The groups of words; their severity, reason and source are in `wording/groups.py`."""

    W01 = "W01", "保本保收益", "Principal or return assured"
    W02 = "W02", "承诺收益", "Return promised"
    W03 = "W03", "承诺赔偿损失", "Losses to be compensated"
    W04 = "W04", "分享收益或分担损失", "Profit or loss shared"
    W05 = "W05", "代客操作", "Trading for a client"
    W06 = "W06", "确定性判断", "Certain judgment"
    W07 = "W07", "内幕与操纵信息", "Inside information"
    W08 = "W08", "诋毁同业", "Running down others"
    W09 = "W09", "绝对化用语", "Superlatives"
    W10 = "W10", "监管、政府或名人背书", "Official or celebrity backing"
    W11 = "W11", "零佣、返佣与送礼", "Rebates and gifts"
    W12 = "W12", "诱导测评", "Assessment influenced"
    W13 = "W13", "私下收费与转账", "Private payments"
    W14 = "W14", "过往业绩", "Past performance"
    W15 = "W15", "紧迫与煽动", "Pressure"
    W16 = "W16", "具体买卖建议", "Advice to buy or sell"
    W17 = "W17", "点位与目标预测", "Targets forecast"
    W18 = "W18", "规避监督", "Avoiding supervision"
    W19 = "W19", "借钱、借户与不必要的交易", "Borrowing and needless trading"


class ReviewState(Choices):
    """State of a text that waits for a person."""

    WAITING = "waiting", "待复核", "Waiting"
    RELEASED = "released", "已放行", "Released"
    REFUSED = "refused", "不予放行", "Refused"


class ApprovalState(Choices):
    """State of a request for approval."""

    WAITING = "waiting", "待审批", "Waiting"
    APPROVED = "approved", "已批准", "Approved"
    REJECTED = "rejected", "已退回", "Sent back"
    VOID = "void", "已失效", "Void"


class ApprovalView(Choices):
    """Which requests for approval are listed."""

    WAITING = "waiting", "待我审批", "Waiting for me"
    MINE = "mine", "我提交的", "Submitted by me"
    DECIDED = "decided", "已审批", "Decided"


class ConflictKind(Choices):
    """The origin of an interest."""

    POSITION = "position", "自有持仓", "Own position", ("持仓", "自营持仓", "own position")
    INCENTIVE = "incentive", "产品激励", "Product incentive", ("激励", "销售奖励", "incentive")
    RELATION = "relation", "关联关系", "Relation", ("亲属关系", "任职关系", "relation")
    OTHER = "other", "其他利益", "Other interest"


class ConflictEffect(Choices):
    """The effect of an interest on advice and marketing."""

    DISCLOSE = "disclose", "须披露", "Disclose", ("披露",)
    BLOCK = "block", "须回避", "Abstain", ("回避", "禁止")


class ComplaintChannel(Choices):
    """The channel by which a complaint arrived."""

    PHONE = "phone", "电话", "Phone", ("来电", "客服热线")
    MAIL = "mail", "邮件", "Mail", ("电子邮件", "邮箱")
    FORM = "form", "网站或 APP 表单", "Web form", ("网站", "APP", "表单")
    BRANCH = "branch", "营业部现场", "Branch", ("现场", "临柜", "营业部")
    LETTER = "letter", "信函", "Letter", ("来信",)
    HOTLINE = "hotline", "12386 转办", "Hotline 12386", ("12386", "热线转办")
    REGULATOR = "regulator", "监管或协会转办", "Regulator or association", ("监管转办", "协会转办")
    STAFF = "staff", "员工转达", "Passed on by staff", ("客户经理转达",)
    OTHER = "other", "其他", "Other"


class ComplaintCategory(Choices):
    """What a complaint is about (domain.md 5.7)."""

    SERVICE = "service", "服务", "Service", ("服务质量",)
    TRADING = "trading", "交易", "Trading", ("交易系统",)
    SUITABILITY = "suitability", "适当性", "Suitability"
    FEES = "fees", "佣金与费用", "Commission and fees", ("佣金", "收费")
    MISLEADING = "misleading", "误导销售", "Misleading statements", ("误导",)
    LEAK = "leak", "信息泄露", "Leak of information", ("泄露",)
    OTHER = "other", "其他", "Other"


class ComplaintCause(Choices):
    """What the investigation found to be the cause."""

    CONDUCT = "conduct", "人员行为", "Conduct of staff"
    SKILL = "skill", "业务能力", "Skill"
    PROCESS = "process", "流程或制度", "Process"
    SYSTEM = "system", "系统故障", "System"
    PRODUCT = "product", "产品设计或表现", "Product"
    DISCLOSURE = "disclosure", "信息披露不足", "Lack of disclosure"
    MARKET = "market", "市场波动", "Market"
    MISUNDERSTANDING = "misunderstanding", "误解", "Misunderstanding"
    THIRD_PARTY = "third_party", "第三方", "Third party"


class Severity(Choices):
    """How serious a complaint is."""

    NORMAL = "normal", "一般", "Normal"
    SERIOUS = "serious", "较重", "Serious", ("严重",)
    MAJOR = "major", "重大", "Major"


class ComplaintState(Choices):
    """The stage of a complaint."""

    OPEN = "open", "待受理", "Registered", ("待处理", "新建")
    WORKING = "working", "处理中", "Accepted", ("已受理",)
    REPLIED = "replied", "已答复", "Replied", ("已回复",)
    CLOSED = "closed", "已办结", "Closed", ("完成",)


class ComplaintDecision(Choices):
    """The decision on a complaint."""

    UPHELD = "upheld", "成立", "Upheld"
    PARTLY = "partly", "部分成立", "Partly upheld"
    NOT_UPHELD = "not_upheld", "不成立", "Not upheld"
    SETTLED = "settled", "和解", "Settled"
    NOT_ACCEPTED = "not_accepted", "不予受理", "Not accepted"
    WITHDRAWN = "withdrawn", "客户撤回", "Withdrawn by the client"


class Satisfaction(Choices):
    """Whether the client is satisfied with the reply."""

    UNKNOWN = "unknown", "未回访", "Not asked"
    YES = "yes", "满意", "Satisfied"
    NO = "no", "不满意", "Not satisfied"


class ComplaintEventKind(Choices):
    """The kind of an event in a case."""

    REGISTERED = "registered", "登记", "Registered"
    CHANGED = "changed", "更正登记", "Record corrected"
    ACKNOWLEDGED = "acknowledged", "告知已收到", "Acknowledged"
    ACCEPTED = "accepted", "受理", "Accepted"
    REJECTED = "rejected", "不予受理", "Not accepted"
    ASSIGNED = "assigned", "指派经办人", "Assigned"
    NOTE = "note", "内部记录", "Internal note"
    EXTENDED = "extended", "延长期限", "Extended"
    REPLIED = "replied", "答复客户", "Replied"
    CLOSED = "closed", "办结", "Closed"
    REOPENED = "reopened", "重新处理", "Taken up again"
    ESCALATED = "escalated", "升级提醒", "Escalated"
