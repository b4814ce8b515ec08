"""Bonuses and praise: visibility, four eyes, what withholds a tranche; no ranking of people anywhere."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from dakehu.domains.appraisal.models import Appraisal, BookReview
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.appraisal.conftest import approve_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(period, admin):
    with acting(admin):
        perform("appraisal.finish_talks", {"appraisal_period": period.pk, "reason": "集中面谈"})
        perform("appraisal.close_period", {"appraisal_period": period.pk})
    return period


def add_pool(admin, period, amount="10000.01", **values):
    with acting(admin):
        row = perform("appraisal.add_pool", {"name": "季度奖金", "period": period.pk, "amount": amount, **values})
        perform("appraisal.share_pool", {"bonus_pool": row.pk})
    return row


def test_an_approved_pool_shows_each_the_own_sum_and_nobody_anothers(closed, lin, zhou, wang, he, an, admin):
    row = add_pool(admin, closed)
    with acting(lin):
        assert ask("appraisal.my_bonuses", {}) == []
    with acting(admin):
        perform("appraisal.submit_pool", {"bonus_pool": row.pk})
        with pytest.raises(Refused, match="请由他人审批"):
            perform("compliance.approve", {"approval": ask("appraisal.pool", {"bonus_pool": row.pk})["approval"]})
    approve_waiting(he)
    with acting(admin):
        found = ask("appraisal.pool", {"bonus_pool": row.pk})
    awards = {one["user"]: D(one["amount"]) for one in found["awards"]}
    assert sum(awards.values()) == D("10000.01") and set(awards) <= {"林晓", "周宁", "王强"}
    with acting(lin):
        (own,) = ask("appraisal.my_bonuses", {})
        assert D(own["amount"]) == awards["林晓"]
        assert D(own["now"]) + sum(D(one["amount"]) for one in own["tranches"]) == awards["林晓"]
        assert own["total"] is None or len(awards) >= 3
    for user in (lin, zhou, an):
        with acting(user):
            assert ask("appraisal.pools", {}) == []
            with pytest.raises(NotAllowed):
                ask("appraisal.pool", {"bonus_pool": row.pk})
            assert "奖金" not in str([one["summary"] for one in ask("compliance.approvals", {"view": "decided"})])


def test_the_audit_of_bonuses_is_not_read_by_a_lead(closed, zhou, he, admin):
    add_pool(admin, closed, amount="98765.43")
    with acting(zhou):
        assert "98765.43" not in str(ask("team.audit", {}))


def test_a_bonus_waits_for_the_review_of_a_book(closed, lin, he, admin):
    with as_system(), act("test.flag"):
        flag = BookReview(appraisal=Appraisal.objects.get(user=lin), kind="cost", value=D("0.031"), limit=D("0.03"))
        flag.save()
    with pytest.raises(Refused, match="1 项换手与费用复核"):
        add_pool(admin, closed)
    with acting(he):
        perform(
            "appraisal.review_book", {"book_review": flag.pk, "finding": "cleared", "note": "客户自行下单，已抽听录音"}
        )
    add_pool(admin, closed, amount="5000")


def test_a_tranche_is_released_by_two_people_on_a_trading_day_unless_something_holds_it(closed, lin, he, admin, later):
    row = add_pool(admin, closed)
    with acting(admin):
        perform("appraisal.submit_pool", {"bonus_pool": row.pk})
    approve_waiting(he)
    with acting(lin):
        tranches = ask("appraisal.my_bonuses", {})[0]["tranches"]
        first = tranches[0]
        assert len(tranches) == 3
    asked = {"tranche": first["id"], "state": "released", "reason": "到期"}
    with acting(admin), pytest.raises(Refused, match="才到期"):
        perform("appraisal.propose_tranche", asked)
    later(380)
    with acting(he):
        event = perform(
            "appraisal.record_conduct",
            {
                "user": "lin",
                "kind": "violation",
                "happened_on": clock.today() - timedelta(days=9),
                "basis": "合规 7 号",
            },
        )
    with acting(admin), pytest.raises(Refused, match="违规登记"):
        perform("appraisal.propose_tranche", asked)
    with acting(he):
        perform("appraisal.withdraw_conduct", {"conduct_event": event.pk, "reason": "认定有误"})
    with acting(admin):
        perform("appraisal.propose_tranche", asked)
        with pytest.raises(Refused, match="另一人决定"):
            perform("appraisal.decide_tranche", {"tranche": first["id"], "is_accepted": True})
    with acting(he):
        done = perform("appraisal.decide_tranche", {"tranche": first["id"], "is_accepted": True})
        assert (done.state, done.paid) == ("released", done.amount)
    with acting(admin):
        taken = D(tranches[1]["amount"]) + 100
        perform(
            "appraisal.propose_tranche",
            {"tranche": tranches[1]["id"], "state": "clawed_back", "taken": taken, "reason": "事后查实"},
        )
    with acting(he):
        back = perform("appraisal.decide_tranche", {"tranche": tranches[1]["id"], "is_accepted": True})
        assert (back.paid, back.claim) == (0, 100)


def test_who_is_complained_about_does_not_learn_of_it_by_the_own_bonus(closed, lin, zhang, he, admin, later):
    row = add_pool(admin, closed)
    with acting(admin):
        perform("appraisal.submit_pool", {"bonus_pool": row.pk})
    approve_waiting(he)
    with acting(he):
        perform("compliance.register_complaint", {"client": zhang.pk, "subject": "未说明风险", "about_staff": "lin"})
        assert "有未办结的投诉" in str(ask("appraisal.pool", {"bonus_pool": row.pk}))
    with acting(lin):
        found = ask("appraisal.my_bonuses", {})
        assert [one["holds"] for one in found[0]["tranches"]] == [[], [], []]
    later(380)
    with acting(admin), pytest.raises(Refused, match="请询合规") as refusal:
        first = found[0]["tranches"][0]["id"]
        perform("appraisal.propose_tranche", {"tranche": first, "state": "released", "reason": "到期"})
    assert "投诉" not in str(refusal.value)


def test_praise_is_seen_by_the_team_and_counted_by_nobody(lin, zhou, wang, an):
    with acting(wang):
        row = perform("appraisal.praise", {"to": "lin", "text": "帮我接待了两位临时到访的客户"})
        with pytest.raises(Refused, match="表扬他人"):
            perform("appraisal.praise", {"to": "wang", "text": "自夸"})
    for user, count in ((lin, 1), (zhou, 1), (wang, 1), (an, 0)):
        with acting(user):
            assert len(ask("appraisal.praises", {})) == count
    with acting(lin), pytest.raises(NotFound):
        perform("appraisal.remove_praise", {"praise": row.pk})
    with acting(wang):
        perform("appraisal.remove_praise", {"praise": row.pk})
        assert ask("appraisal.praises", {}) == []
