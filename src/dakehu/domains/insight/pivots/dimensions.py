"""The columns by which a pivot groups and measures: the reader's own, with the value, label and filters of each group."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import OuterRef, Subquery

from dakehu.domains.clients.masks import BAND_EDGES, bands
from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.questions.spans import shifted
from dakehu.domains.insight.questions.vocabulary import kind_of
from dakehu.domains.team.queries import names_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import cleared_column
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
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Source:
    """A column to read: its name, its facts, its kind (vocabulary.kind_of, or list for who serves a client), its field."""

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
    def cents(self) -> int:
        """How many of the whole numbers that are added up make one: 100 for amounts, 0 where floats are added."""
        return 100 if self.spec.unit == "CNY" else 0


def _sources() -> dict[str, Source]:
    """Return {name: column} of all that the reader may know of, whatever the clearance."""
    client = model_of("clients.Client")
    columns = [*described_fields(client), *extension_columns(client)]
    found = {name: Source(name, spec, kind_of(field), field) for name, field, spec in columns}
    manager = spec_of(model_of("clients.Coverage")._meta.get_field("user"))
    team = spec_of(model_of("team.User")._meta.get_field("team"))
    return found | {"manager": Source("manager", manager, "list"), "team": Source("team", team, "list")}


def _find(text: str, parameter: str) -> Source:
    """Return a column by any spelling. Raises Refused for an unknown one, with the nearest."""
    sources = _sources()
    index = spelling_index({name: source.spec for name, source in sources.items()})
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


def find_dimension(text: str, parameter: str) -> Source:
    """Return the column of a dimension. Raises Refused for one that is unknown, not cleared, or makes no groups.

    An amount that the reader sees in bands only makes groups of these bands, as lists tell it.
    """
    name, period = rules.read_dimension(text)
    source = _find(name, parameter)
    has_bands = source.kind == "number" and source.spec.unit == "CNY"
    is_told_in_bands = has_bands and bool(getattr(source.spec.mask, "band_edges", ()))
    if source.kind != "list" and not is_told_in_bands:
        cleared_column(model_of("clients.Client"), source.name)
    makes_groups = source.kind in ("choice", "key", "list", "flag", "date", "text") or has_bands
    if not makes_groups or getattr(source.field, "unique", False) or getattr(source.field, "custom", False):
        raise refusal(
            parameter,
            "不能按“{label}”分组；可用选项、营业部、人员、级别、日期或金额。",
            "“{label}” makes no groups; use choices, branches, staff, tiers, dates or amounts.",
            label=source.spec.label,
        )
    if period and source.kind != "date":
        raise refusal(parameter, "只有日期可按月、季、年分组。", "Only days are grouped by month, quarter or year.")
    default = rules.Period.MONTH.value if source.kind == "date" else ""
    return Source(source.name, source.spec, source.kind, source.field, period or default)


def find_measured(measure: rules.Measure) -> tuple[str, Source | None]:
    """Return (name of the measure, column). Raises Refused for a column that is unknown, not cleared or no number, and
    for the sum of rates."""
    if not measure.column:
        return measure.name, None
    source = _find(measure.column, "measure")
    if source.kind != "list":
        cleared_column(model_of("clients.Client"), source.name)
    if source.kind != "number" or getattr(source.field, "custom", False):
        raise refusal("measure", "“{label}”不是数值。", "“{label}” is no number.", label=source.spec.label)
    is_amount = source.spec.unit == "CNY"
    name = measure.name or (rules.MeasureName.SUM.value if is_amount else "")
    if not name or (name in (rules.MeasureName.SUM, rules.MeasureName.SHARE) and not is_amount):
        raise refusal(
            "measure",
            "“{label}”不能相加，请用 mean、median、min 或 max。",
            "“{label}” cannot be added up; use mean, median, min or max.",
            label=source.spec.label,
        )
    return name, source


def annotated(rows: Any, names: list[str]) -> Any:
    """Return clients with the main manager and the team as far as these are among the names."""
    main = model_of("clients.Coverage").objects.filter(client=OuterRef("pk"), until=None, role="main").order_by()
    for name, path in (("manager", "user_id"), ("team", "user__team_id")):
        if name in names:
            rows = rows.annotate(**{name: Subquery(main.values(path)[:1])})
    return rows


def group_values(source: Source, frame: pl.DataFrame) -> pl.Series:
    """Return the value by which each row is grouped: the start of a period, the place of a band, no empty text."""
    column = pl.col(source.name)
    if source.kind == "date":
        column = rules.start_of_period(column, source.period)
    elif source.kind == "number":
        column = rules.band_of(column, BAND_EDGES)
    elif TYPES[source.kind] == pl.String:
        column = pl.when(column == "").then(None).otherwise(column)
    return frame.select(column).to_series()


def order_of(source: Source) -> list[Any] | None:
    """Return the order of the groups of a column; None for the largest first."""
    if source.kind == "choice":
        return [str(one.value) for one in source.field.choice_set]
    if source.kind == "flag":
        return [True, False]
    if source.kind == "number":
        return list(range(rules.NEGATIVE, len(BAND_EDGES) + 1))
    return [] if source.kind == "date" else None  # days sort by themselves


def described_groups(source: Source, groups: list[Any], rest: int) -> list[dict[str, Any]]:
    """Return {value, label, filters} of each group, of the rest and of the missing ones; filters are None where the list
    of clients cannot be narrowed to a group."""
    label = _labels(source, groups)
    made = [
        {"value": _plain(source, value), "label": label(value), "filters": _filters(source, value)} for value in groups
    ]
    if rest:
        text = bilingual("其他 {n} 组", "{n} other groups", n=rest)
        made.append({"value": None, "label": str(text), "filters": None})
    empty = {f"{source.name}.empty": True} if source.kind != "list" else None
    made.append({"value": None, "label": str(bilingual("未填", "Empty")), "filters": empty})
    return made


def _plain(source: Source, value: Any) -> Any:
    return rules.name_of_period(value, source.period) if isinstance(value, date) else value


def _labels(source: Source, groups: list[Any]) -> Callable[[Any], str]:
    if source.kind == "choice":
        return lambda value: str(source.field.choice_set.text_of(value))
    if source.kind == "date":
        return lambda value: rules.name_of_period(value, source.period)
    if source.kind == "flag":
        return lambda value: str(bilingual("是", "Yes") if value else bilingual("否", "No"))
    if source.kind == "number":
        cleared = source.spec.sensitivity <= current_actor().clearance
        below = str(bilingual("负数", "Negative")) if cleared else "•••"
        names = [str(one) for one in bands()]
        return lambda value: below if value == rules.NEGATIVE else names[value]
    if source.kind == "text":
        return str
    if source.name == "manager":
        names_by_id = names_of(groups)
    else:
        model = model_of("team.Team") if source.name == "team" else source.field.remote_field.model
        names_by_id = {row.pk: str(row) for row in model.objects.filter(pk__in=groups)}
    repeated = {name for name in names_by_id.values() if list(names_by_id.values()).count(name) > 1}
    return lambda value: f"{name} #{value}" if (name := names_by_id.get(value, str(value))) in repeated else name


def _filters(source: Source, value: Any) -> dict[str, Any] | None:
    """Return the filters of the list of clients that find the rows of a group."""
    if source.kind == "date":
        after = shifted(value, "month", MONTHS[source.period])
        last = after - timedelta(days=1)
        return {f"{source.name}.ge": value.isoformat(), f"{source.name}.le": last.isoformat()}
    if source.kind != "number":
        return {source.name: value}
    if source.spec.sensitivity > current_actor().clearance:
        return None if value == rules.NEGATIVE else {f"{source.name}.band": value}
    if value == rules.NEGATIVE:
        return {f"{source.name}.lt": 0}
    low, high = (0, *BAND_EDGES)[value], (*BAND_EDGES, None)[value]
    return {f"{source.name}.ge": low} | ({} if high is None else {f"{source.name}.lt": high})
