"""Advice: by registered advisers, checked, approved by a second person, delivered once, decided by the client, measured later."""

from datetime import datetime, timedelta

import pytest

from dakehu.domains.advice.models import Advice, AdviceOutcome, AdviceStep
from dakehu.domains.advice.records.outcomes import measure_outcomes
from dakehu.domains.compliance.models import Approval
from dakehu.domains.service.models import Delivery
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.advice.plan_stage import complete, register

pytestmark = pytest.mark.django_db
GOOD = {
    "client": "C0001",
    "kind": "allocation",
    "subject": "年度资产配置检视",
    "basis": "方案第 1 版，截至上月末的持仓。",
    "text": "我们想和您核对资金用途、期限和可承受的损失，再讨论各类资产的比例。",
}


@pytest.fixture
def adviser(lin, zhou, he, zhang):
    complete(zhang)
    register(he, lin)
    return lin


def drafted(user, **more):
    with acting(user):
        return perform("advice.draft_advice", {**GOOD, **more}).pk


def submit(user, number):
    with acting(user):
        perform("advice.submit_advice", {"advice": number})


def approve(user, number):
    with acting(user):
        perform("compliance.approve", {"approval": Approval.objects.get(subject_ref=number, state="waiting").pk})


def deliver(user, number, channel="mail"):
    with acting(user):
        return perform("advice.deliver_advice", {"advice": number, "channel": channel})


@pytest.mark.postgres
def test_advice_goes_from_draft_to_decision_and_every_step_keeps_its_rules(adviser, zhou):
    number = drafted(adviser)
    submit(adviser, number)
    approve(zhou, number)
    row = deliver(adviser, number)
    with acting(adviser):
        perform(
            "advice.record_decision", {"advice": number, "decision": "接受", "decided_on": clock.today().isoformat()}
        )
        page = ask("advice.advice_page", {"advice": number})
        steps = list(AdviceStep.objects.order_by("pk").values_list("state", "by_id"))
        delivery = Delivery.objects.get(pk=row.delivery_ref)
    with as_system(), act("test.read"):
        text = delivery.text.open()
    assert [state for state, _ in steps] == ["draft", "waiting", "approved", "delivered", "decided"]
    assert steps[2][1] == zhou.pk
    assert page["steps"][1]["versions"]["suitability"] and page["steps"][3]["versions"]["wording"]
    assert (
        page["checks"]["suitability"]["outcome"] == "allow"
        and page["checks"]["suitability"]["taken"]["product_risk"] == "R3"
    )
    assert delivery.kind == "client_mail" and "登记编号：S10900000000" in text
    assert [one["months"] for one in page["outcomes"]] == [3, 6, 12]


def test_only_a_registered_adviser_advises(lin, zhou, zhang):
    complete(zhang)
    for user in (lin, zhou):
        with acting(user), pytest.raises(Refused, match="投资顾问"):
            perform("advice.draft_advice", GOOD)
    with as_system(), pytest.raises(Refused, match="系统"):
        perform("advice.draft_advice", GOOD)


def test_wang_sees_nothing_of_it(adviser, wang):
    number = drafted(adviser)
    with acting(wang), pytest.raises(NotFound):
        ask("advice.advice_page", {"advice": number})


def test_nobody_approves_what_they_wrote(adviser, zhou, he):
    register(he, zhou)
    number = drafted(adviser)
    with acting(zhou):
        perform("advice.change_advice", {"advice": number, "basis": "补充依据"})
    submit(adviser, number)
    with pytest.raises(Refused, match="编写人"):
        approve(zhou, number)
    approve(he, number)


def test_nothing_is_delivered_without_approval_of_exactly_this_text(adviser, zhou):
    number = drafted(adviser)
    with pytest.raises(Refused, match="未获批准"):
        deliver(adviser, number)
    submit(adviser, number)
    approve(zhou, number)
    with acting(adviser):
        perform("advice.change_advice", {"advice": number, "text": "换一段文字，想和您约时间。"})
    with pytest.raises(Refused, match="未获批准"):
        deliver(adviser, number)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": "这个方案保本保收益。"}, "保本"),
        ({"text": "建议您现在买入沪深300。"}, "只写资产类别"),
        ({"text": "预计看到 5000点。"}, "只写资产类别"),
    ],
)
def test_words_that_may_not_go_to_a_client_are_refused_at_submission(adviser, values, words):
    number = drafted(adviser, **values)
    with pytest.raises(Refused, match=words):
        submit(adviser, number)


def expired(zhang):
    zhang.risk_valid_to = clock.today() - timedelta(days=1)


def incomplete(zhang):
    zhang.occupation = ""


@pytest.mark.parametrize("change", [expired, incomplete])
def test_suitability_stops_it_at_submission_approval_and_delivery(adviser, zhou, zhang, change):
    number = drafted(adviser)
    submit(adviser, number)
    with as_system(), act("test.change"):
        change(zhang)
        zhang.save()
    with pytest.raises(Refused, match="适当性"):
        approve(zhou, number)
    with acting(adviser):
        perform("advice.change_advice", {"advice": number, "basis": "再次提交"})
    with pytest.raises(Refused, match="适当性"):
        submit(adviser, number)


def test_a_conflict_of_interest_is_disclosed_in_the_letter_or_blocks(adviser, he):
    number = drafted(adviser)
    told = {"kind": "incentive", "effect": "disclose", "disclosure": "本公司因该业务收取服务费。"}
    with acting(he):
        perform("compliance.declare_conflict", {**told, "description": "演示"})
    submit(adviser, number)
    with acting(adviser):
        page = ask("advice.advice_page", {"advice": number})
    assert told["disclosure"] in page["letter"] and page["checks"]["conflicts"][0]["effect"] == "disclose"
    with acting(he):
        perform(
            "compliance.declare_conflict",
            {"kind": "relation", "effect": "block", "client": "C0001", "description": "亲属"},
        )
        with pytest.raises(Refused, match="利益冲突"):
            perform("compliance.approve", {"approval": Approval.objects.get(state="waiting").pk})


def test_delivered_advice_is_neither_changed_withdrawn_nor_delivered_again(adviser, zhou):
    number = drafted(adviser)
    submit(adviser, number)
    approve(zhou, number)
    deliver(adviser, number, "handed")
    for name, values in (
        ("change_advice", {"text": "别的"}),
        ("withdraw_advice", {"reason": "误"}),
        ("deliver_advice", {"channel": "mail"}),
    ):
        with acting(adviser), pytest.raises(Refused, match="已送达"):
            perform(f"advice.{name}", {"advice": number, **values})


def test_a_decision_needs_delivery_and_can_be_taken_back(adviser, zhou):
    number = drafted(adviser)
    today = clock.today().isoformat()
    with acting(adviser), pytest.raises(Refused, match="送达之后"):
        perform("advice.record_decision", {"advice": number, "decision": "接受", "decided_on": today})


def test_an_approver_without_the_permission_is_refused(adviser, an):
    number = drafted(adviser)
    submit(adviser, number)
    with acting(an), pytest.raises((NotAllowed, NotFound)):
        perform("compliance.approve", {"approval": Approval.objects.get().pk})


def test_an_outcome_without_holdings_says_so_once(adviser, zhou):
    number = drafted(adviser)
    submit(adviser, number)
    approve(zhou, number)
    deliver(adviser, number, "handed")
    with as_system():
        due = AdviceOutcome.objects.get(months=3).due_on
        assert measure_outcomes(day=due - timedelta(days=1)) == {"measured": 0, "after": 0}
        assert measure_outcomes(day=due)["measured"] == 1
        assert measure_outcomes(day=due)["measured"] == 0
        assert AdviceOutcome.objects.get(months=3).why == "no_series"
        assert Advice.objects.get(pk=number).delivered_at.date() <= datetime.now(tz=clock.now().tzinfo).date()
