"""The views of schema `bi`, generated from the OData entity sets: their SQL, and a comment on every column.

Column types are those of the tables for every reader, so a value the reader may not see is masked within its type:
text by its mask or by dots, an amount is missing and its band has a separate column (`assets_band`), other values
are missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections

from dakehu.domains.team import rules
from dakehu.domains.team.roles import ROLES
from dakehu.exchange.odata.entity_sets import EntitySet, Property, entity_sets, snake
from dakehu.foundation import row_security
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.scope import Common, Scoped
from dakehu.foundation.access.sensitivity import PUBLIC
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import QUERIES
from dakehu.foundation.schema import resources
from dakehu.foundation.schema.fields import Computed, FieldSpec, has_spec, model_of, spec_of
from dakehu.foundation.schema.related_columns import extensions_of

SCHEMA, INNER = "bi", "dakehu_bi"  # readable schema; access-control schema, closed to readers
READER = "reader"
NOBODY = -1  # the id of no member of staff
TEXTS = ("text", "long", "choice")


@dataclass(frozen=True)
class ViewColumn:
    """A column of a view: its name, the SQL of its value, and its comment."""

    name: str
    sql: str
    comment: str


@dataclass(frozen=True)
class View:
    """A view: its name, the table that it reads, its comment, its columns, and the SQL of the reader's rows."""

    name: str
    table: str
    comment: str
    columns: tuple[ViewColumn, ...]
    condition: str

    @property
    def create(self) -> list[str]:
        """Return the statements that create the view and its comments."""
        selected = ",\n  ".join(f"{column.sql} AS {quote_name(column.name)}" for column in self.columns)
        path = f"{SCHEMA}.{quote_name(self.name)}"
        return [
            f"CREATE VIEW {path} WITH (security_barrier = true) AS SELECT\n  {selected}\n"
            f"FROM public.{quote_name(self.table)} CROSS JOIN {INNER}.reader() AS {READER}\nWHERE {self.condition}",
            f"COMMENT ON VIEW {path} IS {literal(self.comment)}",
            *(f"COMMENT ON COLUMN {path}.{quote_name(c.name)} IS {literal(c.comment)}" for c in self.columns),
            f"GRANT SELECT ON {path} TO PUBLIC",
        ]


def quote_name(name: str) -> str:
    """Return a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return an SQL string literal. Raises ValueError for a backslash, an escape under one server setting."""
    if "\\" in text or "\0" in text:
        raise ValueError("no backslash in a text of a view")
    return "'" + text.replace("'", "''") + "'"


def views() -> list[View]:
    """Return every view, generated from the current declarations."""
    left_out = {one.name for one in sets_without_view()}
    with acting_as(system_actor("describe the views of schema bi")), in_language("zh"):
        sets = {name: one for name, one in entity_sets().items() if name not in left_out}
        needed = _needed_permissions()
        return [_view(one, needed[one.model._meta.label], sets) for one in sets.values()]


def sets_without_view() -> list[EntitySet]:
    """Return the entity sets whose lists show some role less than its scope: a Python rule that no view can express.

    They have no view. Determined by running each list as a member of each role.
    """
    found: dict[str, EntitySet] = {}
    for name in ROLES:
        nobody = rules.actor(NOBODY, "", name, (), (NOBODY,))
        with acting_as(nobody):
            found |= {one.name: one for one in entity_sets().values() if not _is_plainly_scoped(one)}
    return list(found.values())


def _is_plainly_scoped(one: EntitySet) -> bool:
    """Return whether the actor's list of a model is every row in scope, and the scope is that used by the views."""
    plain = Scoped if getattr(one.model, "client_path", None) else Common
    if type(one.model.objects) is not plain:
        return False
    listed, every = (str(rows.order_by().values_list("pk").query) for rows in (one.rows(), one.model.objects.all()))
    return listed == every


def _needed_permissions() -> dict[str, list[str]]:
    """Return {label of a model: the permissions that a reader of its view requires}."""
    made: dict[str, list[str]] = {}
    for resource in resources.by_path().values():
        if resource.list:
            made[resource.model] = [QUERIES[resource.list].needs]
            for loan in extensions_of(model_of(resource.model)):
                made[loan.of] = [QUERIES[resource.list].needs, loan.needs]
    return made


def _view(one: EntitySet, needs: list[str], sets: dict[str, EntitySet]) -> View:
    model = one.model
    listed = {other.model for other in sets.values()}
    columns = [ViewColumn("id", _column(model, "pk"), "编号 Number")]
    for item in one.properties.values():
        if item.reading is not None:
            columns += _columns(model, item, listed)
    return View(
        snake(one.name),
        model._meta.db_table,
        f"{one.label.in_('zh')} {one.label.in_('en')}",
        tuple(columns),
        _condition(model, needs),
    )


def _condition(model: Any, needs: list[str]) -> str:
    allowed = [name for name, role in ROLES.items() if all(need in role.permissions for need in needs if need)]
    names = ", ".join(literal(name) for name in allowed)
    test = f"{READER}.roles && ARRAY[{names}]::text[]"
    if getattr(model, "client_path", None):
        test += f"\n  AND ({row_security.row_condition(model, f'{READER}.reach', f'{INNER}.', passes_without_client=False)})"
    return test


def _column(model: Any, name: str) -> str:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return f"{quote_name(model._meta.db_table)}.{quote_name(field.column)}"


def _columns(model: Any, item: Property, listed: set[Any]) -> Iterator[ViewColumn]:
    """Yield the columns of a view for one property: its value, and the name of a choice or the band of an amount."""
    reading: Any = item.reading
    column, spec = reading.column, item.spec
    if isinstance(column.field, Computed):
        return  # computed in Python, not in the database
    if column.kind == "key":
        yield from _key_columns(model, column, listed)
        return
    value = _stored_value_sql(model, column.field)
    if column.kind == "sealed":
        yield ViewColumn(
            item.name,
            _role_limited_sql(f"CASE WHEN {value} IS NOT NULL THEN {literal(DOTS)} END", spec),
            _comment(spec),
        )
        return
    if column.kind in TEXTS:
        value = f"nullif({value}, '')"
    yield ViewColumn(
        item.name, _role_limited_sql(_clearance_sql(value, spec, _mask(value, column.kind, spec)), spec), _comment(spec)
    )
    if hasattr(spec.mask, "band_edges"):
        band = _band(value, spec)
        yield ViewColumn(f"{item.name}_band", _role_limited_sql(band, spec), f"{spec.zh}所在区间 Band of {spec.en}")
    choices = column.choice_set
    if choices is not None and not hasattr(choices, "many"):
        cases = " ".join(f"WHEN {literal(one.value)} THEN {literal(one.zh)}" for one in choices)
        label = _clearance_sql(f"CASE {value} {cases} ELSE {value} END", spec, _mask(value, column.kind, spec))
        yield ViewColumn(f"{item.name}_label", _role_limited_sql(label, spec), f"{spec.zh}（名称） {spec.en}, its name")


def _key_columns(model: Any, column: Any, listed: set[Any]) -> Iterator[ViewColumn]:
    """Yield the id of the related row, and its name if that is not a client's and not masked for any reader."""
    spec, target, value = column.spec, column.field.related_model, _column(model, column.name)
    yield ViewColumn(f"{column.name}_id", _role_limited_sql(value, spec), f"{spec.zh}编号 Number of {spec.en}")
    if target in listed or getattr(target, "client_path", None):
        return
    fields = {field.name: field for field in target._meta.concrete_fields}
    names = [name for name in dict.fromkeys(("name", *getattr(target, "lookup_fields", ()))) if name in fields]
    open_names = [name for name in names if not has_spec(fields[name]) or spec_of(fields[name]).sensitivity == PUBLIC]
    if open_names:
        called = ", ".join(f"nullif(other.{quote_name(fields[name].column)}, '')" for name in open_names)
        found = (
            f"(SELECT coalesce({called}) FROM public.{quote_name(target._meta.db_table)} AS other "  # noqa: S608  names of models
            f"WHERE other.{quote_name(target._meta.pk.column)} = {value})"
        )
        yield ViewColumn(column.name, _role_limited_sql(found, spec), _comment(spec))


def _stored_value_sql(model: Any, field: Any) -> str:
    """Return the SQL of the stored value of a field, including fields that the firm added."""
    if not getattr(field, "custom", False):
        return _column(model, field.name)
    kind = field.sql.db_type(connections["default"])
    text = f"({_column(model, 'extra')} ->> {literal(field.name)})"
    return f"({text} IN ('1', 'true'))" if kind == "boolean" else f"{text}::{kind}"


def _clearance_sql(value: str, spec: FieldSpec, instead: str) -> str:
    if spec.sensitivity == PUBLIC:
        return value
    return f"CASE WHEN {READER}.clearance >= {int(spec.sensitivity)} THEN {value} ELSE {instead} END"


def _role_limited_sql(value: str, spec: FieldSpec) -> str:
    """Return the SQL of a value that only some roles may see."""
    if not spec.seen_by:
        return value
    names = ", ".join(literal(role) for role in sorted(spec.seen_by))
    return f"CASE WHEN {READER}.roles[1] IN ({names}) THEN {value} END"


def _mask(value: str, kind: str, spec: FieldSpec) -> str:
    """Return the SQL of the substitute for a value that the reader may not see."""
    if kind not in TEXTS:
        return "NULL"
    if hasattr(spec.mask, "in_sql"):
        return f"{INNER}.{getattr(spec.mask, '__name__', '')}({value})"
    return f"CASE WHEN {value} IS NOT NULL THEN {literal(DOTS)} END"


def _band(value: str, spec: FieldSpec) -> str:
    mask: Any = spec.mask
    edges = mask.band_edges
    below = zip(edges, [mask("0"), *(mask(str(edge)) for edge in edges[:-1])], strict=True)
    cases = " ".join(f"WHEN {value} < {edge} THEN {literal(text)}" for edge, text in below)
    return f"CASE WHEN {value} < 0 THEN {literal(DOTS)} {cases} WHEN {value} IS NOT NULL THEN {literal(mask(str(edges[-1])))} END"


def _comment(spec: FieldSpec) -> str:
    said = " ".join(filter(None, (spec.heading, spec.help_zh)))
    return said.replace("\\", "/")


def masks() -> dict[str, str]:
    """Return {name of a mask: its SQL, applied to a text `value`} of the masks that PostgreSQL applies."""
    with acting_as(system_actor("describe the views of schema bi")):
        every: list[Any] = [item.spec.mask for one in entity_sets().values() for item in one.properties.values()]
    return {getattr(mask, "__name__", ""): mask.in_sql for mask in every if hasattr(mask, "in_sql")}
