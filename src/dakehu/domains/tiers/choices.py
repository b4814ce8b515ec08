"""Choice sets of tiers. Pure."""

from dakehu.foundation.schema.fields import Choices


class TierCode(Choices):
    """Code of a tier: T by average assets, I by kind of client. The labels are house defaults [D]; a scheme has its own."""

    T0 = "T0", "T0 普通", "T0 Basic", ("普通",)
    T1 = "T1", "T1 潜力", "T1 Rising", ("潜力",)
    T2 = "T2", "T2 金", "T2 Gold", ("金",)
    T3 = "T3", "T3 白金", "T3 Platinum", ("白金",)
    T4 = "T4", "T4 高净值", "T4 High net worth", ("高净值",)
    T5 = "T5", "T5 私行", "T5 Private", ("私行",)
    T6 = "T6", "T6 超高净值", "T6 Ultra high net worth", ("超高净值",)
    I1 = "I1", "I1 企业机构", "I1 Company", ("企业机构",)
    I2 = "I2", "I2 产品户", "I2 Product", ("产品户",)
    I3 = "I3", "I3 金融机构", "I3 Financial institution", ("金融机构",)


class SchemeState(Choices):
    """State of a scheme."""

    DRAFT = "draft", "草稿", "Draft"
    ACTIVE = "active", "已启用", "Active", ("启用",)
    RETIRED = "retired", "已停用", "Retired", ("停用",)


class Window(Choices):
    """Over how many trading days assets are averaged; the value is their number."""

    DAYS_20 = "20", "20 日日均", "20-day average"
    DAYS_60 = "60", "60 日日均", "60-day average"


class Frequency(Choices):
    """How often a client trades: a dimension of service, never used to raise a tier."""

    QUIET = "quiet", "低频", "Rarely"
    STEADY = "steady", "中频", "Sometimes"
    BUSY = "busy", "高频", "Often"


class RiskGroup(Choices):
    """Risk preference in three groups: C1 and C2, C3, C4 and C5."""

    CAUTIOUS = "cautious", "谨慎", "Cautious"
    BALANCED = "balanced", "稳健", "Balanced"
    GROWTH = "growth", "积极", "Growth"


class AssetsSource(Choices):
    """Source of the assets that decide a tier."""

    BALANCES = "balances", "柜台日终资产", "End-of-day balances"
    STATED = "stated", "登记的资产规模", "Assets as entered"


class ChangeKind(Choices):
    """What happened to the tier of a client."""

    ASSIGNED = "assigned", "首次定级", "Assigned"
    UPGRADED = "upgraded", "升级", "Upgraded"
    DOWNGRADED = "downgraded", "降级", "Downgraded"
    WATCHED = "watched", "列入关注", "Under watch"
    RECOVERED = "recovered", "解除关注", "Watch ended"
    RECLASSIFIED = "reclassified", "类型变更", "Other kind of client"
    OVERRIDDEN = "overridden", "人工定级", "Set by hand"
    OVERRIDE_ENDED = "override_ended", "人工定级结束", "Set by hand, ended"
    ENDED = "ended", "不再分级", "No longer tiered"
