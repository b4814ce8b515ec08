"""The pages of tiers: schemes with counts of the reader's clients, the effect of another boundary, the card of a client."""

from datetime import date

import pytest

from dakehu.foundation.gates import ask, perform
from tests.architecture.pages import browser_of
from tests.cast import acting
from tests.domains.tiers.conftest import MON, balances, on_monday, own_home, run, scheme

pytestmark = pytest.mark.django_db
__all__ = ["balances", "on_monday", "own_home", "run", "scheme"]
TUE = date(2026, 11, 24)
INSIDE = {"HX-Request": "true"}


@pytest.fixture
def tiered(scheme, zhang, qian, balances, run):
    balances(MON, (zhang, 7_000_000), (qian, 7_000_000))
    run(MON)


def text(response):
    return response.content.decode()


def test_an_empty_desk_says_how_to_begin(zhou):
    assert "还没有分级方案" in text(browser_of(zhou).get("/tiers/"))
    assert "先新建一个草稿" in text(browser_of(zhou).get("/tiers/what-if/"))


def test_the_scheme_shows_bounds_standards_and_the_readers_clients(tiered, zhou, wang):
    page = text(browser_of(zhou).get("/tiers/"))
    for words in ("默认方案", "T4 高净值", "600.00 万", "每 15 天至少一次", "700.00 万", "修改规则"):
        assert (words in page) == (words != "修改规则"), words  # rules of a scheme in force cannot be edited
    assert "新建草稿" not in text(browser_of(wang).get("/tiers/"))


def test_a_draft_is_edited_tried_and_switched_on_from_its_page(tiered, zhou):
    with acting(zhou):
        draft = perform("tiers.create_scheme", {"name": "草稿"})
    browser = browser_of(zhou)
    page = text(browser.get(f"/tiers/{draft.pk}/"))
    assert all(words in page for words in ("修改规则", "删除草稿", "启用", f"?scheme={draft.pk}"))
    form = text(browser.get(f"/actions/tiers.change_scheme?scheme={draft.pk}", headers=INSIDE))
    assert "日均口径" in form and "各级下限" not in form
    answer = browser.post(
        f"/actions/tiers.activate_scheme?scheme={draft.pk}", {"scheme": draft.pk, "effective_from": TUE}, headers=INSIDE
    )
    assert answer.headers["HX-Refresh"] == "true"
    with acting(zhou):
        states = {row["name"]: row["state"] for row in ask("tiers.schemes", {})["rows"]}
    assert states == {"默认方案": "active", "草稿": "active"}


def test_moving_a_bound_shows_who_moves_and_only_in_ones_own_team(tiered, zhou, zhang, qian):
    browser = browser_of(zhou)
    page = text(browser.get("/tiers/what-if/?b.T4=800"))
    assert f'href="/clients/{zhang.pk}/"' in page and f'href="/clients/{qian.pk}/"' not in page
    assert "存为草稿" in page and "1 位可见客户" in page
    part = text(browser.get("/tiers/what-if/?b.T4=800", headers=INSIDE))
    assert "移动下限" not in part and "谁会变动" in part


@pytest.mark.parametrize("typed", ["b.T4=1", "b.T4=many", "b.T4=-5"])
def test_a_bound_that_makes_no_sense_is_answered_in_words(tiered, zhou, typed):
    answer = browser_of(zhou).get(f"/tiers/what-if/?{typed}")
    assert answer.status_code == 200 and "未移动下限时的结果" in text(answer)


def test_moved_bounds_are_kept_as_a_draft(tiered, zhou):
    browser = browser_of(zhou)
    with acting(zhou):
        like = ask("tiers.schemes", {})["rows"][0]["id"]
    given = {"like": like, "bounds": '{"T4": "8000000.00"}'}
    form = text(browser.get("/actions/tiers.create_scheme", given, headers=INSIDE))
    assert "方案名称" in form and "复制自方案" not in form
    answer = browser.post("/actions/tiers.create_scheme", {"name": "提高门槛", **given}, headers=INSIDE)
    assert answer.headers.get("HX-Refresh") == "true", text(answer)
    with acting(zhou):
        newest = next(row for row in ask("tiers.schemes", {})["rows"] if row["name"] == "提高门槛")
        bounds = {row["code"]: row["lower_bound"] for row in ask("tiers.scheme", {"scheme": newest["id"]})["tiers"]}
    assert bounds["T4"] == "8000000.00"


def test_the_clients_page_says_the_tier_why_and_what_is_owed(tiered, lin, zhou, an, zhang):
    page = text(browser_of(lin).get(f"/clients/{zhang.pk}/"))
    for words in ("T4 高净值", "7,000,000.00", "2026-12-08", "季度回顾"):
        assert words in page, words
    assert "人工定级" not in page and "人工定级" in text(browser_of(zhou).get(f"/clients/{zhang.pk}/"))
    masked = text(browser_of(an).get(f"/clients/{zhang.pk}/"))
    assert "T4 高净值" in masked and "7,000,000" not in masked


def test_only_who_sees_amounts_may_try_a_scheme(tiered, lin, an, admin, he):
    for user, status in ((lin, 403), (an, 403), (admin, 403), (he, 200)):
        assert browser_of(user).get("/tiers/what-if/").status_code == status, user.name
        assert browser_of(user).get("/tiers/").status_code == 200
