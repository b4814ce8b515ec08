"""Render form questions: the context of a field's template, and questions that are the same on every page."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dakehu.foundation.base.i18n import language
from dakehu.interfaces.web.forms import Question


def attributes(given: Mapping[str, Any]) -> SafeString:
    """Return HTML attributes from keyword arguments, escaped, each with a space before it."""
    kept = ((name.replace("_", "-"), value) for name, value in given.items() if value not in (None, False))
    return format_html_join("", "{}", ((format_html(' {}="{}"', n, "" if v is True else v),) for n, v in kept))


def field_values(
    name: str,
    label: object,
    value: object = "",
    *,
    kind: str = "text",
    choices: Iterable[Any] = (),
    error: object = "",
    around: Mapping[str, Any] | None = None,
    help: object = "",
    unit: object = "",
    required: bool = False,
    icon: str = "",
    wide: bool = False,
    suggestions: Iterable[tuple[str, str]] = (),
    **given: Any,
) -> dict[str, Any]:
    """Return the context of `components/field.html`; see the tag `field`."""
    errors = [str(error)] if error and not isinstance(error, list | tuple) else [str(e) for e in error or ()]
    held = "" if value is None else str(value)
    chosen = held.split(",") if kind == "checks" else (held,)
    return {
        "name": name,
        "id": given.pop("id", f"field-{name}"),
        "label": label,
        "value": held,
        "checked": value in (True, "true", "on", "1"),
        "kind": kind,
        "help": help,
        "errors": errors,
        "choices": [(str(key), text, str(key) in chosen) for key, text in choices],
        "unit": unit,
        "required": required,
        "icon": icon,
        "wide": wide,
        "suggestions": suggestions,
        "around": attributes(around or {}),
        "attributes": attributes(given),
    }


def draw_question(asked: Question, prefix: str = "") -> SafeString:
    """Render a question of an action's form; `prefix` is appended to its name in the id.

    A choice list or an empty field is the same on every page and is cached. User input, and
    choices for one client, are rendered each time and never cached.
    """
    if asked.error or asked.suggestions or asked.kind == "checks" or (asked.kind != "select" and asked.value):
        return _draw(asked, prefix)
    same = replace(
        asked,
        label=str(asked.label),
        value="" if asked.value is None else str(asked.value),
        choices=tuple((str(key), str(text)) for key, text in asked.choices),  # type: ignore[arg-type]
        help=str(asked.help),
        unit=str(asked.unit),
        placeholder=str(asked.placeholder),
        error=(),  # type: ignore[arg-type]
        suggestions=(),  # type: ignore[arg-type]
    )
    return _drawn(language(), prefix, tuple(vars(same).values()))


@lru_cache(maxsize=512)
def _drawn(code: str, prefix: str, values: tuple[Any, ...]) -> SafeString:
    return _draw(Question(*values), prefix)


def _draw(asked: Question, prefix: str) -> SafeString:
    around = {
        "data-applies": " ".join(asked.applies_to) or None,
        "data-applies-by": asked.applies_by or None,
        "hidden": asked.hidden,
    }
    shown = field_values(
        asked.name,
        asked.label,
        asked.value,
        kind=asked.kind,
        choices=asked.choices,
        error=asked.error,
        around=around,
        help=asked.help,
        unit=asked.unit,
        required=asked.required,
        wide=asked.wide,
        suggestions=asked.suggestions,
        placeholder=asked.placeholder,
        id=f"{asked.name}{prefix}",
        autocomplete="off",
    )
    return render_to_string("components/field.html", shown)
