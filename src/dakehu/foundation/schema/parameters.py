"""What an action or a query takes: parameters that are fields, rows or plain values, and the custom fields of a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import Facts, may


@dataclass(frozen=True)
class Take:
    """One parameter of an action or query: its field facts come from `model.field`, or are given.

    `name` is the keyword; `required` False lets it be left out. With a `model` and no `field` it names a row
    of that model; with neither, `kind` says what it is (text, integer, decimal, rate, date, datetime, bool,
    json, file) or `words` which choices it has.
    """

    name: str
    model: str = ""
    field: str = ""
    required: bool = True
    facts: Facts | None = None
    kind: str = "text"
    words: Any = None


def takes_of(model: str, *names: str, optional: tuple[str, ...] = (), **renamed: str) -> tuple[Take, ...]:
    """Parameters that are fields: `takes_of("service.Interaction", "client", "held_at", optional=("promise",),
    next_on="due_on")` (a keyword names the parameter, its value the field)."""
    made = [Take(n, model, n) for n in names]
    made += [Take(n, model, n, required=False) for n in optional]
    made += [Take(param, model, of, required=False) for param, of in renamed.items()]
    return tuple(made)


@dataclass(frozen=True)
class Customs:
    """Stands among the parameters of an action for every custom field of a model. `new` where it makes a row: what is
    required of a row is then required of the action."""

    model: str
    new: bool = False

    def takes(self) -> Iterator[Take]:
        for f in custom_fields.of(self.model):
            if may(f.facts.seen_by):
                yield Take(f.name, self.model, f.name, required=self.new and f.required and may(f.facts.edited_by))
