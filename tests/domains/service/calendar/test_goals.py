"""Goals measured from the records of the cast."""

from datetime import timedelta
from typing import Any

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

TODAY = clock.today()
PERIOD = {"first_on": (TODAY - timedelta(days=30)).isoformat(), "last_on": (TODAY + timedelta(days=30)).isoformat()}


@pytest.mark.postgres
def test_goals_count_records_and_are_seen_by_the_team_alone(
    lin: Any, zhou: Any, wang: Any, zhang: Any, qian: Any
) -> None:
    with acting(zhou):
        for measure, target in (("contacts", 4), ("coverage", 90), ("new_clients", 1), ("events", 1)):
            perform(
                "service.set_goal", {"name": measure, "measure": measure, "target": target, "user": lin.pk, **PERIOD}
            )
        perform("service.set_goal", {"name": "全队", "measure": "contacts", "target": 2, "team": lin.team_id, **PERIOD})
        with pytest.raises(Refused):
            perform("service.set_goal", {"name": "王", "measure": "contacts", "target": 2, "user": wang.pk, **PERIOD})
    with acting(lin):
        perform("service.log_interaction", {"client": zhang.pk, "held_at": clock.now().isoformat(), "summary": "电话"})
        perform("clients.change", {"client": zhang.pk, "opened_on": TODAY.isoformat()})
        event = perform(
            "service.plan_meeting",
            {"subject": "沙龙", "kind": "event", "starts_at": f"{TODAY - timedelta(days=1)} 10:00"},
        )
        perform("service.hold_meeting", {"meeting": event.pk, "minutes": "到场 20 人"})
    with acting(wang):
        perform("service.log_interaction", {"client": qian.pk, "held_at": clock.now().isoformat(), "summary": "电话"})
        assert ask("service.goal_progress", {}) == []
    with acting(lin):
        found = {row["name"]: (row["value"], row["percent"]) for row in ask("service.goal_progress", {})}
        with pytest.raises(NotAllowed):
            perform("service.set_goal", {"name": "我", "measure": "contacts", "target": 2, "user": lin.pk, **PERIOD})
    assert found == {
        "contacts": (1, 25),
        "coverage": (100, 111),
        "new_clients": (1, 100),
        "events": (1, 100),
        "全队": (1, 50),
    }


def test_working_hours_are_set_by_oneself_or_the_lead_and_limit_the_day(lin: Any, zhou: Any, wang: Any) -> None:
    with acting(lin):
        with pytest.raises(Refused):
            perform("service.set_working_hours", {"monday": "09:00-12:00, 11:00-14:00"})
        perform("service.set_working_hours", {"monday": "9:00-12:00", "tuesday": "09:00-12:00，13:00-17:00"})
        hours = ask("service.working_hours", {})
        monday = TODAY + timedelta(days=7 - TODAY.weekday())
        week = ask("service.calendar", {"first": monday.isoformat()})["people"][0]["days"]
    assert (hours["monday"], hours["wednesday"]) == ("09:00-12:00", "")
    assert week[2]["working"] == 0
    with acting(wang), pytest.raises(Refused):
        perform("service.set_working_hours", {"owner": lin.pk, "monday": "09:00-10:00"})


def test_a_goal_of_another_team_cannot_be_changed(lin: Any, zhou: Any, wang: Any) -> None:
    with acting(zhou):
        goal = perform("service.set_goal", {"name": "a", "measure": "contacts", "target": 2, "user": lin.pk, **PERIOD})
        perform("service.change_goal", {"goal_id": goal.pk, "target": 3})
        perform("service.remove_goal", {"goal_id": goal.pk})
        with pytest.raises(NotFound):
            perform("service.remove_goal", {"goal_id": goal.pk})
