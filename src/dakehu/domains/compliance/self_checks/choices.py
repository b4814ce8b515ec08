"""Choices of self-checks."""

from dakehu.foundation.schema.fields import Choices


class SelfCheckState(Choices):
    """The stage of a self-check."""

    DUE = "due", "待自查", "Due"
    WAITING = "waiting", "待签署", "Waits for a signature"
    RETURNED = "returned", "已退回", "Returned"
    SIGNED = "signed", "已签署", "Signed"
