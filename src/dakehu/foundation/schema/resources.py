"""What a domain shows of its tables: declared once in its `resources.py`, read by pages, API, worksheets and palette."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.names import Names

KEPT = bilingual("这张表的记录不能用表格删除。", "Rows of this sheet are not deleted by a worksheet.")


@dataclass(frozen=True)
class SheetOf:
    """The worksheet of a resource. Its columns are the parameters of the resource's `create` action.

    `evaluate(columns, clients, row_evaluation, mode=…)` compares rows with what is stored, `import_rows(columns=, row_evaluation=,
    clients=)` writes them (None for clients, who are compared before everything else). `more` are further parameters,
    `import_only` names those that an export leaves out. `kept` says why rows cannot be deleted by leaving them out of a
    file; `open_state` is (field, value) of rows that still can be, `ended` the reason for the others. `due_while`
    are values of the state in which a day that has passed is marked, that of `open_state` unless said. `clients` says whose
    rows they are: "each" row belongs to a client, "some" do, "none" does. `needs` is the permission without which a reader has
    no such sheet, "" for everybody. `is_read_only`: exported and never imported, with `kept` as the reason. New sheets stand
    behind the others: the keys of rows in exported files count sheets by their place.
    """

    name: str
    title: Bilingual
    position: int = 100  # among the sheets of the workbook
    evaluate: Callable[..., Any] | None = None
    import_rows: Callable[..., Any] | None = None
    more: tuple[Any, ...] = ()
    import_only: tuple[str, ...] = ()
    kept: Bilingual | None = None
    open_state: tuple[str, str] | None = None
    ended: Bilingual | None = None
    due_while: tuple[str, ...] = ()
    clients: str = "each"
    needs: str = ""
    is_read_only: bool = False


@dataclass(frozen=True)
class TimelineOf:
    """How rows stand in the timeline of a client. `icons` by the value of `icon_field`, `icon` for the others."""

    kind: str
    label: Bilingual
    icon: str
    icon_field: str = ""
    icons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BulkOf:
    """An action on many clients of the list, and the action for one client whose questions are asked for all."""

    name: str
    many: str
    one: str


@dataclass(frozen=True)
class Resource:
    """The queries and actions of one model, by name; "" where there is none.

    `key` is the parameter by which get, update and delete know the row ("client": one row a client). `path` is its
    address in the API, `of_client` the query of the rows of one client. `offers` are further actions that are offered
    about a client. With `tab` a client's page shows the rows on a tab of their own. `is_merged` False: an update is one
    decision and is never merged with somebody else's. `asked_first` are the parameters that the form of `create` asks at
    once, in this order; the others stand behind "more".
    """

    model: str
    path: str = ""
    key: str = ""
    list: str = ""
    of_client: str = ""
    get: str = ""
    create: str = ""
    update: str = ""
    delete: str = ""
    bulk: tuple[BulkOf, ...] = ()
    offers: tuple[str, ...] = ()
    worksheet: SheetOf | None = None
    timeline: TimelineOf | None = None
    tab: bool = False
    is_merged: bool = True
    asked_first: tuple[str, ...] = ()

    @property
    def names(self) -> Names:
        names: Names = model_of(self.model).names
        return names


_declared: dict[str, Resource] = {}


def declare(*resources: Resource) -> None:
    """Register resources of a domain. Raises ValueError for a model, path or worksheet declared twice."""
    for one in resources:
        others = [other for other in _declared.values() if other.model != one.model]
        sheet = one.worksheet.name if one.worksheet else ""
        clash = one.path and any(other.path == one.path for other in others)
        clash = clash or (sheet and any(other.worksheet and other.worksheet.name == sheet for other in others))
        if clash or _declared.get(one.model, one) != one:
            raise ValueError(f"resource {one.model} ({one.path}) is declared twice")
        _declared[one.model] = one


def resources() -> Iterator[Resource]:
    """Every declared resource, lower domains first."""
    return iter(tuple(_declared.values()))


def by_path() -> dict[str, Resource]:
    """{address in the API: resource}."""
    return {one.path: one for one in resources() if one.path}


def with_worksheet() -> list[tuple[Resource, SheetOf]]:
    """The resources that have a worksheet, in the order of the workbook."""
    found = [(one, one.worksheet) for one in resources() if one.worksheet is not None]
    return sorted(found, key=lambda pair: pair[1].position)


def models_by_key() -> dict[str, str]:
    """{parameter that names a row: whose row it is}, of rows other than clients."""
    return {one.key: one.model for one in resources() if one.key not in ("", "client")}


def timelines() -> dict[str, tuple[Resource, TimelineOf]]:
    """{kind in the timeline: (resource, how it is shown)}."""
    return {one.timeline.kind: (one, one.timeline) for one in resources() if one.timeline is not None}


def offered_actions() -> list[str]:
    """Names of the actions offered about a client, the highest domain first, each once."""
    named = []
    for one in resources():
        create = one.create if one.key != "client" or one.create == one.update else ""
        named.append([create, one.update if one.key == "client" else "", *one.offers])
    return list(dict.fromkeys(name for names in _top_first(named) for name in names if name))


def _top_first(named: "list[list[str]]") -> "list[list[str]]":
    """Lists of action names with those of higher domains before those of lower ones, else in order."""
    domains = list(dict.fromkeys(one.model.partition(".")[0] for one in resources()))
    order = {domain: -place for place, domain in enumerate(domains)}
    models = [one.model.partition(".")[0] for one in resources()]
    return [names for _, names in sorted(zip(models, named, strict=True), key=lambda pair: order[pair[0]])]


def asked_first() -> dict[str, tuple[str, ...]]:
    """{action that makes a row: the parameters that its form asks at once}, of resources that say so."""
    return {one.create: one.asked_first for one in resources() if one.asked_first}


def bulk_actions() -> dict[str, BulkOf]:
    """{name of a bulk edit: its actions}."""
    return {bulk.name: bulk for one in resources() for bulk in one.bulk}
