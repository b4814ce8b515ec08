"""Kinds and states of registrations of staff."""

from dakehu.foundation.schema.fields import Choices


class RegistrationKind(Choices):
    """The kind of a registration with the association of securities firms, or with the fund association."""

    SECURITIES_STAFF = "securities_staff", "一般证券业务", "Securities business in general", ("证券从业", "一般从业")
    INVESTMENT_ADVISER = "investment_adviser", "投资顾问", "Investment adviser", ("证券投资咨询（投资顾问）", "投顾")
    ANALYST = "analyst", "证券分析师", "Securities analyst", ("证券投资咨询（分析师）", "分析师")
    FUND_SALES = "fund_sales", "基金销售", "Fund sales", ("基金从业", "基金销售人员")
    SECURITIES_BROKER = "securities_broker", "证券经纪人", "Tied agent", ("经纪人",)


class RegistrationState(Choices):
    """State of a registration. Only a valid one is in force, from its first to its last day."""

    VALID = "valid", "有效", "Valid", ("正常",)
    UNVERIFIED = "unverified", "待核实", "To be verified"
    SUSPENDED = "suspended", "暂停执业", "Suspended", ("暂停",)
    CANCELLED = "cancelled", "已注销", "Cancelled", ("注销",)
