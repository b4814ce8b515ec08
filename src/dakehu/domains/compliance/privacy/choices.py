"""Choices of privacy requests and terms."""

from dakehu.foundation.schema.fields import Choices


class RequestKind(Choices):
    """The kind of a privacy request."""

    ACCESS = "access", "查阅", "Access", ("查询",)
    COPY = "copy", "复制", "Copy", ("副本", "转移")
    CORRECT = "correct", "更正补充", "Correction", ("更正", "补充")
    DELETE = "delete", "删除", "Deletion"
    RESTRICT = "restrict", "限制或拒绝处理", "Restriction", ("限制处理", "拒绝处理")
    WITHDRAW = "withdraw", "撤回同意", "Withdrawal of consent"


class RequestState(Choices):
    """State of a privacy request."""

    OPEN = "open", "待答复", "Open"
    GRANTED = "granted", "已办理", "Granted"
    REFUSED = "refused", "已拒绝", "Refused"
