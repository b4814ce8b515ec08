"""Saving after a concurrent change: non-overlapping changes are merged, overlapping ones are shown to the user.

Used by every interface: the grid and the forms send the values they showed (`base`), the API sends the version it
read, and optionally the values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.encrypted_fields import EncryptedTextField, EncryptedValue
from dakehu.foundation.actions.registry import ACTIONS, Action
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.three_way_merge import Outcome, compare
from dakehu.foundation.gates.input import field_behind, parameter_index, parse_input, reader_of, spec_behind
from dakehu.foundation.gates.output import columns_of, name_of, plain_of, render_row, text_of
from dakehu.foundation.gates.row_lookup import Unfit
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.fields import normalize_name as spelt
from dakehu.foundation.schema.parameters import Parameter

TRIES = 5
SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class SaveResult:
    """The current row, and the labels of fields changed by others in the meantime that were kept."""

    row: Any
    kept: list[str] = field(default_factory=list)


def perform_with_merge(name: str, raw: Mapping[str, Any], base: Mapping[str, Any], version: Any) -> SaveResult:
    """Perform the change `name` as `perform` does, from the row at `version` as the reader saw it (`base`: values as
    shown or plain, as far as known). Where the row has changed since, fields changed by only one side are merged.

    Raises Conflict, with `clashes` and the last writer, where both sides changed one field to different values; and
    any error of `perform`.
    """
    wanted = ACTIONS.get(name)
    if wanted is None or not wanted.is_public:
        raise NotFound(bilingual("操作", "action"), name)
    if not current_actor().may(wanted.needs):
        raise NotAllowed(wanted.label, wanted.needs)
    given = parse_input(wanted.parameters, {**raw, "version": version})
    kept: dict[str, None] = {}
    for left in reversed(range(TRIES)):
        try:
            return SaveResult(wanted.body(**given), list(kept))
        except Conflict as conflict:
            if conflict.row is None or not left:
                raise
            row, given, found = _merge_edit(wanted, given, base, conflict.row)
            kept |= {
                spec_behind(parameter).label: None for parameter in wanted.parameters if parameter.name in found.theirs
            }
            if not found.mine:
                return SaveResult(row, list(kept))
    raise AssertionError("unreachable")


def _merge_edit(
    wanted: Action, given: dict[str, Any], base: Mapping[str, Any], row: Any
) -> tuple[Any, dict[str, Any], Outcome]:
    """Return (the current row, the remaining input, the outcome of each field). Raises Conflict where a person must
    decide."""
    parameters = {parameter.name: parameter for parameter in wanted.parameters if is_value_of(parameter, row)}
    found = _compare_edit(parameters, given, base, row)
    if found.clashes:
        raise _conflict_error(parameters, found, row)
    rest = {
        name: row if isinstance(value, type(row)) and value.pk == row.pk else value
        for name, value in given.items()
        if name not in parameters
    }
    return row, {**rest, **{name: given[name] for name in found.mine}, "version": row.row_version}, found


def is_value_of(parameter: Parameter, row: Any) -> bool:
    """Return whether a parameter is a value of this row (not the row itself, nor a parameter of the action alone)."""
    behind = field_behind(parameter)
    return behind is not None and isinstance(row, model_of(parameter.model)) and behind.name == parameter.name


def _compare_edit(
    parameters: dict[str, Parameter], given: Mapping[str, Any], base: Mapping[str, Any], row: Any
) -> Outcome:
    was: dict[str, Any] = {}
    index = parameter_index(parameters.values())
    for said, value in base.items():
        name = index.get(spelt(said), "")
        if name and not isinstance(field_behind(parameters[name]), EncryptedTextField):
            try:
                was[name] = _without_markup(reader_of(replace(parameters[name], required=False))(value))
            except Unfit:
                continue  # a mask or an unreadable value: the value seen is unknown
    mine = {name: _without_markup(value) for name, value in given.items() if name in parameters}
    now = {name: _without_markup(getattr(row, name)) for name in parameters}
    return compare(was, mine, now)


def _without_markup(value: Any) -> Any:
    return value.pk if hasattr(value, "_meta") else value


def _conflict_error(parameters: dict[str, Parameter], found: Outcome, row: Any) -> Conflict:
    """Return the refusal with both sides of every clash as text and as plain values."""
    columns = {column.name: column for column in columns_of(type(row), parameters)}
    plain, shown = render_row(row, parameters), render_row(row, parameters, shown=True)
    by, at = _last_writer(row)
    conflict = Conflict({name: plain[name] for name in plain if name in parameters}, row.row_version, row)
    conflict.by, conflict.at = by, at
    conflict.kept = [spec_behind(parameters[name]).label for name in found.theirs]
    for name, clash in found.clashes.items():
        column = columns[name]
        conflict.clashes[name] = {
            "label": column.label,
            "base": _as_plain_value(clash.base) if clash.known else None,
            "base_text": _value_texts(clash.base, column) if clash.known else None,
            "mine": _as_plain_value(clash.mine),
            "mine_text": _value_texts(clash.mine, column),
            "current": plain[name],
            "current_text": shown[name] or "–",
        }
    return conflict


def _as_plain_value(value: Any) -> Any:
    return value.masked() if isinstance(value, EncryptedValue) else plain_of(value)


def _value_texts(value: Any, column: Any) -> str:
    if value in (None, ""):
        return "–"
    if column.kind == "key":
        row = column.field.remote_field.model.objects.filter(pk=value).first()
        return name_of(row, current_actor().clearance) if row is not None else str(value)
    return text_of(value, column)


def _last_writer(row: Any) -> tuple[str, str]:
    """Return (name, "09:41") of the writer of the current version, where the audit has it; else ("", "")."""
    number = row.owning_client_id()
    if number is None:
        return "", ""
    with elevated("who changed it meanwhile"):
        entry = AuditEntry.objects.filter(client_ref=number, at__gte=row.changed_at).order_by("pk").first()
    if entry is None or entry.at - row.changed_at > SOON:
        return "", ""
    return entry.actor_name, clock.local(entry.at).strftime("%H:%M")
