"""Every chart of a client's trades is drawn in a real browser, with a canvas and no error message in its place."""

import pytest

from tests.domains.ledger.performance.test_portfolio import invested  # noqa: F401  (the fixture)
from tests.interfaces.web.hands import browsers

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_chart_of_the_trades_is_drawn(live_server, lin, invested):  # noqa: F811
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}/clients/{invested.pk}/?tab=money")
        page.wait_for_selector("[data-chart] canvas")
        page.wait_for_timeout(1000)
        charts = page.locator("[data-chart]")
        assert charts.count() >= 4
        assert [
            charts.nth(i).inner_text() for i in range(charts.count()) if not charts.nth(i).locator("canvas").count()
        ] == []
        assert page.complaints == []
