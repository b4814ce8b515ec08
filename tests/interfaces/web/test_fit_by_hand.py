"""Content that does not fit stays reachable: the tabs of a client's page, filters on a phone, the current page in the menu."""

import pytest

from tests.interfaces.web.hands import browsers, until

pytestmark = pytest.mark.django_db(transaction=True)

OUTSIDE = """[...document.querySelectorAll(".tabs--more > *")].filter((one) => {
  const [box, bar] = [one.getBoundingClientRect(), one.parentElement.getBoundingClientRect()];
  return box.width && (box.left < bar.left || box.right > bar.right + 1);
}).length"""
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
PRESENT = """(() => {
  const tab = document.querySelector(".tabs > [aria-current=page]");
  const [box, bar] = [tab.getBoundingClientRect(), tab.parentElement.getBoundingClientRect()];
  return tab.parentElement.scrollWidth > bar.width && box.left >= bar.left && box.right <= bar.right + 1;
})()"""
NAMES = '[...document.querySelectorAll(".tabs--more a")].map((one) => one.textContent.trim())'


@pytest.mark.parametrize("width", [1440, 390])
def test_every_tab_of_a_client_is_reached_without_moving_the_page_sideways(live_server, lin, zhang, width):
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(f"{live_server.url}/clients/{zhang.pk}/?tab=relations")
        until(page, 'document.querySelector(".tabs--more.is-fitted") !== null')
        assert page.evaluate(OUTSIDE) == 0 and not page.evaluate(SIDEWAYS)
        assert page.locator(".tabs--more > [aria-current=page]").is_visible()
        names = page.evaluate(NAMES)
        assert names[0] == "概览" and len(names) == len(set(names)) > 12
        page.focus(".tabs__more > summary")
        page.keyboard.press("Enter")
        listed = page.locator(".tabs__more .menu__item")
        assert listed.count() and all(one.is_visible() for one in listed.all())
        assert not page.evaluate(SIDEWAYS)
        page.keyboard.press("Escape")
        assert not listed.first.is_visible()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        name = listed.first.inner_text().strip()
        page.keyboard.press("Enter")
        until(page, 'document.querySelector(".tabs--more.is-fitted") !== null')
        until(page, f"document.querySelector('.tabs--more > [aria-current=page]')?.textContent.trim() === '{name}'")
        assert page.evaluate(OUTSIDE) == 0 and page.complaints == []


def test_compliance_reads_filters_on_a_phone_and_finds_the_present_page_in_menu_and_tabs(live_server, he):
    with browsers() as sign_in:
        page = sign_in(live_server.url, "he")
        page.goto(f"{live_server.url}/system/")
        until(page, 'document.querySelector(".sidebar [aria-current=page]") !== null')
        box = page.locator(".sidebar__menu [aria-current=page]").bounding_box()
        menu = page.locator(".sidebar__menu").bounding_box()
        assert menu["y"] <= box["y"] and box["y"] + box["height"] <= menu["y"] + menu["height"]
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{live_server.url}/audit/")
        for name in ("actor", "action", "client", "since", "until"):
            assert page.locator(f".filters [name={name}]").bounding_box()["width"] > 120
        assert not page.evaluate(SIDEWAYS)
        page.goto(f"{live_server.url}/compliance/rules/")
        until(page, PRESENT)
        assert page.complaints == []
