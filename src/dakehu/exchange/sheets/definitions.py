"""What the columns of a client table can be: the parts of the 大客户管理表 and their fields, all from field facts.

A part is one sheet of the table and takes what the action for a single row takes, so nothing is named twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from dakehu.exchange.workbook.reading import Term
from dakehu.foundation.access.actor import actor_or_none
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.gates.input import spec_behind
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import FieldSpec, model_of, spec_of
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.resources import Resource, SheetOf, with_worksheet

NAMING = "client"  # the part of a client that the other sheets name them by
CLIENT = "clients.Client"
CONTACT_KINDS = ("landline", "wechat")
ROW_KEY = "row_key"  # the sealed mark by which a row of an exported sheet is known again


@dataclass(frozen=True)
class Worksheet:
    """One sheet of the table. `takes` are its columns: none is required of a file, only of a row to be made."""

    name: str
    title: Bilingual
    model: str
    parameters: tuple[Parameter, ...]
    create: str  # the action that makes a single row
    import_only: tuple[str, ...] = ()

    def parameter(self, name: str) -> Parameter:
        return next(t for t in self.parameters if t.name == name)

    def spec(self, name: str) -> FieldSpec:
        return spec_behind(self.parameter(name))


def _optional(action: str, *without: str) -> tuple[Parameter, ...]:
    return tuple(replace(t, required=False) for t in ACTIONS[action].parameters if t.name not in without)


def _fact(model: str, field: str) -> FieldSpec:
    return spec_of(model_of(model)._meta.get_field(field))


def _plain(name: str, spec: FieldSpec, kind: str = "text") -> Parameter:
    return Parameter(name, required=False, spec=spec, kind=kind)


def _client_columns() -> tuple[Parameter, ...]:
    """How a row of another sheet names its client."""
    phone = next(t for t in ACTIONS["clients.create"].parameters if t.name == "phone")
    return (
        _plain("client_code", _fact("clients.Client", "code")),
        _plain("client_name", _fact("clients.Client", "name")),
        _plain("client_id_number", _fact("clients.Client", "id_number")),
        _plain("client_phone", spec_behind(phone)),
    )


def _channels() -> tuple[Parameter, ...]:
    words = model_of("clients.Contact")._meta.get_field("kind").choice_set
    members = [m for m in words if m.value in CONTACT_KINDS]
    return tuple(_plain(m.value, FieldSpec(m.zh, m.en, m._aliases)) for m in members)


def worksheets() -> dict[str, Worksheet]:
    """Every part by name, in the order of the workbook, with the fields that the reader's role may know of."""
    return _worksheets(*_reader())


def _reader() -> tuple[Any, str]:
    """What the vocabulary depends on: the custom fields in use, and the role."""
    actor = actor_or_none()
    return custom_fields.definitions_state(), "system" if actor is None or actor.is_system else actor.role


@lru_cache(maxsize=32)
def _worksheets(fields: Any, role: str) -> dict[str, Worksheet]:
    made = [_worksheet(resource, sheet) for resource, sheet in with_worksheet()]
    sealed = Parameter(
        ROW_KEY,
        required=False,
        spec=FieldSpec(
            "行钥",
            "Row key",
            help_zh="请勿修改：系统凭它认出这一行。",
            help_en="Leave as it is: by this the desk knows the row again.",
        ),
    )
    return {part.name: replace(part, parameters=(*part.parameters, sealed)) for part in made}


def _worksheet(resource: Resource, sheet: SheetOf) -> Worksheet:
    """One sheet from its resource. The sheet of clients also holds what hangs on a new client: channels and coverage."""
    if resource.model == CLIENT:
        columns = _columns_of_clients(resource.create)
    else:
        columns = (*_client_columns(), *_optional(resource.create, NAMING, "version"))
    return Worksheet(
        sheet.name, sheet.title, resource.model, (*columns, *sheet.more), resource.create, sheet.import_only
    )


def _columns_of_clients(create: str) -> tuple[Parameter, ...]:
    dated = replace(_fact(CLIENT, "as_of_on"), aliases=("timestamp", "快照日期", "数据日期"))
    return (
        *_optional(create, "anyway"),
        *_channels(),
        _plain("contact", _fact("clients.Contact", "value")),
        Parameter("staff", "clients.Coverage", "user", required=False),
        _plain("as_of_on", dated, "date"),
    )


def spellings(part: Worksheet) -> Iterator[tuple[str, FieldSpec, Any]]:
    """(field, facts, closed list of words or None) of every column a part may have."""
    for parameter in part.parameters:
        behind = model_of(parameter.model)._meta.get_field(parameter.field) if parameter.field else None
        yield parameter.name, spec_behind(parameter), getattr(behind, "choice_set", None)


KINDS = {"phone": "phone", "mail": "mail", "id_number": "id", "client_id_number": "id", "client_phone": "phone"}


def terms() -> tuple[Term, ...]:
    """The same for the reader of sheets, which knows nothing of fields."""
    return _terms(*_reader())


@lru_cache(maxsize=32)
def _terms(fields: Any, role: str) -> tuple[Term, ...]:
    return tuple(
        Term(part.name, name, spec.zh, spec.en, spec.aliases, KINDS.get(name, "text"))
        for part in worksheets().values()
        for name, spec, _ in spellings(part)
    )
