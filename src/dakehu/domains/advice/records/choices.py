"""Choice sets of the advice record. Pure."""

from dakehu.foundation.schema.fields import Choices


class AdviceKind(Choices):
    """Subject of a piece of advice."""

    ALLOCATION = "allocation", "资产配置", "Allocation", ("配置",)
    REBALANCING = "rebalancing", "再平衡", "Rebalancing"
    PRODUCT = "product", "产品", "Product"
    REVIEW = "review", "检视回顾", "Review", ("检视",)


class AdviceState(Choices):
    """State of a piece of advice."""

    DRAFT = "draft", "草稿", "Draft"
    WAITING = "waiting", "待审批", "Waiting for approval"
    APPROVED = "approved", "已批准", "Approved"
    DELIVERED = "delivered", "已送达", "Delivered"
    DECIDED = "decided", "客户已决定", "Decided by the client"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"


class AdviceChannel(Choices):
    """How advice reaches the client."""

    MAIL = "mail", "邮件", "Mail", ("电子邮件",)
    HANDED = "handed", "面交", "Handed over", ("当面", "书面")


class ClientDecision(Choices):
    """Decision of the client."""

    ACCEPTED = "accepted", "接受", "Accepted", ("同意",)
    PARTLY = "partly", "部分接受", "Accepted in part"
    DECLINED = "declined", "不接受", "Declined", ("拒绝",)
    NO_ANSWER = "no_answer", "未答复", "No answer"
