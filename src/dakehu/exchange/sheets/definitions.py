"""Define the worksheets of the client table (大客户管理表) and their columns, from field specifications.

A worksheet has the parameters of the action for a single row, so nothing is defined twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db import models

from dakehu.exchange.mapping import cell_values
from dakehu.exchange.mapping.amounts import is_nothing
from dakehu.exchange.mapping.units import COUNT, MONEY, RATE
from dakehu.exchange.workbook.reading import Term
from dakehu.foundation.access.actor import actor_or_none
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.gates.input import field_behind, spec_behind
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import FieldSpec, model_of, spec_of
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.resources import Resource, SheetOf, with_worksheet

NAMING = "client"  # the parameter by which rows of other sheets reference a client
CLIENT = "clients.Client"
CONTACT_KINDS = ("landline", "wechat")
ROW_KEY = "row_key"  # the encrypted key that identifies a row of an exported sheet


@dataclass(frozen=True)
class Worksheet:
    """A worksheet of the table.

    `parameters` are its columns: none is required in a file, only for a new row.
    """

    name: str
    title: Bilingual
    model: str
    parameters: tuple[Parameter, ...]
    create: str  # the action that creates a single row
    import_only: tuple[str, ...] = ()
    clients: str = "each"  # whether each of its rows belongs to a client, some rows do, or none
    is_read_only: bool = False  # exported, never imported

    def parameter(self, name: str) -> Parameter:
        """Return a column by name."""
        return next(parameter for parameter in self.parameters if parameter.name == name)

    def spec(self, name: str) -> FieldSpec:
        """Return the field specification of a column."""
        return spec_behind(self.parameter(name))


def _optional(action: str, *without: str) -> tuple[Parameter, ...]:
    """Return an action's parameters as optional columns; parameters that select existing rows are excluded."""
    return tuple(
        replace(parameter, required=False)
        for parameter in ACTIONS[action].parameters
        if parameter.name not in without and parameter.kind not in ("ids", "json")
    )


def _spec_of_field(model: str, field: str) -> FieldSpec:
    """Return the specification of a model's field."""
    return spec_of(model_of(model)._meta.get_field(field))


def _text_column(name: str, spec: FieldSpec, kind: str = "text") -> Parameter:
    """Return an optional column that is not a field of the worksheet's model."""
    return Parameter(name, required=False, spec=spec, kind=kind)


def _client_columns() -> tuple[Parameter, ...]:
    """Return the columns by which a row of another worksheet identifies its client."""
    phone = next(parameter for parameter in ACTIONS["clients.create"].parameters if parameter.name == "phone")
    return (
        _text_column("client_code", _spec_of_field("clients.Client", "code")),
        _text_column("client_name", _spec_of_field("clients.Client", "name")),
        _text_column("client_id_number", _spec_of_field("clients.Client", "id_number")),
        _text_column("client_phone", spec_behind(phone)),
    )


def _channels() -> tuple[Parameter, ...]:
    """Return columns for further kinds of contacts."""
    contact_kinds = model_of("clients.Contact")._meta.get_field("kind").choice_set
    members = [member for member in contact_kinds if member.value in CONTACT_KINDS]
    return tuple(_text_column(member.value, FieldSpec(member.zh, member.en, member._aliases)) for member in members)


def worksheets() -> dict[str, Worksheet]:
    """Return {name: worksheet} that the reader may import and export, in the order of the workbook.

    With the fields visible to the reader's role.
    """
    return {name: part for name, part in _worksheets(*_reader()).items() if not part.is_read_only}


def exported_worksheets() -> dict[str, Worksheet]:
    """Return the worksheets of an exported workbook: those that may be imported, and those that are read only."""
    return _worksheets(*_reader())


def sheet_names() -> list[str]:
    """Return the names of all worksheets by position, independent of the reader: row keys use the position."""
    return [sheet.name for _, sheet in with_worksheet()]


def sheet_models() -> dict[str, str]:
    """Return {name of a worksheet: model of its rows}, independent of the reader."""
    return {sheet.name: resource.model for resource, sheet in with_worksheet()}


def find_read_only_sheet(title: str) -> SheetOf | None:
    """Return the read-only worksheet that a sheet of a file was exported as, by its title; None for any other."""
    known = (sheet for _, sheet in with_worksheet() if sheet.is_read_only)
    return next((one for one in known if title.casefold() in (one.title.zh, one.title.en.casefold())), None)


def _reader() -> tuple[Any, str, tuple[str, ...]]:
    """Return what the definitions depend on: custom fields in use, the role, and sheets denied to the reader."""
    actor = actor_or_none()
    closed = tuple(
        sheet.name for _, sheet in with_worksheet() if sheet.needs and actor is not None and not actor.may(sheet.needs)
    )
    return custom_fields.definitions_state(), "system" if actor is None or actor.is_system else actor.role, closed


@lru_cache(maxsize=32)
def _worksheets(fields: Any, role: str, closed: tuple[str, ...]) -> dict[str, Worksheet]:
    """Build the worksheets; cached by `_reader`."""
    sheets = [_worksheet(resource, sheet) for resource, sheet in with_worksheet() if sheet.name not in closed]
    key_column = Parameter(
        ROW_KEY,
        required=False,
        spec=FieldSpec(
            "行钥",
            "Row key",
            help_zh="请勿修改：系统凭它认出这一行。",
            help_en="Leave as it is: the desk identifies the row by it.",
        ),
    )
    return {sheet.name: replace(sheet, parameters=(*sheet.parameters, key_column)) for sheet in sheets}


def _worksheet(resource: Resource, sheet: SheetOf) -> Worksheet:
    """Build one worksheet. The one for clients also has the columns of a new client's channels and coverage."""
    if resource.model == CLIENT:
        columns = _columns_of_clients(resource.create)
    else:
        naming = () if sheet.clients == "none" else _client_columns()
        columns = (*naming, *_optional(resource.create, NAMING, "version"))
    return Worksheet(
        sheet.name,
        sheet.title,
        resource.model,
        (*columns, *sheet.more),
        resource.create,
        sheet.import_only,
        sheet.clients,
        sheet.is_read_only,
    )


def _columns_of_clients(create: str) -> tuple[Parameter, ...]:
    """Return the columns of the worksheet of clients."""
    dated = replace(_spec_of_field(CLIENT, "as_of_on"), aliases=("timestamp", "快照日期", "数据日期"))
    return (
        *_optional(create, "anyway", "staff"),
        *_channels(),
        _text_column("contact", _spec_of_field("clients.Contact", "value")),
        Parameter("staff", "clients.Coverage", "user", required=False),
        _text_column("as_of_on", dated, "date"),
    )


def spellings(worksheet: Worksheet) -> Iterator[tuple[str, FieldSpec, Any]]:
    """Yield (field, specification, choice set or None) of every column a worksheet may have."""
    for parameter in worksheet.parameters:
        model_field = model_of(parameter.model)._meta.get_field(parameter.field) if parameter.field else None
        yield parameter.name, spec_behind(parameter), getattr(model_field, "choice_set", None)


CODES = (
    "code",
    "client_code",
    "id_number",
    "client_id_number",
    "phone",
    "client_phone",
    "mail",
    "landline",
    "wechat",
    "contact",
)


@lru_cache(maxsize=2048)
def kind_of_value(parameter: Parameter) -> str:
    """Return the kind of a parameter's cells: money, rate, count, date, code, choice or text."""
    if parameter.name in CODES:
        return cell_values.CODE
    behind = field_behind(parameter)
    if behind is None:
        return {"date": cell_values.DATE, "decimal": MONEY, "integer": COUNT, "rate": RATE}.get(
            parameter.kind, cell_values.TEXT
        )
    if hasattr(behind, "choice_set") or isinstance(behind, models.BooleanField):
        return cell_values.CHOICE
    if isinstance(behind, models.DecimalField):
        unit = spec_behind(parameter).unit
        return RATE if unit == "%" else MONEY if unit == "CNY" else COUNT
    if isinstance(behind, models.DateField):
        return cell_values.DATE
    return COUNT if isinstance(behind, models.IntegerField) else cell_values.TEXT


def is_amount(parameter: Parameter) -> bool:
    """Return whether a parameter's cells are additive amounts: money, or a number with decimals other than a rate."""
    kind, behind = kind_of_value(parameter), field_behind(parameter)
    return kind == MONEY or (kind == COUNT and isinstance(behind, models.DecimalField))


def fits(parameter: Parameter, samples: list[str]) -> bool:
    """Return whether any sample cell may be a value of a parameter; True without samples."""
    texts = [text.strip() for text in samples if text.strip() and not is_nothing(text)]
    kind, behind = kind_of_value(parameter), field_behind(parameter)
    words = getattr(behind, "choice_set", None) or parameter.choice_set
    if not texts:
        return True
    if words is not None:
        return any(words.read(text) is not None for text in texts)
    if kind == cell_values.DATE:
        return any(any(sign.isdigit() or sign in "〇一二三四五六七八九十" for sign in text) for text in texts)
    if kind in cell_values.NUMBERS:
        return any(
            any(sign.isdigit() or sign in "一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟" for sign in text)
            for text in texts
        )
    return True


KINDS = {
    "phone": "phone",
    "mail": "mail",
    "id_number": "id",
    "client_id_number": "id",
    "client_phone": "phone",
    "name": "name",
    "client_name": "name",
}
REPEATED = ("phone", "mail", "landline", "wechat", "contact", "remark")  # of a client; several columns may map to them


def terms() -> tuple[Term, ...]:
    """Return the columns as terms for the workbook reader, which is independent of fields."""
    return _terms(*_reader())


@lru_cache(maxsize=32)
def _terms(fields: Any, role: str, closed: tuple[str, ...]) -> tuple[Term, ...]:
    """Build the terms; cached by `_reader`."""
    return tuple(
        Term(
            worksheet.name,
            name,
            spec.zh,
            spec.en,
            spec.aliases,
            KINDS.get(name, "text"),
            worksheet.name == "clients" and name in REPEATED,
        )
        for worksheet in worksheets().values()
        for name, spec, _ in spellings(worksheet)
    )
