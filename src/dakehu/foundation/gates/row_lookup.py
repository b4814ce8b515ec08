"""Find the row that a value refers to: by its key, or by the look-up fields the reader is cleared for."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import parsing
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import has_spec, spec_of

Reader = Callable[[Any], Any]


class Unfit(ValueError):
    """A value that a field does not accept, with the message."""

    def __init__(self, message: Bilingual) -> None:
        self.message = message
        super().__init__(message)


def cleared_lookup_fields(target: Any) -> tuple[str, ...]:
    """Return the look-up fields of `target` that the reader sees unmasked: masked values cannot be guessed by
    trying."""
    clearance = current_actor().clearance
    fields = {name: target._meta.get_field(name) for name in target.lookup_fields}
    return tuple(
        name for name, field in fields.items() if not has_spec(field) or spec_of(field).sensitivity <= clearance
    )


def row_reader(target: Any, among: list[Any] | None) -> Reader:
    """Find a row of another table by id or by its look-up fields, within the reader's scope.

    Look-up fields take precedence, as far as the reader sees them unmasked; a bare number that matches none is used as
    the row's id.
    """
    by = cleared_lookup_fields(target)
    if among is not None:
        return _key_reader_for_column(target, by, among)

    def run(value: Any) -> Any:
        if isinstance(value, target):
            return value
        if isinstance(value, dict):
            value = value.get("id", "")
        text = parsing.to_text(value)
        found: list[Any] = []
        for name in () if isinstance(value, int) else by:
            found = list(target.objects.filter(**{name: text})[:2])
            if found:
                break
        if not found and target.former_lookup and not isinstance(value, int):
            found = list(target.objects.filter(**{target.former_lookup: text})[:1])
        if not found and text.isdigit() and len(text) < 19:
            found = list(target.objects.filter(pk=int(text))[:1])
        return _single_row(found, text)

    return run


def _key_reader_for_column(target: Any, by: tuple[str, ...], among: list[Any]) -> Reader:
    """Find rows for a whole column: one statement per 500 distinct values."""
    wanted = sorted({parsing.to_text(v) for v in among if v not in (None, "")})
    found: dict[str, list[Any]] = {}
    for i in range(0, len(wanted), 500):
        part = wanted[i : i + 500]
        test = Q()
        for name in by:
            test |= Q(**{f"{name}__in": part})
        for row in target.objects.filter(test):
            for name in by:
                key = str(getattr(row, name))
                if row not in found.setdefault(key, []):
                    found[key].append(row)
        lost = [text for text in part if text not in found] if target.former_lookup else []
        for text, row in _find_by_former_names(target, lost):
            found[text] = [row]

    def run(value: Any) -> Any:
        text = parsing.to_text(value)
        return _single_row(found.get(text, [])[:2], text)

    return run


def _find_by_former_names(target: Any, lost: list[str]) -> list[tuple[str, Any]]:
    """Return [(former name, row)] of rows with former names."""
    if not lost:
        return []
    by = target.former_lookup
    named = target.objects.filter(**{f"{by}__in": lost}).values_list(by, "pk")
    rows = target.objects.in_bulk([pk for _, pk in named])
    return [(text, rows[pk]) for text, pk in named if text in lost]


def _single_row(found: list[Any], text: str) -> Any:
    if not found:
        raise Unfit(bilingual("找不到“{text}”。", "Cannot find “{text}”.", text=text))
    if len(found) > 1:
        raise Unfit(
            bilingual(
                "“{text}”对应不止一条记录，请改用编号。", "“{text}” names more than one row; use its code.", text=text
            )
        )
    return found[0]
