"""The nightly step that builds the months of the book, so that pages only read them."""

from typing import Any

from dakehu.domains.insight.book import months
from dakehu.domains.ledger.nightly import data_state
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "insight.book_months"


def _run(night: Night) -> dict[str, Any]:
    count = months.prepare()
    words = bilingual("{n} 个月的资产变动已算好。", "Changes of assets of {n} months are ready.", n=count)
    return {"months": count, "unchanged": not count, "words": words}


def _inputs(night: Night) -> dict[str, Any]:
    return data_state()


declare_step(NightlyStep(STEP, "月度资产变动", "Months of the book", order=79, run=_run, inputs=_inputs))
