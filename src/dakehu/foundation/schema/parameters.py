"""Parameters of actions and queries: fields, rows or plain values, and the custom fields of a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import FieldSpec, editable_fields, may, model_of


@dataclass(frozen=True)
class Parameter:
    """One parameter of an action or query: its field facts come from `model.field`, or are given.

    `name` is the keyword; with `required` False it is optional. With a `model` and no `field` it is a row of that
    model; with neither, `kind` is its type (text, integer, decimal, rate, date, datetime, bool, ids, json, file) or
    `choice_set` its choices. `choices_from` names a query of a client: for `ids` it lists the options, {parameter:
    [{id, label, chosen}]}; for other kinds it suggests values, [{value, label}]. Without the permission `needs` forms
    omit it.
    """

    name: str
    model: str = ""
    field: str = ""
    required: bool = True
    spec: FieldSpec | None = None
    kind: str = "text"
    choice_set: Any = None
    choices_from: str = ""
    needs: str = ""


def parameters_of(model: str, *names: str, optional: tuple[str, ...] = (), **renamed: str) -> tuple[Parameter, ...]:
    """Return parameters that are fields: `parameters_of("service.Interaction", "client", "held_at",
    optional=("promise",), next_on="due_on")` (a keyword names the parameter, its value the field)."""
    made = [Parameter(n, model, n) for n in names]
    made += [Parameter(n, model, n, required=False) for n in optional]
    made += [Parameter(param, model, of, required=False) for param, of in renamed.items()]
    return tuple(made)


@dataclass(frozen=True)
class CustomFields:
    """Placeholder among an action's parameters for every custom field of a model. `new` where it creates a row: fields
    required of a row are then required of the action."""

    model: str
    new: bool = False

    def parameters(self) -> Iterator[Parameter]:
        for f in custom_fields.custom_fields_of(self.model):
            if may(f.spec.seen_by):
                yield Parameter(f.name, self.model, f.name, required=self.new and f.required and may(f.spec.edited_by))


@dataclass(frozen=True)
class Fields:
    """Placeholder among an action's parameters for every editable field of a model, including custom ones.

    `required` come first and must be given; `without` are left out. `new` where the action creates a row: custom
    fields required of a row are then required of the action.
    """

    model: str
    required: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    new: bool = False

    def parameters(self) -> Iterator[Parameter]:
        """Yield one parameter per field visible to the reader's role."""
        custom = set(custom_fields.custom_field_names(self.model))
        names = [name for name in editable_fields(self.model) if name not in (*self.required, *self.without)]
        for name in (*self.required, *(name for name in names if name not in custom)):
            if may(model_of(self.model)._meta.get_field(name).spec.seen_by):
                yield Parameter(name, self.model, name, required=name in self.required)
        yield from CustomFields(self.model, self.new).parameters()
