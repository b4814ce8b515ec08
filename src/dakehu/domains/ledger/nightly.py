"""The ledger's step of the nightly run: trade files compacted, the figures of every client computed and published."""

from typing import Any

from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import TradeBatch
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

CLOSE = "ledger.close"


def _close(night: Night) -> dict[str, Any]:
    """Close the day. A desk without trades has nothing to close."""
    if not TradeBatch.objects.exists():
        words = bilingual("没有成交记录，无可结算。", "There are no trades; nothing to close.")
        return {"clients": 0, "unchanged": True, "words": words}
    result = close_run.close(day=night.day, progress=night.progress)
    if result["unchanged"]:
        return {**result, "words": bilingual("成交与行情没有变化。", "Neither trades nor prices have changed.")}
    words = bilingual(
        "已计算 {clients} 位客户的指标。", "Figures of {clients} clients computed.", clients=result["clients"]
    )
    return {**result, "words": words}


declare_step(
    NightlyStep(CLOSE, "结算与客户指标", "Close and figures", order=20, run=_close, depends=("exchange.import_files",))
)
