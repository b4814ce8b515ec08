"""Choice sets of tests, classes and call-backs. Pure."""

from dakehu.foundation.schema.fields import Choices


class DutyState(Choices):
    """Whether a duty is done."""

    OPEN = "open", "待办", "Open"
    DONE = "done", "已完成", "Done"


class AssessmentState(Choices):
    """Whether the result of a questionnaire applies."""

    COUNTED = "counted", "已生效", "In force"
    WAITING = "waiting", "待合规复核", "Waiting for compliance"
    REJECTED = "rejected", "复核未通过", "Rejected"


class Place(Choices):
    """Where the client filled in the questionnaire."""

    LINK = "link", "客户本人线上填写", "By the client, online", ("线上", "链接")
    BRANCH = "branch", "营业部现场填写", "By the client, at the branch", ("营业部", "现场")


class ApplicationState(Choices):
    """State of an application for an investor class."""

    WAITING = "waiting", "待审核", "Waiting"
    APPROVED = "approved", "已认定", "Approved"
    REFUSED = "refused", "未通过", "Refused"
    WITHDRAWN = "withdrawn", "客户撤回", "Withdrawn"


class Standing(Choices):
    """Legal category of an applicant, for class A."""

    NONE = "none", "以上都不是", "None of these", ("无", "其他")
    LICENSED = (
        "licensed",
        "持牌金融机构或登记的私募管理人",
        "Licensed institution or registered manager",
        ("持牌机构", "私募管理人"),
    )
    THEIR_PRODUCT = "product", "上述机构发行的产品", "Product of such an institution", ("产品", "资管产品", "私募基金")
    PUBLIC_FUND = (
        "public_fund",
        "社会保障基金、企业年金等养老基金，慈善基金等公益基金",
        "Social security, pension or charity fund",
        ("社保基金", "年金", "公益基金", "慈善基金"),
    )
    FOREIGN = "qfii", "合格境外机构投资者（QFII、RQFII）", "Qualified foreign investor", ("QFII", "RQFII")


class CallBackReason(Choices):
    """Why a client is called back."""

    NEW_CLIENT = "new_client", "新客户回访", "New client"
    HIGH_RISK = "high_risk", "购买高风险产品", "High-risk product"
    SENIOR = "senior", "年长客户购买 R4 及以上", "Older client, R4 or above"
    PRIVATE_FUND = "private_fund", "私募基金冷静期满", "Private fund after cooling off"
    YEARLY = "yearly", "存量客户抽样回访", "Yearly sample"
    ADVISER = "adviser", "投资顾问业务回访", "Advisory contract"


class CallBackState(Choices):
    """State of a call-back."""

    OPEN = "open", "待回访", "Open"
    DONE = "done", "已完成", "Done"
    OBJECTED = "objected", "客户有异议", "The client objects"


class CallBackResult(Choices):
    """Result of a call."""

    CONFIRMED = "confirmed", "客户确认无误", "The client confirms", ("确认", "无误")
    OBJECTED = "objected", "客户有异议", "The client objects", ("异议",)
    NOT_REACHED = "not_reached", "未联系上", "Not reached", ("未接通", "无人接听")
