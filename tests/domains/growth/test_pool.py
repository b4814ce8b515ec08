"""The pool: masked, claimed once, within limits, and taken back only after two warnings."""

from datetime import timedelta

import pytest

from dakehu.domains.growth.models import Pool, PoolEvent, Prospect
from dakehu.domains.growth.pool import recycling
from dakehu.domains.service.models import Absence
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.interfaces.web.browsers import desk


@pytest.fixture
def pool(zhou):
    with acting(zhou):
        return perform("growth.add_pool", {"name": "东区公海", "claims_per_day": 2, "in_hand": 3, "views_per_day": 2})


def wait_in(pool, user, *names):
    """Prospects waiting in a pool."""
    with acting(user):
        return [
            perform(
                "growth.add_prospect",
                {"name": name, "pool": pool.name, "phone": f"1380013800{n}", "employer": "明远科技"},
            )
            for n, name in enumerate(names)
        ]


def claim(user, prospect):
    with acting(user):
        return perform("growth.claim", {"prospect": prospect.pk})


def night(day):
    with as_system():
        return recycling.recycle(day=day)


def test_the_pool_masks_names_and_numbers_for_everybody(lin, zhou, wang, pool):
    wait_in(pool, lin, "陈志远")
    for user in (lin, zhou, wang):
        with acting(user):
            (row,) = ask("growth.pool", {})["rows"]
            assert (row["name"], row["phone"], row["employer"]) == ("陈**", "138****8000", "明***")
            assert ask("growth.prospects", {})["count"] == 0, "lists show no prospect of the pool"


def test_a_reader_without_clearance_sees_what_the_pool_masks_no_more_than_others(lin, zhou, an, pool):
    known = {"name": "陈志远", "employer": "明远科技", "interests": "稳健理财", "remark": "周末联系"}
    with acting(lin):
        perform("growth.add_prospect", {**known, "pool": pool.name, "expected_assets": "1230000"})
    with acting(zhou):
        perform("growth.change_pool", {"pool_id": pool.pk, "masked": "interests"})
    shown = {}
    for user in (zhou, an):
        with acting(user):
            (row,) = ask("growth.pool", {})["rows"]
            shown[user.username] = {key: row[key] for key in ("name", "employer", "interests", "remark")}
            assert ("1,230,000" in row["expected_assets"]) == (user is zhou)
    assert shown["zhou"] == {**known, "interests": "•••"}
    assert shown["an"] == {"name": "陈**", "employer": "明***", "interests": "•••", "remark": "•••"}


def test_the_page_tells_what_one_may_still_claim_only_to_those_who_claim(lin, an, zhou, pool):
    pages = {user.username: desk(user).get("/pool/").content.decode() for user in (lin, an)}
    assert "今日还可领取" in pages["lin"] and "每日上限 2" in pages["lin"] and "每人每日领取" not in pages["lin"]
    assert "今日还可领取" not in pages["an"] and "每人每日领取" in pages["an"]
    with acting(zhou):
        perform("growth.change_pool", {"pool_id": pool.pk, "claims_per_day": 0})
    page = desk(lin).get("/pool/").content.decode()
    assert "不限" in page and "每日上限 0" not in page


def test_a_pool_of_one_team_is_closed_to_another(lin, wang, zhou, pool):
    (prospect,) = wait_in(pool, lin, "陈志远")
    with acting(zhou):
        perform("growth.change_pool", {"pool_id": pool.pk, "team": "东区一队"})
    with acting(wang):
        assert ask("growth.pool", {})["pools"] == []
    with pytest.raises(NotFound):
        claim(wang, prospect)
    assert claim(lin, prospect).owner_id == lin.pk


def test_a_prospect_is_claimed_once_and_stands_in_the_history(lin, wang, pool):
    (prospect,) = wait_in(pool, lin, "陈志远")
    claim(wang, prospect)
    with pytest.raises(Refused, match="刚被他人领取"):
        claim(lin, prospect)
    with acting(wang):
        assert ask("growth.prospect", {"prospect": prospect.pk})["name"] == "陈志远"
        events = ask("growth.pool_events", {})["rows"]
    assert [(row["kind"], row["user"]["name"]) for row in events] == [("claimed", "王强"), ("entered", "林晓")]


def test_the_limit_of_a_day_and_of_what_is_in_hand_hold(lin, pool):
    one, two, three, four = wait_in(pool, lin, "陈一", "陈二", "陈三", "陈四")
    claim(lin, one), claim(lin, two)
    with pytest.raises(Refused, match="每日上限"):
        claim(lin, three)
    with act_of_test():
        stored = Pool.objects.get()
        stored.claims_per_day = 0
        stored.save()
    claim(lin, three)
    with pytest.raises(Refused, match="在手线索 3 条"):
        claim(lin, four)
    with acting(lin):
        (shown,) = ask("growth.pool", {})["pools"]
    assert (shown["in_hand_now"], shown["in_hand_left"], shown["claims_left"], shown["waiting"]) == (3, 0, None, 1)


def act_of_test():
    from contextlib import ExitStack

    stack = ExitStack()
    stack.enter_context(as_system())
    stack.enter_context(act("test.settle"))
    return stack


def test_distinct_views_in_full_are_capped_and_a_second_look_is_free(lin, pool):
    one, two, three = wait_in(pool, lin, "陈一", "陈二", "陈三")
    with acting(lin):
        assert perform("growth.view_prospect", {"prospect": one.pk})["phone"] == "13800138000"
        assert perform("growth.view_prospect", {"prospect": two.pk})["views_left"] == 0
        assert perform("growth.view_prospect", {"prospect": one.pk})["name"] == "陈一"
        with pytest.raises(Refused, match="每日上限"):
            perform("growth.view_prospect", {"prospect": three.pk})


def test_who_gave_a_prospect_back_may_not_claim_it_for_thirty_days(lin, wang, pool):
    (prospect,) = wait_in(pool, lin, "陈志远")
    claim(lin, prospect)
    with acting(lin):
        perform("growth.return_prospect", {"prospect": prospect.pk, "reason": "暂无意向"})
        (row,) = ask("growth.pool", {})["rows"]
        assert row["cool_off_until"] == (clock.today() + timedelta(days=30)).isoformat()
    with pytest.raises(Refused, match="前跟进人"):
        claim(lin, prospect)
    assert claim(wang, prospect).owner_id == wang.pk


def test_nobody_claims_who_refused_to_be_contacted(lin, pool):
    with acting(lin):
        prospect = perform("growth.add_prospect", {"name": "陈志远", "pool": pool.name, "marketing": "refused"})
    with pytest.raises(Refused, match="拒绝联系"):
        claim(lin, prospect)


def test_only_a_lead_sets_rules_and_contradicting_ones_are_refused(lin, zhou, pool):
    with acting(lin), pytest.raises(NotAllowed):
        perform("growth.change_pool", {"pool_id": pool.pk, "in_hand": 500})
    with acting(zhou):
        with pytest.raises(Refused, match="首次预警"):
            perform("growth.change_pool", {"pool_id": pool.pk, "warn_days": 1, "warn_last_days": 3})
        with pytest.raises(Refused, match="打码"):
            perform("growth.change_pool", {"pool_id": pool.pk, "masked": "name，星座"})
        assert perform("growth.change_pool", {"pool_id": pool.pk, "masked": "姓名、备注"}).masked == "name,remark"


def nights_from(first, count):
    return [night(day) for day in (first + timedelta(days=n) for n in range(count)) if trading_days.is_trading_day(day)]


def test_a_prospect_goes_back_after_two_warnings_and_a_contact_starts_the_clock_again(lin, pool):
    (prospect,) = wait_in(pool, lin, "陈志远")
    claimed = claim(lin, prospect)
    due = claimed.recycle_on
    assert len(trading_days.trading_days_between(clock.today() + timedelta(days=1), due)) == 30
    days = (due - clock.today()).days
    results = nights_from(clock.today(), days)
    assert [result["warned"] for result in results].count(1) == 2 and not any(r["recycled"] for r in results)
    with acting(lin):
        (line,) = ask("growth.pool_notices", {})
        assert line["tone"] == "bad" and due.isoformat() in line["text"]
        perform(
            "growth.log_contact", {"prospect": prospect.pk, "held_at": clock.now().isoformat(), "summary": "已通话"}
        )
        assert ask("growth.pool_notices", {}) == []
    assert night(due)["recycled"] == 0, "warnings given before the contact do not count"
    assert night(due + timedelta(days=1))["recycled"] == 1
    with as_system():
        stored = Prospect.objects.get()
        assert (stored.owner_id, stored.last_owner_id, stored.recycle_on) == (None, lin.pk, None)
        assert str(PoolEvent.objects.order_by("-pk").first().kind) == "recycled"


def test_absence_and_a_contact_without_an_answer(lin, pool):
    one, two = wait_in(pool, lin, "陈一", "陈二")
    before = claim(lin, one).recycle_on
    with act_of_test():
        Absence(user=lin, first_on=clock.today() + timedelta(days=1), last_on=clock.today() + timedelta(days=14)).save()
    assert claim(lin, two).recycle_on > before, "the clock stands still while the owner is away"
    with acting(lin):
        perform(
            "growth.log_contact",
            {"prospect": two.pk, "held_at": clock.now().isoformat(), "summary": "未接通", "is_effective": False},
        )
        assert ask("growth.prospect", {"prospect": two.pk})["last_contact_on"] is None


def test_prospects_of_a_leaver_go_back_at_once(lin, pool):
    (prospect,) = wait_in(pool, lin, "陈志远")
    claim(lin, prospect)
    with act_of_test():
        lin.is_active = False
        lin.save()
    assert night(clock.today())["recycled"] == 1
