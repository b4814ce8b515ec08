"""The only input path: any spelling of a field, any common notation of a value, all faults reported together."""

import base64
import binascii
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator, MaxLengthValidator
from django.db import models

from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.base import clock, parsing
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import limits
from dakehu.foundation.gates.row_lookup import Reader, Unfit, row_reader
from dakehu.foundation.schema.fields import FieldSpec, has_spec, model_of, normalize_name, spec_of, spelling_index
from dakehu.foundation.schema.parameters import Parameter

EMPTY = (None, "")


@dataclass(frozen=True)
class CellError:
    """One rejected value: index of the row, field, the raw value, the fault."""

    row: int
    field: str
    value: str
    message: Bilingual


def field_behind(parameter: Parameter) -> Any | None:
    """Return the Django field of a parameter, or None."""
    return model_of(parameter.model)._meta.get_field(parameter.field) if parameter.field else None


def spec_behind(parameter: Parameter) -> FieldSpec:
    """Return the facts of a parameter: its own, or those of its field."""
    if parameter.spec is not None:
        return parameter.spec
    behind = field_behind(parameter)
    if behind is not None and has_spec(behind):
        return spec_of(behind)
    return FieldSpec(parameter.name, parameter.name)


def parameter_index(parameters: Iterable[Parameter]) -> dict[str, str]:
    """Return {any spelling: parameter name}."""
    return spelling_index({t.name: spec_behind(t) for t in parameters})


def parse_input(parameters: Iterable[Parameter], raw: dict[str, Any]) -> dict[str, Any]:
    """Convert input of a person or program to keyword arguments.

    Raises Refused with every fault, keyed by parameter: unknown names, read-only fields, values that cannot
    be read, missing ones. Empty text means no value for an optional parameter.
    """
    known = {t.name: t for t in parameters}
    index = parameter_index(known.values())
    given: dict[str, Any] = {}
    faults: dict[str, list[Any]] = {}
    for key, value in raw.items():
        name = index.get(normalize_name(key))
        if name is None:
            faults.setdefault(key, []).append(
                bilingual("没有“{key}”这个字段。", "There is no field “{key}” here.", key=key)
            )
        elif name in given:
            faults.setdefault(name, []).append(bilingual("给出了两次。", "Given twice."))
        else:
            given[name] = value
    accepted: dict[str, Any] = {}
    for name, parameter in known.items():
        if name not in given:
            if parameter.required:
                faults.setdefault(name, []).append(missing_parameters(parameter))
            continue
        try:
            accepted[name] = reader_of(parameter)(given[name])
        except Unfit as unfit:
            faults.setdefault(name, []).append(unfit.message)
    if faults:
        raise Refused(faults)
    return accepted


def missing_parameters(parameter: Parameter) -> Bilingual:
    facts = spec_behind(parameter)
    return bilingual("请填写“{label}”。", "“{name}” is required.", label=facts.zh, name=facts.en)


def parse_columns(
    parameters: Iterable[Parameter], columns: dict[str, list[Any]], count: int, orders: Mapping[str, str] | None = None
) -> tuple[dict[str, list[Any]], list[CellError]]:
    """Convert whole columns: {parameter: values} with None where nothing was given, and every fault.

    Each distinct raw value is parsed once, regardless of the number of rows; keys to other rows are looked up
    together. An invalid value is None in the result and listed in the errors. `orders` gives the order of day and
    month in a parameter's days ("dmy" or "mdy").
    """
    accepted: dict[str, list[Any]] = {}
    errors: list[CellError] = []
    for parameter in parameters:
        if parameter.name not in columns:
            if parameter.required:
                errors.append(CellError(-1, parameter.name, "", missing_parameters(parameter)))
            continue
        raw = columns[parameter.name]
        if _are_taken_as_they_are(field_behind(parameter), raw):
            accepted[parameter.name] = list(raw)
            continue
        read = reader_of(parameter, among=raw, order=(orders or {}).get(parameter.name, ""))
        seen: dict[Any, Any] = {}
        out: list[Any] = [None] * count
        for i, value in enumerate(raw):
            known = seen.get(value, seen)
            if known is seen:
                try:
                    known = read(value)
                except Unfit as unfit:
                    known = unfit
                seen[value] = known
            if isinstance(known, Unfit):
                errors.append(CellError(i, parameter.name, str(value if value is not None else ""), known.message))
            else:
                out[i] = known
        accepted[parameter.name] = out
    return accepted, errors


def _are_taken_as_they_are(behind: Any, values: list[Any]) -> bool:
    """Return whether all values are texts that a field's parser would return unchanged: a long file has millions."""
    if isinstance(behind, EncryptedTextField):
        longest = None if behind.validators else sys.maxsize
    else:
        longest = behind.max_length if _has_only_length_limit(behind) and not hasattr(behind, "choice_set") else None
    return (
        longest is not None
        and all(map(parsing.is_settled, values))
        and len(max(values, key=len, default="")) <= longest
    )


# --- one parser per kind of field ------------------------------------------------------------------


def reader_of(parameter: Parameter, among: list[Any] | None = None, order: str = "") -> Reader:
    """Return the function that parses one raw value of a parameter. `among` are all values to be parsed, `order` the
    order of day and month where known."""
    behind = field_behind(parameter)
    read = _reader_for_kind(parameter, order) if behind is None else _reader_for_field(behind, among, order)
    names_a_row = isinstance(behind, models.ForeignKey) or (parameter.model and behind is None)
    structured = names_a_row or parameter.kind in ("ids", "json", "file") or isinstance(behind, models.JSONField)
    stored = isinstance(behind, models.JSONField)
    row_type = behind.related_model if isinstance(behind, models.ForeignKey) else ()

    def run(value: Any) -> Any:
        if isinstance(value, row_type):
            return value  # already read in scope by our own code: external input is texts, numbers, lists and objects
        fault, is_text, is_structure = None, isinstance(value, str), isinstance(value, (list, dict))
        if is_text:
            fault = limits.find_text_fault(value)
        elif is_structure and parameter.kind != "file":
            fault = limits.find_json_fault(value, stored=stored)
        if fault is not None:
            raise Unfit(fault)
        if not value.strip() if is_text else value in EMPTY:
            if parameter.required:
                raise Unfit(missing_parameters(parameter))
            return None if behind is None or behind.null or not _is_text(behind) else ""
        if is_structure and not structured:
            raise Unfit(bilingual("这里只能填一个值。", "One value goes here, not a list or an object."))
        try:
            return read(value)
        except parsing.Unreadable as unreadable:
            raise Unfit(_explain_unreadable(unreadable)) from None

    return run


def _explain_unreadable(unreadable: "parsing.Unreadable") -> Bilingual:
    """Return why a value cannot be parsed, the expected form, and a suggestion for a person to confirm."""
    likely = unreadable.suggestion
    return bilingual(
        "“{value}”{why}，应为{meant}。{likely}",
        "“{value}” {reason}; expected {wanted}.{perhaps}",
        value=str(unreadable.value)[:80],
        why=unreadable.reason_zh,
        reason=unreadable.reason_en,
        meant=unreadable.expected_zh,
        wanted=unreadable.expected_en,
        likely=f"是否应为 {likely}？" if likely else "",
        perhaps=f" Perhaps {likely}?" if likely else "",
    )


def _is_text(behind: Any) -> bool:
    return isinstance(behind, (models.CharField, models.TextField)) and not isinstance(behind, EncryptedTextField)


def _reader_for_kind(parameter: Parameter, order: str) -> Reader:
    if parameter.model:
        return row_reader(model_of(parameter.model), None)
    if parameter.choice_set is not None:
        return _choice(parameter.choice_set)
    return {
        "text": parsing.to_text,
        "integer": parsing.to_integer,
        "decimal": parsing.to_decimal,
        "rate": parsing.to_rate,
        "date": _date(order),
        "datetime": lambda v: clock.at_local(parsing.to_datetime(v, order=order)),
        "bool": parsing.to_bool,
        "ids": _ids,
        "json": lambda v: v,
        "file": _upload,
    }[parameter.kind]


def _ids(value: Any) -> list[int]:
    """Parse ids of rows, each once and in order: a list, or one comma-separated text."""
    parts = value if isinstance(value, list) else str(value).replace("，", ",").replace("、", ",").split(",")
    ids = list(dict.fromkeys(parsing.to_integer(part) for part in parts if str(part).strip()))
    if any(not 0 < number <= limits.LARGEST for number in ids):
        raise Unfit(bilingual("应为记录的编号。", "Must be ids of records."))
    return ids


def _upload(value: Any) -> Upload:
    """Parse a file as uploaded, or {"name": …, "content": base64} from a program that sends JSON."""
    if isinstance(value, Upload):
        return value
    try:
        return Upload(str(value["name"]), base64.b64decode(value["content"], validate=True))
    except (TypeError, KeyError, ValueError, binascii.Error):
        raise Unfit(
            bilingual(
                '这里要一个文件：网页上选择，命令行写“字段@路径”，接口用表单上传或 {"name": …, "content": base64}。',
                'A file goes here: chosen in the browser, "field@path" on the command line, a form upload or '
                '{"name": …, "content": base64} by the API.',
            )
        ) from None


def _date(order: str) -> Reader:
    """Parse a day; a point in time becomes its day in the desk's time zone."""
    return lambda v: parsing.to_date(v, order=order, zone=clock.zone())


def _reader_for_field(behind: Any, among: list[Any] | None, order: str) -> Reader:
    if hasattr(behind, "choice_set"):
        return _choice(behind.choice_set)
    if isinstance(behind, models.ForeignKey):
        return row_reader(behind.remote_field.model, among)
    if isinstance(behind, models.JSONField):
        return lambda v: v
    if isinstance(behind, EncryptedTextField):
        return _reader_with_validators(behind, parsing.to_text)
    if isinstance(behind, models.BooleanField):
        return parsing.to_bool
    if isinstance(behind, models.DateTimeField):
        return lambda v: clock.at_local(parsing.to_datetime(v, order=order))
    if isinstance(behind, models.DateField):
        return _date(order)
    if isinstance(behind, models.DecimalField):
        read = parsing.to_rate if spec_of(behind).unit == "%" else parsing.to_decimal

        def read_quantized(value: Any) -> Decimal:
            return _quantize_to_field(behind, read(value))

        # A quantized value has no more digits than the field allows.
        has_own_validators = any(type(validator) is not DecimalValidator for validator in behind.validators)
        return _reader_with_validators(behind, read_quantized) if has_own_validators else read_quantized
    if isinstance(behind, models.IntegerField):
        return _reader_with_validators(behind, parsing.to_integer)
    return _reader_with_validators(behind, parsing.to_text)


def _quantize_to_field(behind: Any, value: Decimal) -> Decimal:
    step = Decimal(1).scaleb(-behind.decimal_places)
    if abs(value) >= Decimal(10) ** (behind.max_digits - behind.decimal_places):
        raise Unfit(bilingual("数值 {value} 太大。", "The number {value} is too large.", value=value))
    return value.quantize(step)


def _reader_with_validators(behind: Any, read: Reader) -> Reader:
    """Parse, then run the field's own validators, for all interfaces. Text limited only by length is checked here, as
    a file may have millions."""
    short = behind.max_length if _has_only_length_limit(behind) else 0

    def run(value: Any) -> Any:
        made = read(value)
        if short and type(made) is str and len(made) <= short:
            return made
        try:
            behind.run_validators(made)
        except ValidationError as fault:
            text = fault.messages[0]
            long = getattr(behind, "max_length", None)
            if long and isinstance(made, str) and len(made) > long:
                raise Unfit(
                    bilingual(
                        "最多 {n} 个字符，现有 {have} 个。",
                        "At most {n} characters, there are {have}.",
                        n=long,
                        have=len(made),
                    )
                ) from None
            raise Unfit(text if isinstance(text, Bilingual) else bilingual(text, text)) from None
        except parsing.Unreadable as unreadable:
            raise Unfit(_explain_unreadable(unreadable)) from None
        return made

    return run


def _has_only_length_limit(behind: Any) -> bool:
    return (
        _is_text(behind) and bool(behind.max_length) and all(type(v) is MaxLengthValidator for v in behind.validators)
    )


def _choice(words: Any) -> Reader:
    def run(value: Any) -> Any:
        member = words.read(str(value))
        if member is None:
            raise Unfit(
                bilingual(
                    "“{value}”不在可选项中，可选：{listed}。",
                    "“{value}” is not one of: {named}.",
                    value=str(value)[:80],
                    listed="、".join(m.zh for m in words),
                    named=", ".join(m.en for m in words),
                )
            )
        return member.value

    return run
