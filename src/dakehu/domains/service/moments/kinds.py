"""The kinds of moments as a closed list of choices: the declared types, and the rules that leads wrote."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from dakehu.foundation.base.i18n import language
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.schema.fields import model_of, normalize_name

NAMES_SECONDS = 60
_names: Any = TTLCache(NAMES_SECONDS, most=1)


class Kind:
    """One kind as a choice: its code, and its name in both languages ("M33 生日")."""

    def __init__(self, value: str, zh: str, en: str) -> None:
        self.value, self.zh, self.en = value, zh, en

    @property
    def text(self) -> str:
        return self.label_in(language())

    def label_in(self, code: str) -> str:
        return self.en if code == "en" else self.zh


class KindChoices:
    """The kinds with the interface of `Choices`: declared ones listed, all of them parsed and named."""

    def __iter__(self) -> Iterator[Kind]:
        from dakehu.domains.service.moments.types import moment_types

        for kind in moment_types().values():
            yield Kind(kind.id, kind.zh, kind.en)

    def read(self, text: str) -> Kind | None:
        """Return the kind that a text names by code or name, None for no known one."""
        wanted = normalize_name(text)
        own = (Kind(code, name, name) for code, name in _own_names().items())
        for kind in (*self, *own):
            if wanted in (normalize_name(one) for one in (kind.value, kind.zh, kind.en)):
                return kind
        return None

    def text_of(self, value: str) -> str:
        """Return the name of a kind in the reader's language; the code itself for a deleted one."""
        from dakehu.domains.service.moments.types import moment_types

        kind = moment_types().get(value)
        if kind is not None:
            return kind.en if language() == "en" else kind.zh
        return _own_names().get(value, value)


def _own_names() -> dict[str, str]:
    """Return {code: name} of the rules that are no declared type, as of the last minute."""
    known = _names.get("names")
    if known is None:
        from dakehu.domains.service.moments.types import moment_types

        rules: Any = model_of("service.MomentRule").objects.order_by("kind", "version").values_list("kind", "name")
        known = {code: name or code for code, name in rules if code not in moment_types()}
        _names.put("names", known)
    return dict(known)


def forget_names() -> None:
    """Clear the cached names of leads' rules."""
    _names.clear()


def kind_field() -> Any:
    """Return the column of a moment's kind."""
    column: Any = models.CharField(max_length=24)
    column.choice_set = KindChoices()
    return column
