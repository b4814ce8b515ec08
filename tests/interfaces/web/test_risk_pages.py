"""The pages of risk: numbers that open their rows, the tab of a client, limits with their certainty, reviews."""

import pytest

from dakehu.domains.risk.breaches import run
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.domains.risk.test_nights import CONTRACT, FRI, own_home, store  # noqa: F401  (a fixture)
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def test_a_breach_is_found_from_the_numbers_on_top_to_the_tab_of_the_client(lin, wang, he, zhang):
    store(
        "margin_contracts",
        {FRI: [{"client": zhang.pk, **CONTRACT, "ratio": 1.35, "warn_line": 1.4, "close_line": 1.3}]},
    )
    with acting(lin):
        perform("risk.plan_review", {"client": zhang.pk, "due_on": "2026-12-01"})
    with as_system():
        run.flag(FRI)
    browser = desk(lin)
    page = browser.get("/risk/").content.decode()
    assert f"/clients/{zhang.pk}/?tab=risk" in page and "/rows/risk.standings?is_beyond=1" in page
    assert "张三" in browser.get("/rows/risk.standings?is_beyond=1").content.decode()
    tab = browser.get(f"/clients/{zhang.pk}/?tab=risk").content.decode()
    for words in ("低于警戒线", "135.0%", "3.7%", "内部默认", "feed/A1", "待回顾", "不据此判断"):
        assert words in tab, words
    assert "张三" in browser.get("/risk/reviews/").content.decode()
    limits = browser.get("/risk/limits/").content.decode()
    assert "随系统提供" in limits and "risk.set_house_limit" not in limits  # a manager sets none
    assert f"/rows/risk.standings?manager={lin.pk}&amp;is_beyond=1" in desk(he).get("/risk/").content.decode()
    other = desk(wang)
    assert "张三" not in other.get("/risk/").content.decode() + other.get("/risk/reviews/").content.decode()
    assert other.get(f"/clients/{zhang.pk}/?tab=risk").status_code == 404
