"""Bilingual texts, defined in both languages where they are used.

`bilingual(zh, en)` is lazy: it is rendered when shown, in the reader's language. There is no catalogue to compile and
no untranslated sentence (decision 0012).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation

# Used instead of Django's lookup, which takes a lock at each call; a page needs some two hundred.
_language: ContextVar[str] = ContextVar("dakehu_language", default="")


def language() -> str:
    """Return the reader's language: "zh" (the default) or "en"."""
    return _language.get() or ("en" if (translation.get_language() or "zh").startswith("en") else "zh")


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Use the language `code` ("zh", "en", or Django's names) inside the block, also for Django's own texts."""
    is_english = code.startswith("en")
    token = _language.set("en" if is_english else "zh")
    try:
        with translation.override("en" if is_english else "zh-hans"):
            yield
    finally:
        _language.reset(token)


SEPARATORS = {"zh": "、", "en": ", "}  # between the items of a list within a sentence


def join_items(items: Iterable[Any], code: str) -> str:
    """Return items as one text with the separator of a language ("zh" or "en")."""
    return SEPARATORS[code].join(str(_value_in(item, code)) for item in items)


def _value_in(value: Any, code: str) -> Any:
    """Return a value as inserted in a sentence of one language: texts in that language, lists joined, others
    unchanged."""
    if isinstance(value, Bilingual):
        return value.in_(code)
    return join_items(value, code) if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Bilingual:
    """A text in two languages. Values in braces are filled in on rendering; a list becomes its items with
    separators."""

    zh: str
    en: str
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return self.in_(language())

    def __html__(self) -> str:
        from django.utils.html import escape

        return escape(str(self))

    def __bool__(self) -> bool:
        return bool(self.zh)

    def in_(self, code: str) -> str:
        """Return the text in one language."""
        text = self.en if code == "en" else self.zh
        if not self.values:
            return text
        return text.format(**{name: _value_in(value, code) for name, value in self.values.items()})


def bilingual(zh: str, en: str, **values: Any) -> Bilingual:
    """Return a text in both languages. `{name}` is filled in from `values`."""
    return Bilingual(zh, en, values)
