"""The sheet of a call: facts of the client, scripts filled with them, what not to say, attempts, cases of distress."""

from decimal import Decimal
from typing import Any

from dakehu.domains.care.distress.queries import case_lines
from dakehu.domains.care.distress.register import needs_second_person
from dakehu.domains.care.models import DistressCase, Outreach, OutreachAttempt, OutreachCall
from dakehu.domains.care.outreach import rules, words
from dakehu.domains.care.outreach.actions import CALL, get_call
from dakehu.domains.care.outreach.choices import CallOutcome, CallState, Cause, ScriptCode
from dakehu.domains.care.outreach.queries import attempts_of, priority_reason, render_outreach
from dakehu.domains.care.outreach.sales import dealings_after
from dakehu.domains.care.outreach.scripts import PRODUCT_VERSION, scripts_in_force
from dakehu.domains.care.permissions import OUTREACH_READ
from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger import queries as ledger
from dakehu.domains.risk.limits.rules import candidates
from dakehu.domains.risk.limits.table import limits_of_client
from dakehu.domains.risk.margin.queries import margin_of_client
from dakehu.domains.risk.reviews.schedule import subjects_of
from dakehu.domains.service.shocks import words as shock_words
from dakehu.domains.service.shocks.rules import WEIGHTS, Band
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual, join_items, language
from dakehu.foundation.gates.output import name_of, render_row, render_rows
from dakehu.foundation.gates.registry import query

LARGEST = 3  # holdings named
EARLIER = 5  # earlier shocks named
NOT_KNOWN = bilingual("没有数据", "no data")


@query("care.outreach_call", needs=OUTREACH_READ, zh="致电单", en="Sheet of a call", parameters=(CALL,))
def outreach_call(*, call: int) -> dict[str, Any]:
    """Return the data that a caller needs for one client.

    {call: {…}, outreach, groups: [{title, facts: [{label, value, tone}]}], scripts: [{code, title, source, text}], not_to_say, course,
    note, attempts: [{at, staff, outcome, note, distress_words, next_on}], cases}.
    """
    row = get_call(call)
    needs = clients.needs(client=row.client).first()
    shown = render_row(needs, shown=True) if needs is not None else {}
    margin = margin_of_client(client=row.client) if current_actor().may(Permission.RISK_READ) else []
    cases = DistressCase.objects.filter(client=row.client).select_related(
        "client", "caller", "lead", "second_person", "closed_by"
    )
    return {
        "call": _head(row),
        "outreach": render_outreach(row.outreach),
        "groups": [
            {"title": str(title), "facts": facts}
            for title, facts in (
                (bilingual("目标与期限", "Goal and term"), _plan(shown)),
                (bilingual("这次的亏损", "The loss this time"), _loss(row, needs)),
                (bilingual("持仓与融资", "Holdings and margin"), [*_holdings(row), *_margin(margin)]),
                (bilingual("以往急跌时", "At earlier shocks"), _earlier_falls(row)),
                (bilingual("为什么排在这里", "Why this place"), _place_reasons(row)),
            )
            if facts
        ],
        "scripts": _scripts(row, shown, margin),
        "not_to_say": [str(one) for one in words.NOT_TO_SAY],
        "stop": str(shock_words.STOP),
        "course": [str(part) for part in shock_words.COURSE],
        "note": words.note_headings(),
        "attempts": _attempts(attempts_of([row]).get(row.pk, [])),
        "cases": case_lines(cases.order_by("-pk")),
    }


def _head(row: OutreachCall) -> dict[str, Any]:
    """Return the call itself as plain values."""
    return {
        "id": row.pk,
        "row_version": row.row_version,
        "place": row.place,
        "client": {
            "id": row.client_id,
            "name": name_of(row.client, current_actor().clearance),
            "code": row.client.code,
        },
        "caller": row.caller.name if row.caller else "",
        "caller_id": row.caller_id,
        "is_mine": row.caller_id == current_actor().user_id,
        "state": str(row.state),
        "state_text": CallState.text_of(row.state),
        "next_on": row.next_on.isoformat(),
        "suggested_on": max(row.next_on, clock.today()).isoformat(),
    }


def fact(label: Bilingual, value: Any, tone: str = "") -> dict[str, Any]:
    """Return one fact; an empty value is shown as no data."""
    return {"label": str(label), "value": str(value) if value not in (None, "") else str(NOT_KNOWN), "tone": tone}


def _plan(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the goal, the term and the need of money as the client stated them."""
    labels = {
        "goal": bilingual("投资目标", "Goal"),
        "term": bilingual("投资期限", "Term"),
        "liquidity": bilingual("用钱计划", "Need of money"),
        "bearable_loss": bilingual("自述可承受亏损", "Loss stated as bearable"),
        "taboos": bilingual("禁忌", "Taboos"),
    }
    return [fact(label, shown.get(name)) for name, label in labels.items() if name != "taboos" or shown.get(name)]


def _loss(row: OutreachCall, needs: Any) -> list[dict[str, Any]]:
    """Return the loss of the day in money, in percent, against the limits of the risk level and of the client."""
    level = str(row.client.risk_level)
    in_force = limits_of_client(row.client_id, row.outreach.day)
    limits = candidates(in_force, "day_loss", subjects_of(row.client_id, row.outreach.day))
    limit = limits[0].value if limits else None
    hidden = current_actor().clearance < PERSONAL
    lost = None if row.day_return is None or hidden else -row.day_return
    found = [
        fact(bilingual("账户当日变动（元）", "Change of the day (CNY)"), "***" if hidden else words.money(row.loss)),
        fact(bilingual("账户当日收益率", "Return of the day"), "***" if hidden else words.share(row.day_return, 2)),
    ]
    if limit is not None and lost is not None:
        times = bilingual(
            "{limit}（{level}），为其 {n} 倍",
            "{limit} ({level}); {n} times it",
            limit=words.share(limit),
            level=level,
            n=f"{max(lost, 0) / limit:.1f}",
        )
        found.append(fact(bilingual("单日亏损内部限额", "House limit of a day"), times, "bad" if lost >= limit else ""))
    bearable = needs.bearable_loss if needs is not None else None
    if bearable and lost is not None:
        part = Decimal(str(max(lost, 0))) / bearable
        said = bilingual(
            "{limit} 中的 {n}%", "{n}% of {limit}", limit=words.share(float(bearable)), n=f"{part * 100:.0f}"
        )
        found.append(
            fact(bilingual("占自述可承受亏损", "Of the loss stated as bearable"), said, "bad" if part >= 1 else "")
        )
    return found


def _holdings(row: OutreachCall) -> list[dict[str, Any]]:
    """Return the largest holdings with their share, and how concentrated they are."""
    if not current_actor().may(Permission.LEDGER_READ):
        return []
    held = [one for one in ledger.portfolio(client=row.client)["holdings"] if one["weight"]]
    if not held:
        return [fact(bilingual("最大持仓", "Largest holdings"), "")]
    largest = [f"{one['name']} {words.share(one['weight'], 0)}" for one in held[:LARGEST]]
    named = join_items(largest, language())
    spread = sum(one["weight"] ** 2 for one in held)
    return [
        fact(bilingual("最大持仓", "Largest holdings"), named, "warn" if held[0]["weight"] >= 0.5 else ""),
        fact(bilingual("持仓集中度（HHI）", "Concentration (HHI)"), f"{spread:.2f}", "warn" if spread >= 0.35 else ""),
    ]


def _margin(contracts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the state of the margin contracts, the nearest to its line first."""
    return [
        fact(
            bilingual("维持担保比例", "Maintenance ratio"),
            f"{words.share(one['ratio'])} / {words.share(one['warn_line'])}",
            "bad" if one["warn_line"] and one["ratio"] and one["ratio"] < one["warn_line"] else "",
        )
        for one in contracts
    ]


def _earlier_falls(row: OutreachCall) -> list[dict[str, Any]]:
    """Return what the client did in the three trading days after each earlier shock, the newest first."""
    hidden = current_actor().clearance < PERSONAL
    found = []
    before = Outreach.objects.filter(day__lt=row.outreach.day, cause=Cause.MARKET.value).order_by("-day")[:EARLIER]
    shares = {
        one.outreach_id: one.sold_share
        for one in OutreachCall.objects.filter(client=row.client, outreach__in=list(before))
    }
    dealt = dealings_after([row.client_id], [outreach.day for outreach in before])
    for outreach in before:
        sold, bought = dealt.get((row.client_id, outreach.day), (0.0, 0.0))
        share = shares.get(outreach.pk)
        part = bilingual("（持仓的 {n}）", " ({n} of holdings)", n=words.share(share, 0)) if share is not None else ""
        said = bilingual(
            "三个交易日内卖出 {sold} 元{part}，买入 {bought} 元",
            "sold CNY {sold}{part}, bought CNY {bought} in three days",
            sold=words.money(sold),
            part=part,
            bought=words.money(bought),
        )
        label = bilingual(
            "{day}（{change}）",
            "{day} ({change})",
            day=outreach.day.isoformat(),
            change=shock_words.percent(outreach.change),
        )
        found.append(fact(label, "***" if hidden else said, "warn" if (share or 0) >= rules.SOLD_MUCH else ""))
    return found


def _place_reasons(row: OutreachCall) -> list[dict[str, Any]]:
    """Return the rank and its reasons: the parts of the score, the class of equal priority and the draw."""
    draw = bilingual(
        "第 {n} 位；同一优先档（{p} 分档）内随机排序，种子 {seed}",
        "number {n}; random within the class of {p} points, seed {seed}",
        n=row.place,
        p=row.priority,
        seed=row.outreach.seed,
    )
    total = bilingual("得分 {n} / {of}", "score {n} / {of}", n=f"{row.score:.0f}", of=sum(WEIGHTS.values()))
    return [fact(total, priority_reason(row)), fact(bilingual("顺序", "Order"), draw)]


def _scripts(row: OutreachCall, shown: dict[str, Any], margin: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the scripts of this call in the order of a call, filled with the client's facts."""
    is_account = row.outreach.cause == Cause.ACCOUNT
    wanted = ["margin"] if row.band == Band.MARGIN else []
    wanted += ["account" if is_account else "opening", "distress"]
    wanted += ["elder"] * needs_second_person(row.client) + ["closing"]
    me = team.current_user()
    contract = margin[0] if margin else {}
    hidden = current_actor().clearance < PERSONAL
    values = {
        "client": name_of(row.client, current_actor().clearance),
        "staff": me.name if me else "",
        "index": shock_words.index_name(row.outreach.index),
        "fall": shock_words.percent(-row.outreach.change if row.outreach.change is not None else None),
        "change": "***" if hidden else shock_words.percent(row.day_return),
        "loss": "***" if hidden else words.money(row.loss),
        "goal": shown.get("goal"),
        "term": shown.get("term"),
        "ratio": words.share(contract.get("ratio")),
        "line": words.share(contract.get("warn_line")),
    }
    scripts = scripts_in_force()
    return [
        {
            "code": code,
            "title": str(ScriptCode.text_of(code)),
            "version": scripts[code].version,
            "source": str(
                bilingual("产品默认", "Product's text")
                if scripts[code].version == PRODUCT_VERSION
                else bilingual("第 {n} 版", "version {n}", n=scripts[code].version)
            ),
            "text": words.fill_script(str(scripts[code].text), values),
        }
        for code in wanted
    ]


def _attempts(rows: list[OutreachAttempt]) -> list[dict[str, Any]]:
    """Return the attempts, newest first."""
    shown = render_rows(rows, ("note", "distress_words"), shown=True)
    return [
        {
            "at": f"{clock.local(row.held_at):%Y-%m-%d %H:%M}",
            "staff": row.staff.name if row.staff else "",
            "outcome": CallOutcome.text_of(row.outcome),
            "note": values["note"],
            "distress_words": values["distress_words"],
            "next_on": row.next_on.isoformat() if row.next_on else "",
        }
        for row, values in reversed(list(zip(rows, shown, strict=True)))
    ]
