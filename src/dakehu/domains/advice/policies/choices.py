"""Choice sets of goals, policies and model portfolios. Pure."""

from dakehu.foundation.schema.fields import Choices


class AssetClass(Choices):
    """Asset class, by which policies and model portfolios are defined."""

    CASH = "cash", "现金管理类", "Cash", ("现金", "货币类", "现金类")
    FIXED_INCOME = "fixed_income", "固定收益类", "Fixed income", ("固收", "债券类")
    EQUITY = "equity", "权益类", "Equity", ("股票类", "权益")
    ALTERNATIVE = "alternative", "商品及另类", "Alternatives", ("另类", "商品", "衍生品")


class GoalPurpose(Choices):
    """Purpose of a goal."""

    RESERVE = "reserve", "应急备用", "Reserve", ("备用金", "应急")
    RETIREMENT = "retirement", "养老", "Retirement", ("退休",)
    EDUCATION = "education", "子女教育", "Education", ("教育", "留学")
    HOME = "home", "购房", "Home", ("买房", "置业")
    INCOME = "income", "稳定收入", "Income", ("现金流",)
    GROWTH = "growth", "财富增值", "Growth", ("增值",)
    INHERITANCE = "inheritance", "财富传承", "Inheritance", ("传承",)
    BUSINESS = "business", "企业资金管理", "Funds of a business", ("企业现金管理", "流动资金")
    OTHER = "other", "其他", "Other"


class GoalState(Choices):
    """State of a goal."""

    OPEN = "open", "进行中", "Open"
    REACHED = "reached", "已实现", "Reached"
    ENDED = "ended", "已终止", "Ended", ("取消",)


class Priority(Choices):
    """Priority of a goal compared with the others."""

    HIGH = "1", "高", "High"
    MEDIUM = "2", "中", "Medium"
    LOW = "3", "低", "Low"


class PolicyState(Choices):
    """State of an investment policy."""

    DRAFT = "draft", "草稿", "Draft"
    IN_FORCE = "in_force", "生效", "In force"
    REPLACED = "replaced", "已被替代", "Replaced"
    ENDED = "ended", "已终止", "Ended"
