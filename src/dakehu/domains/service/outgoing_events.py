"""Events of service that may be sent to other programs."""

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.outgoing_events import OutgoingEvent, declare

REQUEST = "service.Request"

declare(
    OutgoingEvent(
        "interaction.logged", bilingual("登记服务记录", "Service logged"), "service.Interaction", "interaction"
    ),
    OutgoingEvent("request.opened", bilingual("登记诉求", "Request opened"), REQUEST, "request"),
    OutgoingEvent("request.moved", bilingual("诉求状态变化", "Request moved on"), REQUEST, "request"),
    OutgoingEvent("interactions.imported", bilingual("批量导入服务记录", "Service imported"), passes=("count",)),
)
