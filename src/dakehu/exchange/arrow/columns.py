"""The Arrow columns of a model for one reader: type, labels in both languages and unit, derived from field specs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
from django.db import models

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import Column, columns_of
from dakehu.foundation.gates.row_values import Cells, Reading
from dakehu.foundation.schema.fields import Computed, FieldSpec

KEY = "id"
KEY_SPEC = FieldSpec("编号", "Number")
ZONE = "Asia/Shanghai"
MOMENT = pa.timestamp("us", tz=ZONE)


@dataclass(frozen=True)
class ArrowColumn:
    """A column of a stream. `reading` is None for the row id; `through` is the extension that provides the column."""

    field: pa.Field
    reading: Reading | None = None
    through: str = ""

    @property
    def name(self) -> str:
        return str(self.field.name)


def arrow_columns(model: Any, names: Iterable[str] = ()) -> list[ArrowColumn]:
    """Return the columns of a model that the reader may see, or the named ones in the given order.

    A foreign key gives two: `branch_id` (id) and `branch` (name). Raises Refused for an unknown name.
    """
    every = {KEY: ArrowColumn(_describe_field(KEY, pa.int64(), KEY_SPEC, "number"))}
    for column in columns_of(model, beside=True):
        for made in _arrow_columns_of(column):
            every[made.name] = made
    wanted = list(dict.fromkeys(names)) or list(every)
    missing = [name for name in wanted if name not in every]
    if missing:
        sentence = bilingual(
            "没有“{names}”这一列。可用的列：{known}。",
            "There is no column “{names}”. Columns: {known}.",
            names=", ".join(missing)[:200],
            known=", ".join(every),
        )
        raise Refused({"columns": [sentence]})
    return [every[name] for name in wanted]


def _arrow_columns_of(column: Column) -> list[ArrowColumn]:
    through = getattr(column.field, "through", "")
    if column.kind == "key":
        number = ArrowColumn(
            _describe_field(f"{column.name}_id", pa.int64(), column.spec, "number"),
            Reading(column, is_number=True),
            through,
        )
        return [
            number,
            ArrowColumn(_describe_field(column.name, pa.string(), column.spec, "key"), Reading(column), through),
        ]
    is_masked = column.kind == "sealed" or column.spec.sensitivity > current_actor().clearance
    kind = pa.string() if is_masked else _type_of(column)
    field = _describe_field(column.name, kind, column.spec, column.kind, is_masked, column.choice_set)
    return [ArrowColumn(field, Reading(column), through)]


def _describe_field(
    name: str, kind: pa.DataType, spec: FieldSpec, of: str, is_masked: bool = False, choices: Any = None
) -> pa.Field:
    """Return an Arrow field with descriptive metadata: zh, en, kind, sensitivity; unit, help_zh, help_en, choices
    ([{value, zh, en}] as JSON) and masked ("true") where they apply."""
    facts = {
        "zh": spec.zh,
        "en": spec.en,
        "kind": of,
        "sensitivity": spec.sensitivity.name.lower(),
        "unit": spec.unit,
        "help_zh": spec.help_zh,
        "help_en": spec.help_en,
        "masked": "true" if is_masked else "",
    }
    if choices is not None and not is_masked:
        listed = [{"value": str(one.value), "zh": str(one.zh), "en": str(one.en)} for one in choices]
        facts["choices"] = orjson.dumps(listed).decode()
    return pa.field(name, kind, metadata={key: value for key, value in facts.items() if value})


def _type_of(column: Column) -> pa.DataType:
    """Return the type of a column that the reader sees unmasked. Computed values are floats: their digits vary."""
    of = column.field
    if isinstance(of, models.DecimalField):
        return pa.decimal128(of.max_digits, of.decimal_places)
    if isinstance(of, models.IntegerField):
        return pa.int64()
    if column.kind in ("money", "rate", "number"):
        return pa.float64()
    if column.kind == "date" and not isinstance(of, Computed):
        return pa.date32()
    if column.kind == "datetime" and not isinstance(of, Computed):
        return MOMENT
    return pa.bool_() if column.kind == "bool" else pa.string()


def array_of(cells: Cells, kind: pa.DataType) -> pa.Array:
    """Return cells, as read by `gates.row_values`, as an Arrow array of this type.

    SQLite returns decimals as floats (rounding to the field's scale restores the stored value) and dates as ISO text.
    """
    first = next((cell for cell in cells if cell is not None), None)
    if pa.types.is_decimal(kind):
        if isinstance(first, Decimal) or any(isinstance(cell, Decimal) for cell in cells):
            exact = [None if cell is None else Decimal(str(cell)) for cell in cells]
            return pa.array([None if cell is None else round(cell, kind.scale) for cell in exact], kind)
        return pa.array(cells, pa.float64()).cast(kind)
    if pa.types.is_date(kind):
        texts = [cell.isoformat() if isinstance(cell, date) else cell for cell in cells]
        return pa.array(texts, pa.string()).cast(kind)
    if pa.types.is_floating(kind):
        return pa.array([None if cell is None else float(cell) for cell in cells], kind)
    if pa.types.is_string(kind):
        return pa.array([cell if cell is None or isinstance(cell, str) else str(cell) for cell in cells], kind)
    return pa.array(cells, kind)
