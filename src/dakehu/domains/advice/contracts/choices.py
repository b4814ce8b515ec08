"""Choice set of contracts of advice. Pure."""

from dakehu.foundation.schema.fields import Choices


class ContractState(Choices):
    """State of a contract of advice."""

    IN_FORCE = "in_force", "生效", "In force"
    CANCELLED = "cancelled", "期内解除", "Cancelled in time"
    ENDED = "ended", "已终止", "Ended"
