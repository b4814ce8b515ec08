"""What an action or a query takes: parameters that are fields, rows or plain values, and the custom fields of a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import FieldSpec, editable_fields, may, model_of


@dataclass(frozen=True)
class Parameter:
    """One parameter of an action or query: its field facts come from `model.field`, or are given.

    `name` is the keyword; `required` False lets it be left out. With a `model` and no `field` it names a row
    of that model; with neither, `kind` says what it is (text, integer, decimal, rate, date, datetime, bool,
    ids, json, file) or `choice_set` which choices it has. `choices_from` names a query of a client: for `ids` it lists
    what may be chosen, {parameter: [{id, label, chosen}]}; for other kinds it suggests values, [{value, label}]. Without the
    permission `needs` no form asks for it.
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
    """Parameters that are fields: `takes_of("service.Interaction", "client", "held_at", optional=("promise",),
    next_on="due_on")` (a keyword names the parameter, its value the field)."""
    made = [Parameter(n, model, n) for n in names]
    made += [Parameter(n, model, n, required=False) for n in optional]
    made += [Parameter(param, model, of, required=False) for param, of in renamed.items()]
    return tuple(made)


@dataclass(frozen=True)
class CustomFields:
    """Stands among the parameters of an action for every custom field of a model. `new` where it makes a row: what is
    required of a row is then required of the action."""

    model: str
    new: bool = False

    def parameters(self) -> Iterator[Parameter]:
        for f in custom_fields.custom_fields_of(self.model):
            if may(f.spec.seen_by):
                yield Parameter(f.name, self.model, f.name, required=self.new and f.required and may(f.spec.edited_by))


@dataclass(frozen=True)
class Fields:
    """Stands among the parameters of an action for every field of a model that people may write, custom ones included.

    `required` come first and must be given; `without` are left out. `new` where the action makes a row: what a custom
    field requires of a row is then required of the action.
    """

    model: str
    required: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    new: bool = False

    def parameters(self) -> Iterator[Parameter]:
        """Yield one parameter a field, as far as the reader's role may know of it."""
        custom = set(custom_fields.custom_field_names(self.model))
        names = [name for name in editable_fields(self.model) if name not in (*self.required, *self.without)]
        for name in (*self.required, *(name for name in names if name not in custom)):
            if may(model_of(self.model)._meta.get_field(name).spec.seen_by):
                yield Parameter(name, self.model, name, required=name in self.required)
        yield from CustomFields(self.model, self.new).parameters()
