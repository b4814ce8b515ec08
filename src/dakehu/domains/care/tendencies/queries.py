"""Query: the tendencies of a client over the last two quarters, with consent only."""

from typing import Any

from dakehu.analytics.tendencies import Tendency, tendencies
from dakehu.domains.care.models import TendencyRemark
from dakehu.domains.care.permissions import TENDENCIES
from dakehu.domains.care.tendencies import inputs
from dakehu.domains.care.tendencies.rules import (
    VOLATILITY_OF_LEVEL,
    Quarter,
    differs_from_level,
    interval,
    last_quarters,
    least_of,
    state_of,
)
from dakehu.domains.care.tendencies.words import LACKS, WORDS
from dakehu.domains.clients.choices import Purpose
from dakehu.domains.clients.consents import has_consent
from dakehu.domains.ledger.trades import reader
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.client_cards import ClientCard, declare
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import parameters_of

CLIENT = parameters_of("clients.Consent", "client")
NO_CONSENT = bilingual(
    "客户没有同意画像分析，因此不计算倾向。", "The client has not consented to profiling, so no tendency is computed."
)
NOTICE = bilingual(
    "倾向只是交易记录显示的习惯，不是诊断，也不代表今后。只用于与客户沟通；不用于定价、推销、考核或奖金。",
    "A tendency is a habit that trades show: no diagnosis, no forecast. It serves talks with the client only, never pricing, selling, "
    "appraisal or bonuses.",
)
TWICE = bilingual(
    "一次测量十项，总有几项会偶然超出；连续两个季度都出现才写成倾向。",
    "Of ten measures some exceed their sizes by chance; one is named a tendency only where it comes in two quarters running.",
)
NOT_MEASURED = bilingual(
    "从众（跟随当日成交最活跃的股票）需要全市场成交额，本系统没有，因此不测量。",
    "Herding (following the most traded shares of the day) needs turnover of the whole market, which is not on this desk; it is not measured.",
)
RETEST = bilingual(
    "账户实际波动高于所测等级通常承受的水平，建议请客户重新测评；系统不会自动改变等级。",
    "The account swings more than the assessed level usually bears: invite the client to a new test. The level is never changed by itself.",
)


@query("care.tendencies", needs=TENDENCIES, zh="客户交易倾向", en="Tendencies of a client", parameters=CLIENT)
def client_tendencies(*, client: Any) -> dict[str, Any]:
    """Return what a client's own trades show over the last two quarters; nothing is stored.

    {has_consent, reason (without consent), quarters: [label, label], as_of, tendencies: [{name, label, measure, unit, state:
    shown | once | none | insufficient, size, low, high, count, least, lacks, sentence and talk (where shown), before: size of
    the quarter before}], stated: {level, volatility, bound, differs, words}, remarks, notice, rule, not_measured}. Shares and ratios as
    numbers, None where missing. Each measure is reported from its house default on.
    """
    if not has_consent(client.pk, Purpose.PROFILING):
        return {"has_consent": False, "reason": str(NO_CONSENT), "tendencies": [], "notice": str(NOTICE)}
    earlier, latest = last_quarters(clock.today())
    measured, now = measure(client.pk, earlier, latest)
    before = {one.name: one for one in measured}
    return {
        "has_consent": True,
        "quarters": [earlier.label, latest.label],
        "as_of": latest.last.isoformat(),
        "tendencies": [_row(before.get(one.name), one) for one in now],
        "stated": _compare_stated_level(client),
        "notice": str(NOTICE),
        "rule": str(TWICE),
        "not_measured": str(NOT_MEASURED),
        "remarks": render_rows(tendency_remarks(client=client), ("tendency", "text", "said_on"), shown=True),
    }


@query(
    "care.tendency_remarks",
    needs=TENDENCIES,
    zh="客户对倾向的说明",
    en="A client's remarks on tendencies",
    parameters=CLIENT,
)
def tendency_remarks(*, client: Any) -> Any:
    """Return a client's remarks on tendencies, newest first."""
    return TendencyRemark.objects.filter(client=client).order_by("-said_on", "-pk")


def measure(client: int, *quarters: Quarter) -> list[list[Tendency]]:
    """Return the tendencies of a visible client in some quarters, latest last; trades and prices are read once."""
    market, assets, days = inputs.market_of(quarters[-1])
    table = reader.trades_of_clients([client])
    trades = inputs.trades_of(table, days, assets)
    found = []
    for quarter in quarters:
        first, last = inputs.rows_of(quarter, days)
        inflows, index_months = inputs.inflows_of(table, quarter) or (None, None)
        debt_ratio = inputs.debt_ratio_of(client, quarter.last)
        found.append(
            tendencies(trades, market, first, last, debt_ratio=debt_ratio, inflows=inflows, index_months=index_months)
        )
    return found


def _row(before: Tendency | None, now: Tendency) -> dict[str, Any]:
    words, state, known = WORDS[now.name], state_of(before, now), interval(now)
    return {
        "name": now.name,
        "label": str(words.label),
        "measure": str(words.measure),
        "unit": words.unit,
        "state": state,
        "size": None if now.lacks else now.size,
        "low": known[0] if known else None,
        "high": known[1] if known else None,
        "count": now.count,
        "least": least_of(now.name),
        "lacks": str(LACKS[now.lacks]) if now.lacks else "",
        "sentence": str(words.sentence) if state == "shown" else "",
        "talk": str(words.talk) if state == "shown" else "",
        "before": None if before is None or before.lacks else before.size,
    }


def _compare_stated_level(client: Any) -> dict[str, Any]:
    """Return the volatility that the assessed level allows and that of the account; missing if either is."""
    figures = model_of("ledger.Figures").objects.filter(client=client).values_list("volatility", flat=True).first()
    level = str(client.risk_level or "")
    volatility = None if figures is None else float(figures)
    differs = differs_from_level(level, volatility)
    return {
        "level": level,
        "volatility": volatility,
        "bound": VOLATILITY_OF_LEVEL.get(level),
        "differs": differs,
        "words": str(RETEST) if differs else "",
    }


CARD = "care.tendencies_card"


@query(CARD, needs=TENDENCIES, zh="交易倾向卡片", en="Card of a client's tendencies", parameters=CLIENT)
def tendencies_card(*, client: Any) -> dict[str, Any]:
    """Return whether the client consents to profiling, and the URL of the page; nothing is measured for the card."""
    if not has_consent(client.pk, Purpose.PROFILING):
        return {"notes": [str(NO_CONSENT)]}
    text = str(bilingual("查看交易倾向", "See the tendencies"))
    return {"notes": [str(NOTICE)], "page": {"text": text, "url": f"/clients/{client.pk}/tendencies/"}}


declare(ClientCard(CARD, "交易倾向", "Tendencies in trading", CARD, order=70))
