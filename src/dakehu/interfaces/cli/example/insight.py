"""Insight of the demonstration: saved pivots, a dashboard of Zhou's own, the snapshot of the nightly run, and models."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from dakehu.domains.insight.predictions import versions
from dakehu.domains.insight.predictions.actions import record_model
from dakehu.domains.insight.predictions.choices import PredictionKind
from dakehu.domains.insight.snapshots.collection import take_snapshot
from dakehu.domains.insight.snapshots.rebuilding import rebuild_quarters
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import perform

PIVOTS = (
    ("analyst", "营业部 × 风险等级（演示）", {"rows": "branch", "columns": "risk_level", "chart": "bar"}),
    ("analyst", "开户趋势（演示）", {"rows": "opened_on:year", "chart": "line"}),
    ("lead", "客户经理资产（演示）", {"rows": "manager", "measure": "sum:assets", "top": "10", "chart": "bar"}),
)


def add_reports(acting: Callable[[str], AbstractContextManager[Any]], analyst: str, lead: str) -> None:
    """Save pivots and arrange a dashboard, and take a snapshot. acting(username) → their context."""
    names = {"analyst": analyst, "lead": lead}
    recipients = [team.find_user(name).pk for name in (analyst, lead)]
    for who, name, definition in PIVOTS:
        with acting(names[who]):
            perform("insight.save_report", {"kind": "pivot", "name": name, "sharing": "firm", "definition": definition})
    with acting(lead):
        board = perform("insight.copy_dashboard", {"dashboard": "lead", "name": "东区一队周会（演示）"})
        perform(
            "insight.add_card",
            {
                "report": board.pk,
                "title": "本周要点（演示）",
                "shape": "text",
                "size": "third",
                "text": "先联系从未联系过的客户；测评到期的客户先约时间。",
            },
        )
        perform("insight.share_report", {"report": board.pk, "sharing": "team"})
        perform(
            "insight.add_schedule", {"report": board.pk, "recipients": recipients, "rhythm": "weekly", "by_mail": True}
        )
    with acting_as(system_actor("snapshot and models of the demonstration", "cli")):
        take_snapshot()
        rebuild_quarters()
        material = versions.read_material(trading_days.last_complete_day())
        for kind in PredictionKind:
            record_model(kind=kind.value, trained=versions.train(kind.value, material), by=recipients[0])
