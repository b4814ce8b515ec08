"""The tag that keeps an open page up to date: `{% load live %}`, `{% live "client" client.pk %}`.

The parts are elements with an id and `data-live-part="NAME"`: when the desk reports that a part has changed, it is requested
again at the address of the page, or at its `data-live-url`, and replaced. Text being typed is not replaced.
"""

from typing import Any

from django import template

from dakehu.foundation.base import clock
from dakehu.foundation.schema import live_pages

register = template.Library()


@register.inclusion_tag("components/live.html")
def live(page: str, subject: int = 0) -> dict[str, Any]:
    """Show who else has this page open and keep its parts up to date. Raises KeyError for an undeclared page."""
    if live_pages.find(page) is None:
        raise KeyError(page)
    return {"address": f"/live/{page}/{int(subject)}/", "since": int(clock.now().timestamp())}
