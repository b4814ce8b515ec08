"""Events of the ledger that may be sent to other programs."""

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.outgoing_events import OutgoingEvent, declare

declare(
    OutgoingEvent("ledger.closed", bilingual("每晚结算完成", "Nightly close done"), passes=("day", "clients")),
    OutgoingEvent(
        "ledger.feed_imported", bilingual("每日数据到达", "Daily data arrived"), passes=("feed", "day", "rows")
    ),
)
