"""The nightly step that creates scheduled reports."""

from typing import Any

from dakehu.domains.insight.snapshots.nightly import STEP as SNAPSHOT
from dakehu.exchange.scheduled_reports.service import make_due
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step


def _run(night: Night) -> dict[str, Any]:
    result = make_due(night.day)
    words = bilingual(
        "已生成 {written} 份报表，{failed} 份未能生成，移除 {dropped} 位已停用的收件人。",
        "{written} reports made, {failed} failed, {dropped} recipients who left dropped.",
        **result,
    )
    return {**result, "unchanged": not result["reports"], "words": words}


declare_steps({"insight.delete_report_files": bilingual("删除报表文件", "Delete report files")})
declare_step(
    NightlyStep("exchange.scheduled_reports", "定期报表", "Scheduled reports", order=85, run=_run, depends=(SNAPSHOT,))
)
