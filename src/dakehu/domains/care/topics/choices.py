"""The topics of the lexicon as choices of a field; a test compares them with the lexicon."""

from dakehu.foundation.schema.fields import Choices


class Topic(Choices):
    """Topic of what a client said."""

    COMMISSION = "commission", "佣金费用", "Commission and fees"
    SPEED = "speed", "服务速度", "Speed of service"
    PRODUCT = "product", "产品", "Products"
    LOSS = "loss", "亏损", "Losses"
    SYSTEM = "system", "软件系统", "App and system"
    STAFF = "staff", "人员", "Staff"
    COMPLAINT = "complaint", "投诉", "Complaint"
    PRAISE = "praise", "表扬", "Praise"
    ACCOUNT = "account", "账户业务", "Account"
    INFORMATION = "information", "咨询与资讯", "Questions and information"
    OTHER = "other", "其他", "Other"
