"""Meetings in the records of the cast."""

from datetime import timedelta
from typing import Any

import pytest

from dakehu.domains.service.models import FollowUp, Interaction, Meeting
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

NEXT_MONDAY = clock.today() + timedelta(days=7 - clock.today().weekday())


def on(day: Any, hour: int = 10) -> str:
    return f"{day.isoformat()} {hour:02}:00"


def week(user: Any, **more: Any) -> dict[str, Any]:
    with acting(user):
        return ask(
            "service.calendar",
            {"first": NEXT_MONDAY.isoformat(), "last": (NEXT_MONDAY + timedelta(days=13)).isoformat(), **more},
        )


@pytest.fixture
def weekly(lin: Any, zhang: Any) -> Meeting:
    """A weekly meeting of Lin with Zhang, from next Monday on."""
    with acting(lin):
        return perform(
            "service.plan_meeting",
            {
                "client": zhang.pk,
                "subject": "持仓检视",
                "kind": "visit",
                "starts_at": on(NEXT_MONDAY),
                "rrule": "FREQ=WEEKLY",
                "guests": "张太太、张会计",
            },
        )


def keys(found: dict[str, Any]) -> list[str]:
    return [row["starts"] for row in found["entries"]]


@pytest.mark.postgres
def test_a_series_stands_in_the_calendar_of_lin_and_zhou_and_not_of_wang(
    weekly: Meeting, lin: Any, zhou: Any, wang: Any, zhang: Any
) -> None:
    expected = [f"{NEXT_MONDAY}T10:00", f"{NEXT_MONDAY + timedelta(days=7)}T10:00"]
    assert keys(week(lin, kinds="meeting")) == expected
    assert keys(week(zhou, kinds="meeting")) == expected
    assert keys(week(wang, owner=lin.pk)) == []
    with acting(wang), pytest.raises(NotFound):
        ask("service.meeting", {"meeting": weekly.pk})
    with acting(wang):
        times = ask("service.busy_times", {"users": str(lin.pk), "first": NEXT_MONDAY.isoformat()})
    assert [set(one) for one in times] == [{"user", "starts", "ends"}]


def test_one_meeting_of_a_series_moves_alone(weekly: Meeting, lin: Any) -> None:
    with acting(lin):
        moved = perform(
            "service.move_entry",
            {"entry": f"meeting:{weekly.pk}@{NEXT_MONDAY}T10:00", "day": (NEXT_MONDAY + timedelta(days=1)).isoformat()},
        )
        assert moved["entry"] != f"meeting:{weekly.pk}"
        shown = ask("service.meeting", {"meeting": int(moved["entry"].partition(":")[2])})
    assert [seat["name"] for seat in shown["attendees"] if seat["kind"] == "guest"] == ["张太太", "张会计"]
    assert keys(week(lin, kinds="meeting")) == [
        f"{NEXT_MONDAY + timedelta(days=1)}T10:00",
        f"{NEXT_MONDAY + timedelta(days=7)}T10:00",
    ]


def test_a_change_from_here_on_leaves_those_before(weekly: Meeting, lin: Any) -> None:
    second = NEXT_MONDAY + timedelta(days=7)
    with acting(lin):
        perform(
            "service.change_meeting",
            {"meeting": weekly.pk, "at": on(second), "which": "following", "starts_at": on(second, 15)},
        )
    assert keys(week(lin, kinds="meeting")) == [f"{NEXT_MONDAY}T10:00", f"{second}T15:00"]


def test_a_change_of_all_moves_the_whole_series(weekly: Meeting, lin: Any) -> None:
    second = NEXT_MONDAY + timedelta(days=7)
    with acting(lin):
        perform(
            "service.change_meeting",
            {"meeting": weekly.pk, "at": on(second), "which": "all", "starts_at": on(second + timedelta(days=1), 9)},
        )
    assert keys(week(lin, kinds="meeting")) == [
        f"{NEXT_MONDAY + timedelta(days=1)}T09:00",
        f"{second + timedelta(days=1)}T09:00",
    ]


def test_cancelling_one_meeting_needs_a_reason_and_leaves_the_others(weekly: Meeting, lin: Any) -> None:
    with acting(lin):
        with pytest.raises(Refused):
            perform("service.cancel_meeting", {"meeting": weekly.pk, "at": on(NEXT_MONDAY), "reason": " "})
        perform("service.cancel_meeting", {"meeting": weekly.pk, "at": on(NEXT_MONDAY), "reason": "客户出差"})
    assert keys(week(lin, kinds="meeting")) == [f"{NEXT_MONDAY + timedelta(days=7)}T10:00"]


def test_a_series_that_moves_or_ends_takes_its_moved_meetings_along(weekly: Meeting, lin: Any) -> None:
    with acting(lin):
        moved = perform(
            "service.move_entry",
            {"entry": f"meeting:{weekly.pk}@{NEXT_MONDAY}T10:00", "day": (NEXT_MONDAY + timedelta(days=2)).isoformat()},
        )
        second = NEXT_MONDAY + timedelta(days=7)
        perform(
            "service.change_meeting",
            {"meeting": weekly.pk, "at": on(second), "which": "all", "starts_at": on(second, 14)},
        )
        exception = Meeting.objects.get(pk=int(moved["entry"].partition(":")[2]))
        assert clock.local(exception.recurrence_id).hour == 14
        perform(
            "service.cancel_meeting", {"meeting": weekly.pk, "at": on(second, 14), "which": "all", "reason": "终止服务"}
        )
    assert keys(week(lin, kinds="meeting")) == []


def test_a_meeting_that_gets_a_client_shows_its_attendees_to_those_who_see_the_client(
    lin: Any, zhou: Any, zhang: Any
) -> None:
    with acting(lin):
        row = perform(
            "service.plan_meeting",
            {"subject": "预备会", "starts_at": on(NEXT_MONDAY), "staff": str(zhou.pk), "guests": "张会计"},
        )
        perform("service.change_meeting", {"meeting": row.pk, "client": zhang.pk})
        seats = ask("service.meeting", {"meeting": row.pk})["attendees"]
    assert [seat["name"] for seat in seats] == ["林晓", "周宁", "张三", "张会计"]
    with acting(zhou):
        perform("service.answer_invitation", {"meeting": row.pk, "answer": "declined"})
    assert week(zhou, mine=True)["entries"] == []


def test_what_came_of_a_meeting_stands_in_the_timeline_without_retyping(lin: Any, zhang: Any) -> None:
    yesterday = clock.today() - timedelta(days=1)
    with acting(lin):
        held = perform(
            "service.plan_meeting",
            {"client": zhang.pk, "subject": "年度检视", "kind": "visit", "starts_at": on(yesterday)},
        )
        perform(
            "service.hold_meeting",
            {
                "meeting": held.pk,
                "minutes": "讨论了明年的资金安排",
                "outcome": "同意调整配置",
                "promise": "发送方案",
                "promise_due_on": (clock.today() + timedelta(days=3)).isoformat(),
                "next_on": (clock.today() + timedelta(days=30)).isoformat(),
            },
        )
        logged = Interaction.objects.get(client=zhang)
        planned = FollowUp.objects.get(client=zhang)
    assert (logged.summary, logged.result, logged.promise, logged.channel) == (
        "讨论了明年的资金安排",
        "同意调整配置",
        "发送方案",
        "meeting",
    )
    assert planned.due_on == clock.today() + timedelta(days=30)


def test_a_meeting_that_has_not_begun_cannot_be_recorded(weekly: Meeting, lin: Any) -> None:
    with acting(lin), pytest.raises(Refused):
        perform("service.hold_meeting", {"meeting": weekly.pk, "at": on(NEXT_MONDAY), "minutes": "…"})


@pytest.mark.postgres
def test_a_meeting_among_staff_is_seen_by_those_who_attend_and_their_lead(
    lin: Any, zhou: Any, wang: Any, an: Any
) -> None:
    with acting(zhou):
        perform(
            "service.plan_meeting",
            {"subject": "周例会", "kind": "internal", "starts_at": on(NEXT_MONDAY, 9), "staff": str(lin.pk)},
        )
    assert [row["title"] for row in week(lin)["entries"]] == ["周例会"]
    assert week(wang)["entries"] == week(an)["entries"] == []


def test_a_plan_is_put_off_with_a_reason_only_and_the_reason_stands_at_it(lin: Any, zhang: Any) -> None:
    with acting(lin):
        plan = perform(
            "service.plan_follow_up", {"client": zhang.pk, "due_on": NEXT_MONDAY.isoformat(), "subject": "电话回访"}
        )
        later = (NEXT_MONDAY + timedelta(days=2)).isoformat()
        with pytest.raises(Refused):
            perform("service.move_entry", {"entry": f"follow_up:{plan.pk}", "day": later})
        perform("service.move_entry", {"entry": f"follow_up:{plan.pk}", "day": later, "reason": "客户在外地"})
        row = FollowUp.objects.get(pk=plan.pk)
    assert (row.due_on.isoformat(), row.moved_reason) == (later, "客户在外地")


def test_an_absence_and_a_second_meeting_are_shown_as_clashes(weekly: Meeting, lin: Any, zhou: Any) -> None:
    with acting(lin):
        perform(
            "service.plan_meeting",
            {"subject": "例会", "kind": "internal", "starts_at": on(NEXT_MONDAY), "staff": str(zhou.pk)},
        )
        perform("service.record_absence", {"first_on": NEXT_MONDAY.isoformat(), "last_on": NEXT_MONDAY.isoformat()})
    found = [row for row in week(lin)["entries"] if row["kind"] == "meeting"]
    assert found[0]["clashes"] == ["林晓当天休假", "林晓同一时间有两项会议"]
