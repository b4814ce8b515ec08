"""Contact plans and the plan of a week in the records of the cast."""

from datetime import date, timedelta
from typing import Any

import pytest

from dakehu.domains.service.models import ContactPlan, FollowUp
from dakehu.domains.tiers.models import ClientTier
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

NEXT_MONDAY = clock.today() + timedelta(days=7 - clock.today().weekday())


@pytest.fixture
def tiered(admin: Any, zhang: Any, qian: Any) -> Any:
    """A scheme in force, and Zhang and Qian in its tier T4."""
    with acting(admin):
        scheme = perform("tiers.create_scheme", {"name": "方案"})
    with as_system(), act("test.settle"):
        scheme.state, scheme.effective_from = "active", clock.today() - timedelta(days=1)
        scheme.save()
        for client in (zhang, qian):
            ClientTier(
                client=client, code="T4", rule_code="T4", rank=5, since=clock.today(), decided_on=clock.today()
            ).save()
    return scheme


def week(user: Any, **more: Any) -> dict[str, Any]:
    with acting(user):
        return ask("service.week_plan", {"first": NEXT_MONDAY.isoformat(), **more})


def contacts(plan: dict[str, Any]) -> list[str]:
    return [item["client"]["name"] for day in plan["days"] for item in day["items"] if item["proposed"]]


def test_a_week_proposes_who_is_owed_contact_and_accepting_it_plans_them_once(
    tiered: Any, lin: Any, zhou: Any, wang: Any
) -> None:
    plan = week(lin)
    assert (contacts(plan), plan["proposed"], plan["left"]) == (["张三"], 1, [])
    assert contacts(week(wang, owner=lin.pk)) == []
    with acting(zhou):
        assert perform("service.accept_week_plan", {"first": NEXT_MONDAY.isoformat(), "owner": lin.pk})["changed"] == 1
    with acting(lin):
        planned = FollowUp.objects.get()
        assert (planned.owner_id, planned.due_on >= NEXT_MONDAY) == (lin.pk, True)
        with pytest.raises(Refused):
            perform("service.accept_week_plan", {"first": NEXT_MONDAY.isoformat()})
    assert contacts(week(lin)) == []
    with acting(wang), pytest.raises(Refused):
        perform("service.accept_week_plan", {"first": NEXT_MONDAY.isoformat(), "owner": lin.pk})


def test_a_week_away_lists_the_contact_as_left_with_the_reason(tiered: Any, lin: Any) -> None:
    with acting(lin):
        perform(
            "service.record_absence",
            {"first_on": NEXT_MONDAY.isoformat(), "last_on": (NEXT_MONDAY + timedelta(days=6)).isoformat()},
        )
    plan = week(lin)
    assert contacts(plan) == []
    assert [(one["client"]["name"], one["why_left"]) for one in plan["left"]] == [("张三", "本周没有剩余工时")]


def test_a_contact_is_put_off_with_a_reason_that_explains_the_new_day(tiered: Any, lin: Any, zhang: Any) -> None:
    until = clock.today() + timedelta(days=20)
    with acting(lin):
        assert ask("service.contact_plan", {"client": zhang.pk})["on"] is not None
        with pytest.raises(Refused):
            perform("service.postpone_contact", {"client": zhang.pk, "until": until.isoformat(), "reason": " "})
        perform("service.postpone_contact", {"client": zhang.pk, "until": until.isoformat(), "reason": "客户出国"})
        found = ask("service.contact_plan", {"client": zhang.pk})
    assert date.fromisoformat(found["on"]) >= until
    assert "已推迟：客户出国" in found["why"]


def test_who_does_not_wish_contact_is_never_proposed(tiered: Any, lin: Any, zhang: Any, an: Any) -> None:
    with acting(lin):
        perform("service.set_contact_wishes", {"client": zhang.pk, "no_contact": True, "wish": "有事会来电"})
        assert ask("service.contact_plan", {"client": zhang.pk})["on"] is None
        assert ask("service.contacts_due", {})["without"] == 1
        perform("service.set_contact_wishes", {"client": zhang.pk, "channel": "wechat", "no_contact": False})
        row = ContactPlan.objects.get()
    assert (row.channel, row.no_contact, row.wish) == ("wechat", False, "有事会来电")
    assert contacts(week(lin)) == ["张三"]
