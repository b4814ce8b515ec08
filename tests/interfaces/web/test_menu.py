"""The menu shows what the reader may open, and unfolds what fits a screen."""

import pytest
from django.test import Client

from dakehu.foundation.access.actor import Actor
from dakehu.foundation.access.permissions import granted_to
from dakehu.interfaces.web import context
from tests.interfaces.web.hands import browsers


@pytest.mark.parametrize("role", ["manager", "lead", "compliance", "analyst", "admin"])
def test_a_menu_unfolds_no_more_pages_than_fit_a_screen(role: str) -> None:
    actor = Actor(1, "Anybody", role, permissions=granted_to(role))
    unfolded = [page for section in context.menu_for(actor) if section["is_open"] for page in section["pages"]]
    assert 0 < len(unfolded) <= context.UNFOLDED_PAGES < len(context.pages_for(actor))


def test_a_section_that_the_reader_unfolded_stays_so_whatever_fits(client: Client, lin: object) -> None:
    client.force_login(lin)
    assert '<details class="nav__section" data-section="care">' in client.get("/clients/").content.decode()
    client.cookies["menu"] = "care.data"
    assert '<details class="nav__section" data-section="care" open>' in client.get("/clients/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_every_page_of_the_menu_can_be_reached_on_a_phone_and_on_a_tablet(live_server, lin):
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        links = page.locator(".sidebar nav:first-of-type a")
        page.set_viewport_size({"width": 900, "height": 1400})
        assert all(links.nth(place).is_visible() for place in range(links.count()))
        page.set_viewport_size({"width": 390, "height": 844})
        assert [links.nth(place).is_visible() for place in range(6)] == [True] * 4 + [False] * 2
        page.click(".nav__more > summary")
        assert all(links.nth(place).is_visible() for place in range(links.count()))
        address = links.last.get_attribute("href")
        links.last.click()
        page.wait_for_url(f"**{address}")
        assert page.complaints == []
