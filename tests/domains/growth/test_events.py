"""Client events: the list, an approved invitation, answers, attendance, and follow-up."""

from datetime import datetime, timedelta

import pytest
from freezegun import freeze_time

from dakehu.domains.growth.events import rules
from dakehu.domains.growth.models import Event, Invitation
from dakehu.domains.service.models import Delivery, FollowUp, Interaction
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.domains.growth.test_campaigns import add_client, request_of

NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))
DAY = NOON + timedelta(days=10)
TEXT = {"subject": "邀请{{客户姓名}}", "body": "{{客户姓名}}：诚邀您参加研讨会。"}


def test_attendance_is_noted_once_from_the_day_of_the_event_on():
    assert rules.attendance_error(False, False, DAY, NOON) is not None
    assert rules.attendance_error(True, False, DAY, DAY) is not None
    assert rules.attendance_error(False, True, DAY, DAY) is not None
    assert rules.attendance_error(False, False, DAY, DAY - timedelta(hours=1)) is None
    assert rules.times_error(DAY, DAY) is not None and rules.times_error(DAY, None) is None
    assert rules.cost_per_attendee(900.0, 3) == 300 and rules.cost_per_attendee(900.0, 0) is None


def add_event(user):
    with acting(user):
        return perform("growth.add_event", {"name": "年末研讨会", "starts_at": DAY, "cost": "900", **TEXT}).pk


@pytest.mark.django_db
@freeze_time(NOON)
def test_an_event_from_the_list_to_the_follow_up(lin, zhou, wang):
    for code, agrees in (("C1", True), ("C2", True), ("C3", False)):
        add_client(lin, code, agrees=agrees)
    add_client(wang, "C4")
    event = add_event(lin)
    with acting(lin):
        assert perform("growth.invite_clients", {"event": event}) == {"added": 3, "known": 0}
        assert perform("growth.invite_clients", {"event": event}) == {"added": 0, "known": 3}
        with pytest.raises(Refused, match="未获批准"):
            perform("growth.send_invitations", {"event": event})
        perform("growth.submit_event", {"event": event})
    with acting(zhou):
        perform("compliance.approve", {"approval": request_of(event, "growth.event")})
    with acting(lin):
        assert perform("growth.send_invitations", {"event": event}) == {"queued": 2, "refused": 1, "left": 0}
        assert {one.kind for one in Delivery.objects.all()} == {"event"}
        page = ask("growth.event_page", {"event": event})
        assert [(one["rule"], one["count"]) for one in page["refused"]] == [("no_consent", 1)]
        first, second, _ = Invitation.objects.order_by("pk")
        perform("growth.answer_invitation", {"invitation": first.pk, "answer": "参加"})
        with pytest.raises(Refused, match="当天起"):
            perform("growth.mark_attendance", {"invitation": first.pk})
    with freeze_time(DAY), acting(lin):
        perform("growth.mark_attendance", {"invitation": first.pk})
        held = Interaction.objects.get()
        assert (held.client_id, str(held.channel), held.summary) == (first.client_id, "event", "参加活动“年末研讨会”")
        due = {"due_on": (DAY + timedelta(days=3)).date().isoformat(), "subject": "听取意见"}
        for planned in (1, 0):
            assert perform("growth.follow_up_event", {"event": event, **due}) == {"planned": planned}
        assert FollowUp.objects.get().client_id == first.client_id
        page = ask("growth.event_page", {"event": event, "name": "C1"})
        counts = {"invited": 3, "yes": 1, "maybe": 0, "no": 0, "open": 2, "came": 1, "sent": 2, "to_send": 0}
        assert page["counts"] == counts and page["cost_each"] == 900 and len(page["invitations"]) == 1
    with acting(wang):
        assert ask("growth.events", {})["count"] == 0
        for name, given in (("answer_invitation", {"answer": "no"}), ("mark_attendance", {})):
            with pytest.raises(NotFound):
                perform(f"growth.{name}", {"invitation": second.pk, **given})


@pytest.mark.django_db
@freeze_time(NOON)
def test_a_changed_invitation_is_approved_anew_and_a_cost_is_not(lin, zhou):
    event = add_event(lin)
    with acting(lin):
        perform("growth.submit_event", {"event": event})
    with acting(zhou):
        perform("compliance.approve", {"approval": request_of(event, "growth.event")})
    with acting(lin):
        perform("growth.change_event", {"event": event, "cost": "1200"})
        assert Event.objects.get().state == "approved"
        perform("growth.change_event", {"event": event, "place": "另一处"})
        assert Event.objects.get().state == "draft"
        perform("growth.submit_event", {"event": event})
    with acting(lin), pytest.raises(NotAllowed):
        perform("compliance.approve", {"approval": request_of(event, "growth.event")})
