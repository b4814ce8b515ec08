"""Words for people, in both languages at the place where they are said.

`say(zh=…, en=…)` is lazy: it becomes text when it reaches a reader, in that reader's language.
There is no catalogue to compile and no sentence without its translation (decision 0012).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation


def language() -> str:
    """The reader's language: "zh" (the first language of the desk) or "en"."""
    return "en" if (translation.get_language() or "zh").startswith("en") else "zh"


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Speak `code` ("zh" or "en") inside the block, whatever the reader set."""
    with translation.override("en" if code == "en" else "zh-hans"):
        yield


@dataclass(frozen=True)
class Bilingual:
    """A sentence in two languages. Values in braces are filled when it is read."""

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
        text = self.en if code == "en" else self.zh
        return text.format(**self.values) if self.values else text


def bilingual(zh: str, en: str, **values: Any) -> Bilingual:
    """Words for a person, in the language of whoever reads them. `{name}` is filled from `values`."""
    return Bilingual(zh, en, values)
