"""Queries of drift: how far a client is from the model, and the shifts between classes that an adviser may consider."""

from typing import Any

from dakehu.domains.advice.drift import rules
from dakehu.domains.advice.drift.holdings import Holdings, holdings_of, names_of
from dakehu.domains.advice.model_portfolios.store import Model, model_on
from dakehu.domains.advice.policies.choices import AssetClass
from dakehu.domains.advice.policies.store import Policy, policy_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.parameters import parameters_of

CLIENT = parameters_of("advice.InvestmentGoal", "client")
STATES = {
    rules.BELOW: bilingual("低于下限", "Below its range"),
    rules.WITHIN: bilingual("区间内", "Within its range"),
    rules.ABOVE: bilingual("高于上限", "Above its range"),
    rules.OPEN: bilingual("待分类后判断", "Open until all is classified"),
}


@query("advice.drift", needs=Permission.POLICY_READ, zh="配置偏离", en="Drift from the model", parameters=CLIENT)
def drift_of_client(*, client: Any) -> dict[str, Any]:
    """Return how far a client's holdings are from the model of the policy's risk level.

    {as_of, level, model, edition_of_policy, lines: [{asset_class, name, weight, target, least, most, gap, state, text, value}],
    total, unclassified, unclassified_products, unpriced, cash_known, is_outside, shifts: [{source, target, amount}] for users who may
    write advice, why: the sentence that explains missing lines, version}. Ranges are those of the policy in force where there is
    one. Shares are fractions; sums are None for readers who are not cleared for personal values.
    """
    policy = policy_of(client)
    level = policy.risk_level if policy else str(client.risk_level)
    if not level:
        return _empty_drift(
            bilingual(
                "客户没有风险等级，也没有生效的投资方案。", "The client has neither a risk level nor a policy in force."
            )
        )
    model = model_on(level, clock.today())
    held = holdings_of(client)
    found = compare(held, model, policy)
    if found is None:
        return _empty_drift(bilingual("没有可估值的持仓。", "There are no holdings that can be valued."))
    return _render_drift(found, held, model, policy)


def compare(held: Holdings, model: Model, policy: Policy | None) -> rules.Drift | None:
    """Return the drift of holdings from a model, within the ranges of the policy where there is one."""
    bands = model.bands if policy is None else policy.bands_within(model.bands)
    return rules.compare(held.by_class, bands)


def _empty_drift(why: Any) -> dict[str, Any]:
    return {"as_of": None, "lines": [], "shifts": [], "is_outside": False, "why": str(why), "version": rules.VERSION}


def _render_drift(found: rules.Drift, held: Holdings, model: Model, policy: Policy | None) -> dict[str, Any]:
    """Return a drift as plain values."""
    actor = current_actor()
    is_cleared = actor.clearance >= PERSONAL
    moves = rules.shifts(found) if actor.may(Permission.ADVICE_WRITE) and is_cleared else ()
    return {
        "as_of": held.as_of.isoformat(),
        "level": model.risk_level,
        "model": model.version,
        "edition_of_policy": policy.edition if policy else None,
        "lines": [
            {
                "asset_class": line.asset_class,
                "name": str(AssetClass.text_of(line.asset_class)),
                "weight": round(line.weight, 6),
                "target": line.band.target,
                "least": line.band.least,
                "most": line.band.most,
                "gap": round(line.gap, 6),
                "state": line.state,
                "text": str(STATES[line.state]),
                "value": round(line.weight * found.total, 2) if is_cleared else None,
            }
            for line in found.lines
        ],
        "total": round(found.total, 2) if is_cleared else None,
        "unclassified": round(found.unclassified, 6),
        "unclassified_products": names_of(held.unclassified),
        "unpriced": names_of(held.unpriced),
        "cash_known": held.cash is not None,
        "is_outside": found.is_outside,
        "is_certain": found.is_certain,
        "shifts": [
            {
                "source": str(AssetClass.text_of(one.source)),
                "target": str(AssetClass.text_of(one.target)),
                "amount": one.amount,
            }
            for one in moves
        ],
        "why": "",
        "version": rules.VERSION,
    }
