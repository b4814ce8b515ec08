"""No page of the menu offers its reader a link to a page that refuses the reader."""

import re
from typing import Any
from urllib.parse import urljoin

import pytest

from dakehu.foundation.access.actor import acting_as
from dakehu.interfaces.web import context
from tests.cast import actor_of
from tests.interfaces.web.browsers import desk

LINK = re.compile(r'<a\b[^>]*?\shref="([^"#]*)')
ALSO = ("/", "/welcome/", "/guide/", "/notices/")


def pattern(address: str) -> str:
    """Return an address with its numbers as N: pages of one kind are requested once."""
    return re.sub(r"\d+", "N", address)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["lin", "zhou", "he", "an", "admin"])
def test_no_page_of_the_menu_offers_a_link_that_refuses_its_reader(name: str, request: Any) -> None:
    user = request.getfixturevalue(name)
    browser = desk(user)
    with acting_as(actor_of(user)):
        pages = dict.fromkeys([*ALSO, *(page["url"] for page in context.pages_for(actor_of(user)))])
    seen, refused = set(), {}
    for page in pages:
        answer = browser.get(page, follow=True)
        assert answer.status_code == 200, page
        for link in LINK.findall(answer.content.decode()):
            address = urljoin(page, link.replace("&amp;", "&"))
            if not address.startswith("/") or (kind := pattern(address)) in seen or address.startswith("/guide/"):
                continue
            seen.add(kind)
            if (status := browser.get(address).status_code) >= 400:
                refused[f"{page} → {address}"] = status
    assert refused == {}
