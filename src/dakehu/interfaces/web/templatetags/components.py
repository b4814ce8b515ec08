"""The components of every page: `{% load components %}`.

Each tag renders one template of `templates/components/`; its parameters are in its signature.
Extra keyword arguments become HTML attributes, with `_` written as `-`:
`{% button "保存" hx_post="/x" data_key="s" %}`. A value of True gives a bare attribute, None or False none.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.interfaces.web import fields
from dakehu.interfaces.web.fields import attributes
from dakehu.interfaces.web.forms import Question

register = template.Library()

SIZES = {"large": " icon--large", "small": " icon--small"}
BANNER_ICONS = {"blocking": "circle-alert", "note": "triangle-alert", "good": "circle-check"}
PAGES_AROUND = 2


@register.simple_tag
@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """Return the address of a file of the desk; cached, since Django's own tag looks it up each time."""
    return static(path)


@register.simple_tag
def fixed_part(name: str) -> SafeString:
    """Render a template that depends only on the language: once for each."""
    return _fixed_part(name, language())


@lru_cache(maxsize=32)
def _fixed_part(name: str, code: str) -> SafeString:
    return render_to_string(name)


def drawn_once(name: str) -> Callable[[Callable[..., dict[str, Any]]], Callable[..., SafeString]]:
    """Register a tag that renders a template from its arguments only, once for each set of them.

    For texts of the desk only: client data and user input are rendered each time.
    """

    def wrap(make: Callable[..., dict[str, Any]]) -> Callable[..., SafeString]:
        @functools.wraps(make)
        def draw(*args: Any, **given: Any) -> SafeString:
            values = {key: _as_shown(value) for key, value in make(*args, **given).items()}
            # A safe string equals a plain one, so the types of the values are part of the key.
            return _drawn(name, language(), tuple(values.items()), tuple(map(type, values.values())))

        return register.simple_tag(draw)  # type: ignore[no-any-return]

    return wrap


def _as_shown(value: object) -> object:
    """Return a value for the template: numbers and booleans unchanged, all else as text."""
    return value if isinstance(value, str | int | None) else str(value)


@lru_cache(maxsize=512)
def _drawn(name: str, code: str, values: tuple[tuple[str, Any], ...], kinds: tuple[type, ...]) -> SafeString:
    return render_to_string(name, dict(values))


class IconNode(template.Node):
    """The node of an icon: rendered once if its name, label and size are constants."""

    def __init__(self, values: dict[str, FilterExpression]) -> None:
        self.values = values
        self.is_fixed = not any(value.is_var or value.filters for value in values.values())
        self.fixed = ""

    def render(self, context: template.Context) -> str:
        if self.fixed:
            return self.fixed
        values = {name: value.resolve(context) for name, value in self.values.items()}
        drawn = _icon(str(values["name"]), str(values.get("label", "")), str(values.get("size", "")))
        self.fixed = drawn if self.is_fixed else ""
        return drawn


@register.tag
def icon(parser: Parser, token: Token) -> IconNode:
    """`{% icon "name" label="…" size="small" %}`: one icon of the sprite.

    Without a label it is decorative and ignored by screen readers.
    """
    name, *bits = token.split_contents()[1:]
    values = token_kwargs(bits, parser)
    if bits or not values.keys() <= {"label", "size"}:
        raise template.TemplateSyntaxError(f"icon takes a name, label= and size=, not {bits or values}")
    return IconNode({"name": parser.compile_filter(name), **values})


@lru_cache(maxsize=1024)
def _icon(name: str, label: str, size: str) -> SafeString:
    heard = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"></use></svg>',
        SIZES.get(size, ""),
        heard,
        static("dakehu/icons/icons.svg"),
        name,
    )


@drawn_once("components/button.html")
def button(
    label: object,
    icon: str = "",
    kind: str = "",
    url: str = "",
    type: str = "button",
    size: str = "",
    only_icon: bool = False,
    hint: str = "",
    **given: Any,
) -> dict[str, Any]:
    """A button, or a link that looks like one when it has a `url`.

    kind: "" | main | danger | quiet · size: "" | small · only_icon keeps the label for screen readers
    and as a tooltip · hint: its keyboard shortcut, shown next to the label.
    """
    return {
        "label": label,
        "icon": icon,
        "kind": kind,
        "url": url,
        "type": type,
        "size": size,
        "only_icon": only_icon,
        "hint": hint,
        "attributes": attributes(given),
    }


@register.inclusion_tag("components/field.html")
def field(
    name: str,
    label: object,
    value: object = "",
    kind: str = "text",
    choices: Iterable[Any] = (),
    help: object = "",
    error: object = "",
    unit: object = "",
    required: bool = False,
    icon: str = "",
    wide: bool = False,
    suggestions: Iterable[tuple[str, str]] = (),
    around: Mapping[str, Any] | None = None,
    **given: Any,
) -> dict[str, Any]:
    """One question of a form with its label, unit, help and error.

    kind: text | textarea | select | checkbox | checks | radio | hidden, or any type of `<input>`;
    choices: (value, label) pairs; error: one text or a list of them, as in `Refused.messages`.
    """
    return fields.field_values(
        name,
        label,
        value,
        kind=kind,
        choices=choices,
        help=help,
        error=error,
        unit=unit,
        required=required,
        icon=icon,
        wide=wide,
        suggestions=suggestions,
        around=around,
        **given,
    )


@register.simple_tag
def question(asked: Question, prefix: str = "") -> SafeString:
    """Render a question of an action's form; `prefix` is appended to its name in the id, where two forms share a page."""
    return fields.draw_question(asked, prefix)


@register.simple_tag
def tag(text: object, tone: str = "", dot: bool = False, icon: str = "", hint: object = "") -> SafeString:
    """A short label with a colour. tone: "" | accent | good | warn | bad | violet | teal; dot: a state, unboxed."""
    looks = (f" tag--{tone}" if tone else "") + (" tag--dot" if dot else "")
    return format_html(
        '<span class="tag{}"{}>{}{}</span>',
        looks,
        format_html(' title="{}"', hint) if hint else "",
        _icon(icon, "", "") if icon else "",
        text,
    )


@register.inclusion_tag("components/stat.html")
def stat(
    label: object,
    value: object,
    note: object = "",
    tone: str = "",
    note_tone: str = "",
    url: str = "",
    explains: object = "",
    full: object = "",
) -> dict[str, Any]:
    """One number in a tile; `url` leads to its rows, `explains` states what it counts.

    tone and note_tone: "" | up | down, note_tone also bad; full: the full value, on hover.
    """
    return {
        "label": label,
        "value": value,
        "note": note,
        "tone": tone,
        "note_tone": note_tone,
        "url": url,
        "explains": explains,
        "full": full,
    }


@register.simple_tag
def avatar(name: object, size: str = "") -> SafeString:
    """The first character of a name on a coloured background. size: "" | small | large."""
    sign = str(name).strip()[:1].upper() or "·"
    looks = f" avatar--{size}" if size else ""
    return format_html('<span class="avatar{}" title="{}" aria-hidden="true">{}</span>', looks, name, sign)


@drawn_once("components/empty.html")
def empty(
    title: object, text: object = "", action: object = "", url: str = "", icon: str = "inbox", **given: Any
) -> dict[str, Any]:
    """The message of an empty part: that it is empty, why, and what to do next."""
    return {"title": title, "text": text, "action": action, "url": url, "icon": icon, "attributes": attributes(given)}


@register.inclusion_tag("components/banner.html")
def banner(
    text: object, kind: str = "", title: object = "", action: object = "", url: str = "", icon: str = ""
) -> dict[str, Any]:
    """A band over a page. kind: blocking (red) | note (amber) | good (green) | "" (plain news)."""
    return {
        "text": text,
        "kind": kind,
        "title": title,
        "action": action,
        "url": url,
        "icon": icon or BANNER_ICONS.get(kind, "info"),
    }


@register.inclusion_tag("components/irreversible.html")
def irreversible(name: str) -> dict[str, Any]:
    """Why the action `name` cannot be undone, for its form; nothing where it can."""
    return {"reason": ACTIONS[name].irreversible}


@register.inclusion_tag("components/steps.html")
def steps(items: Sequence[Any], current: int) -> dict[str, Any]:
    """The progress through the steps of a wizard. items: labels, or {label, note, url}; current counts from 0."""
    rows = []
    for place, item in enumerate(items):
        row = dict(item) if isinstance(item, Mapping) else {"label": item}
        rows.append(row | {"state": "done" if place < current else "now" if place == current else "next"})
    return {"items": rows}


@register.inclusion_tag("components/progress.html")
def progress(
    value: float = 0,
    label: object = "",
    note: object = "",
    state: str = "",
    poll: str = "",
    target: str = "",
    reload: bool = False,
) -> dict[str, Any]:
    """A bar from 0 to 100; with `poll` (a job's JSON address) it updates itself.

    state: "" | done | failed; target: selector that receives the job's `result_html`;
    reload: load the page again when the job ends.
    """
    return {
        "value": round(float(value)),
        "label": label,
        "note": note,
        "state": state,
        "poll": poll,
        "target": target,
        "reload": reload,
    }


@register.inclusion_tag("components/pager.html")
def pager(page: int, pages: int, url: str, total: int | None = None) -> dict[str, Any]:
    """Numbered pages. url holds `{page}`, as in "?q=李&page={page}"; both numbers count from 1."""
    page, pages = max(1, int(page)), max(1, int(pages))
    near = range(max(1, page - PAGES_AROUND), min(pages, page + PAGES_AROUND) + 1)
    shown = sorted({1, pages, *near})

    def at(number: int) -> str:
        return url.replace("{page}", str(number))

    links: list[dict[str, Any]] = []
    for before, number in zip([0, *shown], shown, strict=False):
        if number - before > 1:
            links.append({"gap": True})
        links.append({"number": number, "url": at(number), "current": number == page})
    return {
        "links": links if pages > 1 else [],
        "total": total,
        "earlier": at(page - 1) if page > 1 else "",
        "later": at(page + 1) if page < pages else "",
    }


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """A key on the keyboard."""
    return format_html('<kbd class="kbd">{}</kbd>', keys)


@register.simple_block_tag
def card(
    content: str,
    title: object = "",
    note: object = "",
    link: object = "",
    url: str = "",
    flush: bool = False,
    id: str = "",
    level: int = 2,
) -> str:
    """`{% card "标题" %}…{% endcard %}`; flush: the content (a table, a list) reaches the edges."""
    return render_to_string(
        "components/card.html",
        {
            "content": content,
            "title": title,
            "note": note,
            "link": link or (bilingual("全部", "All") if url else ""),
            "url": url,
            "flush": flush,
            "id": id,
            "level": level,
        },
    )


@register.simple_block_tag
def modal(content: str, id: str, title: object, wide: bool = False) -> str:
    """`{% modal "export" "导出" %}…{% endmodal %}`, opened by any `data-opens="export"`."""
    return render_to_string(
        "components/modal.html",
        {
            "content": content,
            "id": id,
            "title": title,
            "wide": wide,
        },
    )


@register.simple_block_tag
def menu(content: str, label: object, icon: str = "ellipsis", only_icon: bool = True, kind: str = "") -> str:
    """`{% menu "更多" %}…{% endmenu %}`: a button with a list under it (`.menu__item` rows)."""
    return render_to_string(
        "components/menu.html",
        {
            "content": content,
            "label": label,
            "icon": icon,
            "only_icon": only_icon,
            "kind": kind,
        },
    )
