"""Queries of stress: the scenarios, one client under each of them, the visible clients under one."""

from datetime import date
from typing import Any

import numpy as np

from dakehu.domains.ledger.facts.positions import held_on
from dakehu.domains.risk.choices import SizeIndex
from dakehu.domains.risk.margin.table import contracts_on, with_levels
from dakehu.domains.risk.models import RiskFigures, StressScenario
from dakehu.domains.risk.parameters import CLIENT, FILTERS, ORDER, SCENARIO
from dakehu.domains.risk.stress import betas, evaluation
from dakehu.domains.risk.stress.scenarios import Scenario
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import model_of

DEFAULT = "2024-02"
SHOWN = 50
REMARK = bilingual("历史情景，不代表预测。", "Scenarios of the past, no forecast.")


@query(
    "risk.own_scenarios", needs=Permission.RISK_READ, zh="自设情景列表", en="Own scenarios", parameters=(FILTERS, ORDER)
)
def own_scenarios(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the firm's own scenarios."""
    return filter_rows(StressScenario.objects.all(), filters or {}, order or "name")


@query("risk.scenarios", needs=Permission.RISK_READ, zh="压力情景", en="Scenarios")
def scenario_list() -> list[dict[str, Any]]:
    """Return every scenario in use with its falls, window and source."""
    return [
        {
            "code": one.code,
            "name": str(one.name),
            "window": one.window,
            **{name: f"{getattr(one, name):+.1%}" for name in ("csi300", "csi500", "csi1000", "bond")},
            "source": str(one.source),
            "is_own": one.is_own,
        }
        for one in evaluation.scenarios()
    ]


@query(
    "risk.stress_of_client", needs=Permission.RISK_READ, zh="客户压力测试", en="Stress of a client", parameters=CLIENT
)
def stress_of_client(*, client: Any) -> dict[str, Any]:
    """Return the effect of each scenario on the holdings of a client.

    {as_of, remark, unknown, assumed, measured, rows: [{scenario, change, share, margin}]}: shares of the holdings that
    follow an index; money and margin ratios only for readers cleared for amounts. Without holdings rows is empty.
    """
    day = last_day()
    if day is None:
        return {"as_of": None, "remark": str(REMARK), "unknown": "", "assumed": "", "measured": "", "rows": []}
    chosen = evaluation.scenarios()
    with elevated("holdings of a client whose page is shown"):
        found = evaluation.evaluate(day, [client.pk], chosen)
        contracts = with_levels(contracts_on(day)).filter(client=client.pk).to_dicts()
    if not len(found.clients) or not found.value[0]:
        return {
            "as_of": day.isoformat(),
            "remark": str(REMARK),
            "unknown": "",
            "assumed": "",
            "measured": "",
            "rows": [],
        }
    worth, left_out = float(found.value[0]), float(found.unknown[0])
    is_cleared = current_actor().clearance >= PERSONAL
    rows = []
    for place, one in enumerate(found.scenarios):
        change = float(found.change[0, place])
        share = change / worth
        rows.append(
            {
                "scenario": str(one.name),
                "window": one.window,
                "change": f"{change:,.0f}" if is_cleared else "",
                "share": f"{share:+.1%}",
                "number": share,
                "margin": _margin(contracts, share) if is_cleared else [],
            }
        )
    return {
        "as_of": day.isoformat(),
        "remark": str(REMARK),
        "unknown": f"{left_out / (worth + left_out):.0%}" if left_out else "",
        "assumed": f"{float(found.assumed[0]) / worth:.0%}" if found.assumed[0] else "",
        "measured": f"{float(found.measured[0]) / worth:.0%}" if found.measured[0] else "",
        "rows": rows,
    }


@query(
    "risk.betas_of_client",
    needs=Permission.RISK_READ,
    zh="客户持股的贝塔",
    en="Betas of a client's shares",
    parameters=CLIENT,
)
def betas_of_client(*, client: Any) -> list[dict[str, Any]]:
    """Return the betas of a client's shares, most precise first: [{product, index, beta, error, days, is_used, why}].

    beta and error are "" where days are too few; `why`: text, the reason a beta is not used.
    """
    day = last_day()
    if day is None:
        return []
    with elevated("holdings of a client whose page is shown"):
        products = held_on(day).filter(client=client.pk)["product"].to_list()
        found = betas.betas_on(day, evaluation.index_products(day, products))
    names = dict(model_of("ledger.Product").objects.filter(pk__in=list(found)).values_list("pk", "name"))
    return [
        {
            "product": names[pk],
            "index": SizeIndex.text_of(one.index),
            "beta": "" if one.value is None else f"{one.value:.2f}",
            "error": "" if one.error is None else f"{one.error:.2f}",
            "days": one.days,
            "is_used": one.is_used,
            "why": str(_unused_reason(one)),
        }
        for pk, one in sorted(found.items(), key=lambda pair: (pair[1].error is None, pair[1].error or 0.0, pair[0]))
    ]


def _unused_reason(one: betas.Beta) -> Bilingual | str:
    if one.is_used:
        return ""
    if one.value is None:
        return bilingual(
            "数据不足（至少 {n} 个交易日）", "Insufficient data, {n} trading days at least", n=betas.LEAST_DAYS
        )
    return bilingual("标准误大于 {n}", "Standard error above {n}", n=betas.LARGEST_ERROR)


def _margin(contracts: list[dict[str, Any]], share: float) -> list[dict[str, Any]]:
    """Return the ratio of each margin contract after its collateral falls like the holdings, and the line crossed."""
    lines = []
    for one in contracts:
        if one["ratio"] is None:
            continue
        after = one["ratio"] * (1 + share)
        crossed = next(
            (name for name in ("close_line", "warn_line") if one[name] is not None and after < one[name]), ""
        )
        lines.append({"contract": one["contract"], "ratio": f"{after:.0%}", "crossed": crossed})
    return lines


@query("risk.stress", needs=Permission.RISK_READ, zh="压力测试", en="Stress test", parameters=(SCENARIO,))
def stress_test(*, scenario: str | None = None) -> dict[str, Any]:
    """Return the effect of one scenario on the visible clients: the total and the clients who fall most.

    {as_of, scenario, remark, clients, share, rows: [{client_id, client, share}]}. Raises Refused for an unknown
    scenario.
    """
    chosen = _get_scenario(scenario or DEFAULT)
    day = last_day()
    page: dict[str, Any] = {
        "as_of": day.isoformat() if day else None,
        "scenario": chosen.code,
        "name": str(chosen.name),
        "window": chosen.window,
        "source": str(chosen.source),
        "remark": str(REMARK),
        "clients": 0,
        "share": "",
        "worst": "",
        "assumed": "",
        "measured": "",
        "unknown": "",
        "rows": [],
    }
    if day is None:
        return page
    visible = evaluation.visible_clients()
    with elevated("holdings of the visible clients"):
        found = evaluation.evaluate(day, visible, [chosen])
    worth = float(found.value.sum())
    if not worth:
        return page
    share = np.divide(found.change[:, 0], found.value, out=np.zeros(len(found.value)), where=found.value > 0)
    order = np.argsort(share, kind="stable")[:SHOWN]
    return {
        **page,
        "clients": int((found.value > 0).sum()),
        "share": f"{found.change.sum() / worth:+.1%}",
        "worst": f"{share.min():+.1%}",
        "assumed": f"{found.assumed.sum() / worth:.0%}",
        "measured": f"{found.measured.sum() / worth:.0%}",
        "unknown": f"{found.unknown.sum() / (worth + found.unknown.sum()):.0%}",
        "rows": _hardest_hit_clients(found.clients[order].tolist(), share[order].tolist()),
    }


def _hardest_hit_clients(pks: list[int], shares: list[float]) -> list[dict[str, Any]]:
    """Return the clients who fall most, with names as visible to the reader."""
    rows = model_of("clients.Client").objects.in_bulk(pks)
    clearance = current_actor().clearance
    return [
        {"client_id": pk, "client": name_of(rows[pk], clearance), "share": f"{share:+.1%}", "number": share}
        for pk, share in zip(pks, shares, strict=True)
        if share < 0
    ]


def _get_scenario(code: str) -> Scenario:
    """Return a scenario by its code. Raises Refused listing the valid codes."""
    known = evaluation.scenarios()
    found = next((one for one in known if one.code == code), None)
    if found is None:
        codes = [one.code for one in known]
        raise refusal(
            "scenario",
            "没有情景“{code}”，可选：{codes}。",
            "No scenario “{code}”; there are: {codes}.",
            code=code,
            codes=codes,
        )
    return found


def last_day() -> date | None:
    """Return the day of the newest risk figures, None without any."""
    day: date | None = RiskFigures.objects.order_by("-day").values_list("day", flat=True).first()
    return day
