"""Choice sets of suitability. Pure."""

from dakehu.domains.clients.choices import RiskLevel
from dakehu.foundation.schema.fields import Choices


class Outcome(Choices):
    """Outcome of the suitability rules for a sale."""

    REFUSE = "refuse", "禁止", "Refuse"
    BLOCK = "block", "暂停办理", "Block"
    WARNING = "allow_with_warning", "警示后可办理", "Allow with warning"
    ALLOW = "allow", "可办理", "Allow"


class TestedLevel(Choices):
    """Risk tolerance of a client as people write it: five levels, and the lowest category within the first."""

    C1 = RiskLevel.C1.value, RiskLevel.C1.zh, RiskLevel.C1.en, RiskLevel.C1._aliases
    C2 = RiskLevel.C2.value, RiskLevel.C2.zh, RiskLevel.C2.en, RiskLevel.C2._aliases
    C3 = RiskLevel.C3.value, RiskLevel.C3.zh, RiskLevel.C3.en, RiskLevel.C3._aliases
    C4 = RiskLevel.C4.value, RiskLevel.C4.zh, RiskLevel.C4.en, RiskLevel.C4._aliases
    C5 = RiskLevel.C5.value, RiskLevel.C5.zh, RiskLevel.C5.en, RiskLevel.C5._aliases
    MINIMUM = (
        "C1_minimum",
        "C1 最低类别",
        "C1 Lowest category",
        ("C1最低", "最低类别", "最低", "风险承受能力最低类别", "C1min", "minimum", "lowest", "C0"),
    )


class InvestorWord(Choices):
    """Investor class as people write it. “专业” alone names three classes and is not guessed."""

    ORDINARY = "ordinary", "普通投资者", "Ordinary investor", ("普通", "一般投资者", "retail", "ordinary client")
    A = (
        "A",
        "A类专业投资者",
        "Professional investor A",
        ("专业A", "A类", "专业投资者A", "专业投资者A类", "class A", "professional A"),
    )
    B = (
        "B",
        "B类专业投资者",
        "Professional investor B",
        ("专业B", "B类", "专业投资者B", "专业投资者B类", "class B", "professional B"),
    )
    C = (
        "C",
        "C类专业投资者",
        "Professional investor C",
        ("专业C", "C类", "专业投资者C", "专业投资者C类", "class C", "professional C"),
    )


class ProductRisk(Choices):
    """Risk level of a product."""

    R1 = "R1", "R1 低风险", "R1 Low", ("低风险", "低", "R1低", "R1级", "low", "1")
    R2 = (
        "R2",
        "R2 中低风险",
        "R2 Low to medium",
        ("中低风险", "中低", "较低风险", "R2中低", "R2级", "low to medium", "2"),
    )
    R3 = "R3", "R3 中风险", "R3 Medium", ("中风险", "中等风险", "中", "R3中", "R3级", "medium", "3")
    R4 = (
        "R4",
        "R4 中高风险",
        "R4 Medium to high",
        ("中高风险", "中高", "较高风险", "R4中高", "R4级", "medium to high", "4"),
    )
    R5 = "R5", "R5 高风险", "R5 High", ("高风险", "高", "R5高", "R5级", "high", "5")


class Initiative(Choices):
    """Who proposed the product."""

    STAFF = (
        "staff",
        "工作人员主动推介",
        "Staff",
        ("员工", "工作人员", "机构", "公司", "客户经理", "主动推介", "推介", "firm", "employee", "adviser", "manager"),
    )
    CLIENT = (
        "client",
        "客户主动要求",
        "The client",
        ("客户", "客户主动", "主动购买", "投资者", "本人", "customer", "investor", "self"),
    )


class Channel(Choices):
    """Channel of the sale."""

    BRANCH = "branch", "营业部现场", "At the branch", ("现场", "营业部", "临柜", "柜台", "线下", "office", "offline")
    ONLINE = "online", "线上", "Online", ("网上", "互联网", "非现场", "app", "web", "internet")


class Side(Choices):
    """Whether the client acquires or gives up the product."""

    BUY = "buy", "买入", "Buy", ("申购", "认购", "购买", "开通", "purchase", "subscribe")
    SELL = "sell", "卖出", "Sell", ("赎回", "redeem", "redemption")


class Stage(Choices):
    """When a duty is due."""

    BEFORE = "before", "成交前", "Before the sale"
    AFTER = "after", "成交后", "After the sale"
    NOW = "now", "立即", "At once"


class Purpose(Choices):
    """Purpose of a suitability check."""

    SALE = "sale", "准备销售", "A sale", ("销售", "购买")
    ADVICE = "advice", "准备建议", "Advice", ("建议", "投顾")
    PERMISSION = "permission", "开通权限", "A trading permission", ("权限", "业务权限")
