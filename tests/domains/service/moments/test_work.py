"""Moments are worked, put off, passed on and reassigned by those who serve the client, and by no one else."""

from datetime import date, timedelta

import pytest

from dakehu.domains.service.models import Interaction, Moment
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def fire(client, owner, kind="M15", days=1, **values):
    """Store a moment as the night does."""
    with as_system(), act("test.fire"):
        row = Moment(
            client=client,
            kind=kind,
            fired_on=clock.today(),
            due_at=clock.now() + timedelta(days=days),
            owner=owner,
            **{"priority": 2, "values": {"weight": 0.4}, **values},
        )
        row.save()
    return row


def test_a_worked_moment_is_done_and_leaves_an_interaction(lin, zhang):
    row = fire(zhang, lin)
    with acting(lin):
        done = perform(
            "service.work_moment", {"moment": row.pk, "outcome": "reached", "note": "说明公告", "channel": "电话"}
        )
        contact = Interaction.objects.get()
    assert (done.state, done.worked_on, done.worked_by_id, done.interaction_id) == (
        "done",
        clock.today(),
        lin.pk,
        contact.pk,
    )
    assert (contact.summary, contact.channel, contact.client_id) == ("说明公告", "call", zhang.pk)


def test_after_no_answer_a_moment_waits_for_the_next_trading_day(lin, zhang):
    row = fire(zhang, lin)
    with acting(lin):
        tried = perform("service.work_moment", {"moment": row.pk, "outcome": "no_answer"})
        assert tried.state == "snoozed" and tried.snoozed_until > clock.today() and tried.worked_on is None
        assert not Interaction.objects.exists()
        assert ask("service.moments", {"is_open": True})["count"] == 0
        assert [one["state"] for one in ask("service.client_moments", {"client": zhang.code})["rows"]] == ["snoozed"]


def test_a_done_moment_is_not_worked_twice(lin, zhang):
    row = fire(zhang, lin)
    with acting(lin):
        perform("service.work_moment", {"moment": row.pk, "outcome": "reached"})
        with pytest.raises(Refused, match="已经结束"):
            perform("service.work_moment", {"moment": row.pk, "outcome": "reached"})


def test_a_mandatory_moment_is_not_snoozed_beyond_its_deadline(lin, zhang):
    row = fire(zhang, lin, mandatory=True)
    with acting(lin):
        with pytest.raises(Refused, match="时限"):
            perform(
                "service.snooze_moment",
                {"moment": row.pk, "until": str(clock.today() + timedelta(days=5)), "reason": "出差"},
            )
        with pytest.raises(Refused, match="原因"):
            perform(
                "service.snooze_moment",
                {"moment": row.pk, "until": str(clock.today() + timedelta(days=1)), "reason": "　"},
            )


def test_a_moment_passes_to_who_serves_or_leads_only(lin, zhou, wang, zhang):
    row = fire(zhang, lin)
    with acting(lin):
        with pytest.raises(Refused, match="不服务这位客户"):
            perform("service.pass_moment", {"moment": row.pk, "to": wang.pk, "reason": "请协助"})
        perform("service.pass_moment", {"moment": row.pk, "to": zhou.pk, "reason": "请协助"})
    with acting(zhou):
        assert [one["id"] for one in ask("service.moments", {"mine": True, "is_open": True})["rows"]] == [row.pk]
        assert perform("service.reassign_moments", {"moments": [row.pk], "to": lin.pk}) == {"changed": 1}
    with acting(lin):
        assert ask("service.moments", {"mine": True})["count"] == 1


def test_a_moment_of_another_team_is_neither_seen_nor_worked(lin, wang, zhang):
    row = fire(zhang, lin)
    with acting(wang):
        assert ask("service.moments", {})["count"] == 0
        with pytest.raises(NotFound):
            perform("service.work_moment", {"moment": row.pk, "outcome": "reached"})


def test_a_compliance_only_moment_is_there_for_compliance_alone(lin, zhou, he, admin, an, zhang):
    row = fire(zhang, None, kind="M38", compliance_only=True)
    for user in (lin, zhou, an):
        with acting(user):
            assert ask("service.moments", {})["count"] == 0
            assert ask("service.client_moments", {"client": zhang.code})["count"] == 0
    with acting(lin), pytest.raises(NotFound):
        perform("service.work_moment", {"moment": row.pk, "outcome": "reported"})
    with acting(he):
        assert ask("service.moments", {})["count"] == 1


def test_absence_of_oneself_is_recorded_and_of_another_team_refused(monkeypatch, lin, zhou, wang):
    days = {"first_on": "2026-11-30", "last_on": "2026-12-04"}
    with acting(lin):
        perform("service.record_absence", days)
        with pytest.raises(Refused, match="本队"):
            perform("service.record_absence", {**days, "user": wang.pk})
    with acting(zhou):
        perform("service.record_absence", {"first_on": "2026-12-07", "last_on": "2026-12-08", "user": lin.pk})
        with monkeypatch.context() as patch:
            patch.setattr(clock, "today", lambda: date(2026, 12, 1))
            assert ask("service.absences", {})["count"] == 2
