"""Choices of compliance, in both languages."""

from dakehu.foundation.schema.fields import Choices


class WordingGroup(Choices):
    """The groups of words; their severity, reason and source stand in `wording/groups.py`."""

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
    """What an interest comes from."""

    POSITION = "position", "自有持仓", "Own position", ("持仓", "自营持仓", "own position")
    INCENTIVE = "incentive", "产品激励", "Product incentive", ("激励", "销售奖励", "incentive")
    RELATION = "relation", "关联关系", "Relation", ("亲属关系", "任职关系", "relation")
    OTHER = "other", "其他利益", "Other interest"


class ConflictEffect(Choices):
    """What an interest means for advice and marketing."""

    DISCLOSE = "disclose", "须披露", "Disclose", ("披露",)
    BLOCK = "block", "须回避", "Abstain", ("回避", "禁止")
