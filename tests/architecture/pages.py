"""Every URL of the resolver, how a test requests it, and the users of the cast."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

CAST = ("nobody", "lin", "zhou", "wang", "he", "an", "admin")
BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"


@dataclass(frozen=True)
class Address:
    """A URL pattern of the resolver, such as `clients/<int:client_id>/`."""

    pattern: str
    names: tuple[str, ...]

    def url(self, values: dict[str, Any]) -> str:
        """Return the URL with its parameters filled in: from `values`, else 1 or a placeholder name."""
        made = self.pattern.replace("^(?P<rest>.*)$", str(values.get("rest", "nothing/here")))
        for converter in ("int:", "str:", "slug:", "path:", ""):
            for name in self.names:
                made = made.replace(
                    f"<{converter}{name}>", str(values.get(name, 1 if converter == "int:" else "nothing"))
                )
        return "/" + made


def addresses(patterns: Any = None, before: str = "") -> Iterator[Address]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, pattern)
        elif isinstance(entry, URLPattern):
            yield Address(pattern, tuple(entry.pattern.converters) or tuple(entry.pattern.regex.groupindex))


def browser_of(user: Any) -> Browser:
    """Return a browser in which `user` is signed in; None: not signed in."""
    browser = Browser(raise_request_exception=False)
    if user is not None:
        browser.force_login(user, backend=BACKEND)
    return browser
