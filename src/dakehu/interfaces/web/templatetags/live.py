"""The tag that lets a page stay up to date while it is open: `{% load live %}`, `{% live "client" client.pk %}`.

The parts are elements with an id and `data-live-part="NAME"`: when the desk says that a part has changed, it is asked for
again at the address of the page, or at its `data-live-url`, and put in its place. What is being typed is left alone.
"""

from typing import Any

from django import template

from dakehu.foundation.base import clock
from dakehu.foundation.schema import live_pages

register = template.Library()


@register.inclusion_tag("components/live.html")
def live(page: str, subject: int = 0) -> dict[str, Any]:
    """Show who else has this page open and keep its parts up to date. Raises KeyError for a page nobody declared."""
    if live_pages.find(page) is None:
        raise KeyError(page)
    return {"address": f"/live/{page}/{int(subject)}/", "since": int(clock.now().timestamp())}
