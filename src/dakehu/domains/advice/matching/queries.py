"""Query of matching: the products that suit a client, explained. For advisers; no part of it is a text to a client."""

from typing import Any

import numpy as np

from dakehu.analytics import likeness
from dakehu.domains.advice.drift.holdings import Holdings, holdings_of
from dakehu.domains.advice.drift.queries import CLIENT
from dakehu.domains.advice.matching import rules
from dakehu.domains.advice.matching.candidates import LEAST_DAYS, Returns, candidates_for
from dakehu.domains.advice.model_portfolios.store import model_on
from dakehu.domains.advice.policies.choices import AssetClass
from dakehu.domains.advice.policies.store import Policy, policy_of
from dakehu.domains.compliance.conflicts.rules import BLOCK
from dakehu.domains.compliance.conflicts.store import conflicts_for
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.ledger.products.registry import product_names
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import model_of

COUNT, EACH = 8, 25  # products listed, and candidates per class from which they are chosen
REASONS = {
    "unsuitable": bilingual("适当性不允许主动推介", "Suitability does not allow staff to bring them up"),
    "excluded": bilingual("客户方案排除", "Excluded by the client’s policy"),
    "no_class": bilingual("资产类别未登记", "Their asset class is not known"),
    "class_full": bilingual("该类资产已达上限", "Their class is at its upper end"),
}
NAMES = {
    "gap": bilingual("配置缺口", "Gap to the model"),
    "spread": bilingual("分散程度", "Spread"),
    "risk": bilingual("风险等级", "Risk level"),
    "term": bilingual("期限", "Term"),
}
NOTE = bilingual(
    "供投资顾问参考的排序，不是给客户的建议，也不预测涨跌；评分与产品带来的收入无关。",
    "An order for the adviser: no advice to a client and no forecast; what a product earns the firm plays no part.",
)


@query(
    "advice.matches", needs=Permission.ADVICE_WRITE, zh="产品匹配", en="Products that suit a client", parameters=CLIENT
)
def matches(*, client: Any) -> dict[str, Any]:
    """Return the products that may be offered to a client, ranked with the reason of every point, and why others are excluded.

    {as_of, rows: [{product, name, code, asset_class, score, penalty, components: [{name, points, most, text}], conflicts}], left_out: [{reason,
    text, count}], version, note, why}. Only what the suitability check allows with the staff taking the initiative.
    """
    policy, day = policy_of(client), clock.today()
    level = policy.risk_level if policy else str(client.risk_level)
    result: dict[str, Any] = {
        "as_of": None,
        "rows": [],
        "left_out": [],
        "version": rules.VERSION,
        "note": str(NOTE),
        "why": "",
    }
    if not level:
        return {**result, "why": str(bilingual("客户没有风险等级。", "The client has no risk level."))}
    held = holdings_of(client)
    every, returns = candidates_for(client, held.by_product, portfolio.valuation_date())
    investor = _investor(client, level, policy, held)
    some = rules.shortlist(investor, every, EACH)
    found = rules.match(investor, some, COUNT, _return_correlations(some, returns))
    left_out = rules.match(investor, every, 0).left_out
    return {
        **result,
        "as_of": held.as_of.isoformat(),
        "day": day.isoformat(),
        "rows": _rows(client, found.listed, {one.product: one.asset_class for one in some}),
        "left_out": [
            {"reason": reason, "text": str(REASONS[reason]), "count": count}
            for reason, count in sorted(left_out.items())
        ],
    }


def _investor(client: Any, level: str, policy: Policy | None, held: Holdings) -> rules.Investor:
    """Return the rules' input for a client: weights of classified holdings, targets of the model within the policy."""
    bands = model_on(level, clock.today()).bands
    bands = policy.bands_within(bands) if policy else bands
    total = sum(held.by_class.values()) or 1.0
    needs = model_of("clients.Needs").objects.filter(client=client).first()
    return rules.Investor(
        int(level[1]),
        (policy.horizon if policy else "") or (str(needs.term) if needs else ""),
        {name: value / total for name, value in held.by_class.items()},
        {name: band.target for name, band in bands.items()},
        {name: band.most for name, band in bands.items()},
        policy.excluded if policy else frozenset(),
    )


def _return_correlations(some: list[rules.Candidate], returns: Returns) -> dict[tuple[int, int], float]:
    """Return the correlation of every two candidates with prices, by (smaller id, larger id)."""
    known = sorted(one.product for one in some if one.product in returns)
    table = likeness.matrix(np.array([returns[pk] for pk in known]), LEAST_DAYS) if known else np.empty((0, 0))
    return {
        (a, b): float(table[i, j])
        for i, a in enumerate(known)
        for j, b in enumerate(known)
        if i < j and table[i, j] == table[i, j]
    }


def _rows(client: Any, listed: tuple[rules.Match, ...], classes: dict[int, str]) -> list[dict[str, Any]]:
    """Return the listed products as plain values in the reader's language."""
    products = [one.product for one in listed]
    names = product_names(products)
    plain = dict(model_of("ledger.Product").objects.filter(pk__in=products).values_list("pk", "name"))
    rows = []
    for one in listed:
        named = names.get(one.product, {})
        rows.append(
            {
                "product": one.product,
                "name": plain[one.product],
                "code": f"{named['code']}.{named['market']}" if named else "",
                "asset_class": str(AssetClass.text_of(classes[one.product])),
                "conflicts": _conflicts(client, [named.get("code", ""), plain[one.product]]),
                "score": round(one.score, 1),
                "penalty": round(one.penalty, 1),
                "components": [
                    {
                        "name": str(NAMES[part.name]),
                        "points": part.points,
                        "most": part.most,
                        "text": str(bilingual(part.zh, part.en)),
                    }
                    for part in one.components
                ],
            }
        )
    return rows


def _conflicts(client: Any, words: list[str]) -> list[str]:
    """Return the conflicts on the register that concern the reader, a product and a client; they do not affect the score."""
    me = current_actor().user_id
    found = [one for word in words if word for one in conflicts_for(me, client.pk, word)]
    forbidden = str(bilingual("登记禁止您就此提供建议", "The register forbids you to advise on it"))
    return list(dict.fromkeys(forbidden if one.effect == BLOCK else one.disclosure for one in found))
