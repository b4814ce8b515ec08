"""Texts of a moment: its title, why it fired, the values, what is to be done and said, its escalation."""

from decimal import Decimal
from typing import Any

from dakehu.domains.compliance.registrations import holders
from dakehu.domains.service.models import Moment, MomentOutcome
from dakehu.domains.service.moments import reasons
from dakehu.domains.service.moments.actions import outcomes_of
from dakehu.domains.service.moments.types import moment_types
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.schema.facts import Fact, table_of

OWNERS = (bilingual("负责人", "the owner"), bilingual("协办", "the deputy"), bilingual("团队负责人", "the team lead"))
TEN_THOUSAND, HUNDRED_MILLION = Decimal(10_000), Decimal(100_000_000)


def title(row: Moment) -> str:
    """Return the title of a moment, with its object."""
    column: Any = Moment._meta.get_field("kind")
    kind = column.choice_set.text_of(row.kind)
    return (
        str(bilingual("{kind}（{about}）", "{kind} ({about})", kind=kind, about=row.about)) if row.about else str(kind)
    )


def moment_reason(row: Moment) -> str:
    """Return why a moment fired: each comparison of its rule with the value found; only the values without the rule."""
    said = reasons.firing_reason(row) if row.values else ""
    comma = ", " if language() == "en" else "，"
    said = said or comma.join(f"{fact['label']} {fact['value']}" for fact in facts(row))
    return said or str(bilingual("{day}发生", "since {day}", day=row.fired_on.isoformat()))


def facts(row: Moment) -> list[dict[str, str]]:
    """Return the values that fired a moment, as [{label, value}]."""
    found = []
    for name, value in row.values.items():
        fact = _find_fact(name)
        if value is not None and not str(name).startswith("_"):
            found.append({"label": str(fact.label) if fact else str(name), "value": str(value_text(fact, value))})
    return found


def _find_fact(name: str) -> Fact | None:
    """Return a declared fact, None for one that is no longer declared."""
    try:
        table = table_of(name)
    except KeyError:
        return None
    return next(fact for fact in table.facts if fact.name == name)


def value_text(fact: Fact | None, value: Any) -> Bilingual | str:
    """Return a value as readable text: 612 万, 41 天, 40 %."""
    kind = fact.kind if fact else "text"
    if isinstance(value, bool):
        return bilingual("是", "yes") if value else bilingual("否", "no")
    if kind == "choice" and fact is not None:
        return next((bilingual(zh, en) for code, zh, en in fact.choices if code == value), str(value))
    if not isinstance(value, (int, float)):
        return str(value)
    if kind == "money":
        return _money(Decimal(str(value)))
    if kind == "share":
        return f"{Decimal(str(value)) * 100:.1f}".removesuffix(".0") + "%"
    if kind == "days":
        return bilingual("{n} 天", "{n} days", n=int(value))
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _money(amount: Decimal) -> Bilingual:
    """Return an amount in the customary units of each language."""
    if abs(amount) >= HUNDRED_MILLION:
        return bilingual(f"{amount / HUNDRED_MILLION:,.2f} 亿", f"{amount / 1_000_000:,.1f}M")
    if abs(amount) >= TEN_THOUSAND:
        return bilingual(f"{amount / TEN_THOUSAND:,.2f} 万", f"{amount / 1_000:,.1f}K")
    return bilingual(f"{amount:,.2f} 元", f"CNY {amount:,.2f}")


def rule(row: Moment) -> dict[str, Any]:
    """Return {name, text, version, fired_on} of the rule that fired a moment."""
    return {
        "name": row.kind,
        "text": reasons.rule_text(row),
        "version": row.rule_version,
        "fired_on": row.fired_on.isoformat(),
    }


def action(row: Moment) -> str:
    """Return what is to be done about a moment, "" for a lead's own rule."""
    kind = moment_types().get(row.kind)
    return str(kind.action) if kind else ""


BLANK = "＿＿"  # a blank to be filled in manually


class _Particulars(dict[str, str]):
    """Values of a text; unknown ones are left blank."""

    def __missing__(self, key: str) -> str:
        return BLANK


def wording(row: Moment) -> str:
    """Return the wording for the client, with their data; "" if the kind has no text."""
    kind = moment_types().get(row.kind)
    return fill_text(kind.wording, row) if kind and kind.wording else ""


def fill_text(text: Bilingual, row: Moment) -> str:
    """Return a text with client, speaker and values of a moment filled in, blanks for unknown ones."""
    me = team.current_user()
    values = {name: str(value_text(_find_fact(name), value)) for name, value in row.values.items() if value is not None}
    spoken = {
        "client": name_of(row.client, current_actor().clearance),
        "staff": me.name if me else "",
        "registration": holders.find_number(me.pk) if me else "",
        "firm": me.team.branch.name if me and me.team and me.team.branch else "",
        "day": row.fired_on.isoformat(),
    }
    known = _Particulars({**{name: value for name, value in spoken.items() if value}, **values})
    return (text.en if language() == "en" else text.zh).format_map(known)


def outcomes(row: Moment) -> list[dict[str, str]]:
    """Return the outcomes that a moment offers, as [{value, label}]."""
    return [{"value": one, "label": str(MomentOutcome.text_of(one))} for one in outcomes_of(row.kind)]


def steps(row: Moment) -> list[dict[str, Any]]:
    """Return the escalation of a moment: [{name, days, is_reached}], `days` after the deadline in trading days."""
    kind = moment_types().get(row.kind)
    days = (0, *(kind.escalates if kind else (1, 2)))
    return [
        {"name": str(name), "days": after, "is_reached": row.escalation >= place}
        for place, (name, after) in enumerate(zip(OWNERS, days, strict=False))
    ]
