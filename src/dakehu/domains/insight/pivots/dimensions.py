"""The columns by which a pivot groups and measures: those available to the reader, with value, label and filters per group."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from dakehu.domains.clients.masks import BAND_EDGES, bands
from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.pivots.rules import MeasureName, Period
from dakehu.domains.insight.pivots.sources import Source, every_source, find_source, spellings
from dakehu.domains.insight.questions.spans import shift_day
from dakehu.domains.insight.snapshots.filters import check_fact
from dakehu.domains.team.queries import names_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import cleared_column
from dakehu.foundation.schema.fields import model_of, normalize_name

MONTHS = {Period.MONTH.value: 1, Period.QUARTER.value: 3, Period.YEAR.value: 12}
DAYS = {Period.DAY.value: 1, Period.WEEK.value: 7}
GROUPED = ("choice", "key", "list", "flag", "date", "text")


def check_cleared(source: Source, parameter: str) -> None:
    """Raise Refused if the reader is not cleared for a column."""
    if source.is_fact:
        check_fact(source, parameter)
    elif source.kind != "list":
        cleared_column(model_of("clients.Client"), source.name)


def find_dimension(text: str, parameter: str) -> Source:
    """Return the column of a dimension. Raises Refused for one that is unknown, not cleared, or cannot be grouped.

    An amount that the reader sees only in bands is grouped by these bands, as in lists.
    """
    name, period = rules.read_dimension(text)
    source = find_source(name, parameter)
    if not (source.is_amount and getattr(source.spec.mask, "band_edges", ())):
        check_cleared(source, parameter)
    if not _makes_groups(source):
        raise refusal(
            parameter,
            "不能按“{label}”分组；可用选项、营业部、人员、级别、日期或金额。",
            "“{label}” makes no groups; use choices, branches, staff, tiers, dates or amounts.",
            label=source.spec.label,
        )
    if period and source.kind != "date":
        raise refusal(
            parameter,
            "只有日期可按日、周、月、季、年分组。",
            "Only days are grouped by day, week, month, quarter or year.",
        )
    default = Period.MONTH.value if source.kind == "date" else ""
    return Source(source.name, source.spec, source.kind, source.field, period or default)


def _makes_groups(source: Source) -> bool:
    is_own = getattr(source.field, "unique", False) or getattr(source.field, "custom", False)
    return (source.kind in GROUPED or source.is_amount) and not is_own


def find_measured(measure: rules.Measure) -> tuple[str, Source | None]:
    """Return (name of the measure, column). Raises Refused for a column that is unknown, not cleared or not a number, and
    for the sum of rates."""
    if not measure.column:
        return measure.name, None
    if measure.name == MeasureName.DISTINCT:
        return measure.name, find_dimension(measure.column, "measure")
    source = find_source(measure.column, "measure")
    check_cleared(source, "measure")
    if source.kind != "number" or getattr(source.field, "custom", False):
        raise refusal("measure", "“{label}”不是数值。", "“{label}” is no number.", label=source.spec.label)
    name = measure.name or (MeasureName.SUM.value if source.is_amount else "")
    if not name or (name in (MeasureName.SUM, *rules.SHARES) and not source.is_amount):
        raise refusal(
            "measure",
            "“{label}”不能相加，请用 mean、median、min 或 max。",
            "“{label}” cannot be added up; use mean, median, min or max.",
            label=source.spec.label,
        )
    return name, source


def fields_of_reader() -> dict[str, list[dict[str, Any]]]:
    """Return {dimensions, measures}: the columns that the reader may group by and measure, as {name, label, kind}."""
    dimensions, measures = [], []
    for source in every_source().values():
        about = {
            "name": source.name,
            "label": source.spec.label,
            "kind": "amount" if source.is_amount else source.kind,
            "is_fact": source.is_fact,
        }
        if _makes_groups(source) and not source.spec.shown_by and _is_open(source, in_bands=True):
            dimensions.append(about)
        is_measure = source.kind == "number" and not getattr(source.field, "custom", False)
        if is_measure and not source.spec.shown_by and _is_open(source, in_bands=False):
            measures.append(about)
    return {"dimensions": dimensions, "measures": measures}


def _is_open(source: Source, in_bands: bool) -> bool:
    if in_bands and source.is_amount and getattr(source.spec.mask, "band_edges", ()):
        return True
    try:
        check_cleared(source, source.name)
    except Refused:
        return False
    return True


def group_of(source: Source) -> Callable[[Any], Any]:
    """Return the function from a value to its group: the start of its period, else the value itself."""
    if source.kind == "date":
        return lambda day: rules.start_of_period(day, source.period)
    return lambda value: value


def order_of(source: Source) -> list[Any] | None:
    """Return the order of the groups of a column; None for largest first."""
    if source.kind == "choice":
        return [str(one.value) for one in source.field.choice_set]
    if source.kind == "flag":
        return [True, False]
    if source.kind == "number":
        return list(range(rules.NEGATIVE, len(BAND_EDGES) + 1))
    return [] if source.kind == "date" else None  # days sort naturally


def described_groups(source: Source, groups: list[Any], rest: int) -> list[dict[str, Any]]:
    """Return {value, label, filters} of each group, of the rest and of the missing ones; filters are None if the list
    of clients cannot be filtered to a group."""
    label = _labels(source, groups)
    made = [
        {"value": _plain(source, value), "label": label(value), "filters": _filters(source, value)} for value in groups
    ]
    if rest:
        text = bilingual("其他 {n} 组", "{n} other groups", n=rest)
        made.append({"value": None, "label": str(text), "filters": None})
    has_filter = source.kind != "list" and not source.is_fact
    empty = {f"{source.name}.empty": True} if has_filter else None
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
    if source.is_fact:
        return None
    if source.kind == "date":
        after = (
            value + timedelta(days=DAYS[source.period])
            if source.period in DAYS
            else shift_day(value, "month", MONTHS[source.period])
        )
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


OPERATORS = {
    "eq": bilingual("等于", "is"),
    "ne": bilingual("不等于", "is not"),
    "in": bilingual("属于", "is one of"),
    "ge": bilingual("不低于", "at least"),
    "gt": bilingual("高于", "above"),
    "le": bilingual("不超过", "at most"),
    "lt": bilingual("低于", "below"),
    "has": bilingual("包含", "contains"),
    "starts": bilingual("开头为", "begins with"),
    "empty": bilingual("未填", "is empty"),
    "filled": bilingual("已填", "is filled"),
    "band": bilingual("金额区间", "is in band"),
    "month": bilingual("月份", "is in month"),
}
WITHOUT_VALUE = ("empty", "filled")


def described_filters(filters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return filters for people: [{key, label, operator, value, has_value}]; an unknown column keeps its name."""
    described, sources, index = [], every_source(), spellings()
    for key, value in filters.items():
        head, _, op = key.partition(".")
        source = sources.get(index.get(normalize_name(head), ""))
        described.append(
            {
                "key": key,
                "label": source.spec.label if source is not None else head,
                "operator": str(OPERATORS.get(op or "eq", op)),
                "value": ",".join(str(one) for one in value) if isinstance(value, (list, tuple)) else value,
                "has_value": op not in WITHOUT_VALUE,
            }
        )
    return described
