"""How far a self-check has come. Pure."""

from dakehu.foundation.schema.fields import Choices


class SelfCheckState(Choices):
    """Whether a self-check is signed."""

    WAITING = "waiting", "待签署", "Waiting for signature"
    RETURNED = "returned", "已退回", "Returned"
    SIGNED = "signed", "已签署", "Signed"
