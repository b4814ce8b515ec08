"""A boundary is moved by keyboard alone: the result follows immediately, and nothing is stored."""

from datetime import timedelta

import pytest

from dakehu.domains.tiers import assign
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.interfaces.web.hands import browsers, until

pytestmark = pytest.mark.django_db(transaction=True)
THEN = "document.querySelector('#result').innerText"


def test_a_lead_moves_a_bound_by_keyboard_and_sees_who_moves(live_server, lin, zhou, zhang):
    with acting(zhou):
        scheme = perform("tiers.create_scheme", {"name": "方案"})
        perform("tiers.activate_scheme", {"scheme": scheme.pk})
        perform("clients.change", {"client": zhang.pk, "assets": "590万"})
    with as_system():
        assign.run(clock.today() + timedelta(days=1))
    with browsers() as sign_in:
        page = sign_in(live_server.url, "zhou")
        page.goto(f"{live_server.url}/tiers/what-if/")
        until(page, f"{THEN}.includes('谁会变动')")
        assert "T3 ↑" not in page.inner_text("#result")
        slider = page.locator("input[type=range][aria-label^='T4']")
        slider.focus()
        page.keyboard.press("ArrowLeft")
        until(page, f"{THEN}.includes('变动的客户')")
        assert page.input_value("#bound-T4") == "590"
        assert "张三" in page.inner_text("#result")
        page.focus("#bound-T4")
        page.keyboard.press("Control+A")
        page.keyboard.type("100")
        until(page, f"{THEN}.includes('级别越高')")
        page.get_by_role("button", name="还原").press("Enter")
        until(page, f"!{THEN}.includes('变动的客户') && !{THEN}.includes('级别越高')")
        assert page.complaints == []
    with acting(zhou):
        stored = {row["code"]: row["lower_bound"] for row in ask("tiers.scheme", {})["tiers"]}
    assert stored["T4"] == "6000000.00"
