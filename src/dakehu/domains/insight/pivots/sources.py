"""The columns available to pivots: those of the list of clients, who serves them, and the nightly facts."""

import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.questions.vocabulary import kind_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema import facts
from dakehu.foundation.schema.fields import (
    FieldSpec,
    described_fields,
    model_of,
    normalize_name,
    spec_of,
    spelling_index,
)
from dakehu.foundation.schema.related_columns import extension_columns

TYPES = {
    "choice": pl.String,
    "text": pl.String,
    "key": pl.Int64,
    "list": pl.Int64,
    "flag": pl.Boolean,
    "date": pl.Date,
    "number": pl.Float64,
}
NEAREST = 3
FACT = "fact__"  # prefix of fact names among columns
# Facts that describe a client by numbers; those of complaints and of supervision are not included.
FACTS = (
    "age",
    "completeness",
    "opted_out",
    "marketing_paused",
    "total_assets",
    "cash",
    "securities_value",
    "products_value",
    "margin_assets",
    "margin_debt",
    "cash_share",
    "assets_20",
    "assets_60",
    "net_inflow_20",
    "churn_score",
    "idle_cash_days",
    "trade_days",
    "login_days",
    "logins_7",
    "cost_rate",
    "top_weight",
    "account_return",
    "account_drawdown_60",
    "value_score",
    "contact_days",
    "contacts_7",
    "risk_valid_in",
    "opened_days",
)
KIND_OF_FACT = {"money": "number", "number": "number", "share": "number", "days": "number", "flag": "flag"}
UNITS = {"money": "CNY", "share": "%"}


@dataclass(frozen=True)
class Source:
    """A column to read: its name, its facts, its kind (vocabulary.kind_of, or list for who serves a client), its field.

    A nightly fact has no field, and is available only from the snapshot.
    """

    name: str
    spec: FieldSpec
    kind: str
    field: Any = None
    period: str = ""

    @property
    def label(self) -> str:
        period = f" · {rules.Period.text_of(self.period)}" if self.period else ""
        return f"{self.spec.label}{period}"

    @property
    def is_amount(self) -> bool:
        """Whether it is money: summed in integer cents, grouped by bands."""
        return self.kind == "number" and self.spec.unit == "CNY"

    @property
    def cents(self) -> int:
        """The scale of summed integers: 100 for amounts, 0 if floats are summed."""
        return 100 if self.spec.unit == "CNY" else 0

    @property
    def is_fact(self) -> bool:
        """Whether it is a nightly fact."""
        return self.name.startswith(FACT)


def own_sources() -> dict[str, Source]:
    """Return {name: column} of the list of clients visible to the reader, regardless of clearance."""
    return {name: source for name, source in every_source().items() if not source.is_fact}


def fact_sources() -> dict[str, Source]:
    """Return {name: column} of the nightly facts. All describe a client's assets or behaviour: PERSONAL."""
    return {name: source for name, source in every_source().items() if source.is_fact}


def every_source() -> dict[str, Source]:
    """Return {name: column} of all columns visible to the reader, regardless of clearance."""
    return _columns_known()[0]


def spellings() -> dict[str, str]:
    """Return {spelling: name} of them; a column of the list takes precedence over a fact of the same spelling."""
    return _columns_known()[1]


def _columns_known() -> tuple[dict[str, Source], dict[str, str]]:
    client = model_of("clients.Client")
    return _columns_of_reader(
        tuple((name, field) for name, field, _ in [*described_fields(client), *extension_columns(client)])
    )


@lru_cache(maxsize=64)  # called several times per pivot
def _columns_of_reader(columns: tuple[tuple[str, Any], ...]) -> tuple[dict[str, Source], dict[str, str]]:
    """Return (columns, spellings) of a reader who sees these fields."""
    own = {name: Source(name, spec_of(field), kind_of(field), field) for name, field in columns}
    for name, path in (("manager", "clients.Coverage.user"), ("team", "team.User.team")):
        label, _, field = path.rpartition(".")
        own[name] = Source(name, spec_of(model_of(label)._meta.get_field(field)), "list")
    declared = facts.facts_of(facts.CLIENT)
    night = {
        FACT + name: Source(FACT + name, _spec_of_fact(declared[name]), KIND_OF_FACT[declared[name].kind])
        for name in FACTS
        if name in declared
    }
    index = [spelling_index({name: source.spec for name, source in part.items()}) for part in (night, own)]
    return own | night, index[0] | index[1]


def _spec_of_fact(fact: facts.Fact) -> FieldSpec:
    return FieldSpec(
        fact.zh, fact.en, aliases=fact.aliases, unit=UNITS.get(fact.kind, ""), sensitivity=PERSONAL, editable=False
    )


def find_source(text: str, parameter: str) -> Source:
    """Return a column by any spelling. Raises Refused for an unknown one, with the nearest."""
    sources = every_source()
    index = spellings()
    found = index.get(normalize_name(text))
    if found is not None:
        return sources[found]
    clearance = current_actor().clearance
    open_ones = {s: name for s, name in index.items() if sources[name].spec.sensitivity <= clearance}
    near = difflib.get_close_matches(normalize_name(text), open_ones, n=NEAREST * 3, cutoff=0.4)
    names = list(dict.fromkeys(open_ones[one] for one in near))[:NEAREST]
    listed = ", ".join(f"{sources[name].spec.label} {name}" for name in names)
    raise refusal(
        parameter,
        "没有“{text}”这一列。{near}",
        "There is no column “{text}”. {close}",
        text=text,
        near=f"相近的有：{listed}。" if listed else "请用客户列表的列名。",
        close=f"Near to it: {listed}." if listed else "Use the columns of the client list.",
    )
