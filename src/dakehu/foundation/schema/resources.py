"""Resources of a domain: declared once in its `resources.py`, used by pages, API, worksheets and command palette."""

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

    `evaluate(columns, clients, row_evaluation, mode=…)` compares rows with stored ones, `import_rows(columns=,
    row_evaluation=, clients=)` writes them (None for clients, which are compared first). `more` are further
    parameters, `import_only` those that an export leaves out. `kept` is the reason why rows cannot be deleted by
    omitting them from a file; `open_state` is (field, value) of rows that still can be, `ended` the reason for the
    others. `due_while` are values of the state in which a past day is marked, by default that of `open_state`.
    `clients` gives the owner of rows: "each" row belongs to a client, "some" do, "none" does. `needs` is the
    permission required for the sheet, "" for none. `is_read_only`: exported and never imported, with `kept` as the
    reason. New sheets must be added last: the keys of rows in exported files number sheets by position.
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
    """Display of rows in the timeline of a client. `icons` by the value of `icon_field`, `icon` for the others."""

    kind: str
    label: Bilingual
    icon: str
    icon_field: str = ""
    icons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BulkOf:
    """An action on many clients of the list, and the action for one client whose parameters are requested once for
    all."""

    name: str
    many: str
    one: str


@dataclass(frozen=True)
class Resource:
    """The queries and actions of one model, by name; "" where there is none.

    `key` is the parameter by which get, update and delete identify the row ("client": one row per client). `path` is
    its API path, `of_client` the query of the rows of one client. `offers` are further actions offered about a client.
    With `tab` a client's page shows the rows on a separate tab. `is_merged` False: an update is one decision and is
    never merged with another user's. `asked_first` are the parameters that the form of `create` shows first, in this
    order; the others are under "more".
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
    """Return every declared resource, lower domains first."""
    return iter(tuple(_declared.values()))


def by_path() -> dict[str, Resource]:
    """Return {API path: resource}."""
    return {one.path: one for one in resources() if one.path}


def with_worksheet() -> list[tuple[Resource, SheetOf]]:
    """Return the resources that have a worksheet, in the order of the workbook."""
    found = [(one, one.worksheet) for one in resources() if one.worksheet is not None]
    return sorted(found, key=lambda pair: pair[1].position)


def models_by_key() -> dict[str, str]:
    """Return {parameter that identifies a row: label of its model}, for rows other than clients."""
    return {one.key: one.model for one in resources() if one.key not in ("", "client")}


def timelines() -> dict[str, tuple[Resource, TimelineOf]]:
    """Return {kind in the timeline: (resource, its display)}."""
    return {one.timeline.kind: (one, one.timeline) for one in resources() if one.timeline is not None}


def offered_actions() -> list[str]:
    """Return the names of the actions offered about a client, the highest domain first, each once."""
    named = []
    for one in resources():
        create = one.create if one.key != "client" or one.create == one.update else ""
        named.append([create, one.update if one.key == "client" else "", *one.offers])
    return list(dict.fromkeys(name for names in _top_first(named) for name in names if name))


def _top_first(named: "list[list[str]]") -> "list[list[str]]":
    """Merge lists of action names, those of higher domains before those of lower ones, otherwise in order."""
    domains = list(dict.fromkeys(one.model.partition(".")[0] for one in resources()))
    order = {domain: -place for place, domain in enumerate(domains)}
    models = [one.model.partition(".")[0] for one in resources()]
    return [names for _, names in sorted(zip(models, named, strict=True), key=lambda pair: order[pair[0]])]


def asked_first() -> dict[str, tuple[str, ...]]:
    """Return {action that creates a row: the parameters its form shows first}, of resources that define them."""
    return {one.create: one.asked_first for one in resources() if one.asked_first}


def bulk_actions() -> dict[str, BulkOf]:
    """Return {name of a bulk edit: its actions}."""
    return {bulk.name: bulk for one in resources() for bulk in one.bulk}
