"""The events about clients that other programs may receive."""

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.outgoing_events import OutgoingEvent, declare

CLIENT = "clients.Client"

declare(
    OutgoingEvent("clients.created", bilingual("新增客户", "Client added"), CLIENT, "client"),
    OutgoingEvent("clients.assigned", bilingual("客户分派", "Client assigned"), CLIENT, "client"),
    OutgoingEvent("clients.merged", bilingual("客户合并", "Clients merged"), CLIENT, "client"),
    OutgoingEvent("clients.imported", bilingual("批量导入客户", "Clients imported"), passes=("count",)),
)
