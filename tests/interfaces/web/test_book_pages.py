"""The book over time in the browser: views, filters in words, the clients of a number, and who has no access."""

import re

import pytest

from dakehu.domains.insight.choices import BookView
from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.domains.insight.test_book import book, own_home  # noqa: F401  (fixtures)
from tests.interfaces.web.test_insight_pages import browse  # noqa: F401  (fixture)

pytestmark = pytest.mark.django_db


def test_lin_opens_every_view_and_the_clients_of_a_number(browse, lin, book):  # noqa: F811
    desk = browse(lin)
    for view in BookView:
        page = desk.get(f"/book-of-business/?view={view.value}&since=2026-07&until=2026-08").content.decode()
        assert "口径" in page and "/book-of-business/clients?view=" in page, view
    page = desk.get("/book-of-business/?since=2026-07&until=2026-08").content.decode()
    (url,) = set(re.findall(r'href="(/book-of-business/clients\?[^"]*cell=flows\.all\.net)"', page))
    cell = desk.get(url.replace("&amp;", "&")).content.decode()
    assert "C0001" in cell and "C1001" in cell and "C0002" not in cell and "9.50 万" in cell
    assert desk.get("/book-of-business/?view=nothing").status_code == 200
    assert "有数据的月份" in desk.get("/book-of-business/?since=1999-01").content.decode()


def test_words_become_filters_and_a_question_leads_to_a_view(browse, lin, book):  # noqa: F811
    desk = browse(lin)
    with acting(lin):
        perform("clients.change", {"client": book["li"].pk, "risk_level": "C4"})
    assert (
        desk.get("/book-of-business/?view=tiers&question=C4 以上").url
        == "/book-of-business/?view=tiers&risk_level.in=C4%2CC5"
    )
    page = desk.get("/book-of-business/?view=tiers&risk_level.in=C4%2CC5").content.decode()
    assert "1 位客户" in page and "去掉" in page and 'name="risk_level.in" value="C4,C5"' in page
    assert "月亮" in desk.get("/book-of-business/?question=月亮").content.decode()
    assert (
        desk.get("/question/?text=C4 以上 级别迁移&open=1").url == "/book-of-business/?view=tiers&risk_level.in=C4%2CC5"
    )
    assert 'href="/book-of-business/?view=concentration"' in desk.get("/question/?text=资产集中度").content.decode()


def test_an_sees_that_amounts_are_closed_and_admin_no_page(browse, an, admin, book):  # noqa: F811
    page = browse(an).get("/book-of-business/?since=2026-07&until=2026-08").content.decode()
    assert "少于 20 位" in page and "万" not in page.split("book-figures")[1]
    assert browse(admin).get("/book-of-business/").status_code == 403
    assert "/book-of-business/" not in browse(admin).get("/dashboards/").content.decode()
