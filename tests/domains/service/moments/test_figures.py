"""Completion of mandatory moments and coverage, by person, each number with the rows it counts."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import Moment
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def fire(client, owner, kind, due_in_hours, **values):
    with as_system(), act("test.fire"):
        row = Moment(
            client=client,
            kind=kind,
            fired_on=clock.today(),
            due_at=clock.now() + timedelta(hours=due_in_hours),
            owner=owner,
            **{"priority": 1, "mandatory": True, **values},
        )
        row.save()
    return row


def test_each_number_of_a_person_is_the_count_of_its_rows(lin, zhou, wang, zhang, qian):
    on_time, late = fire(zhang, lin, "M06", 5), fire(zhang, lin, "M21", -5)
    fire(zhang, lin, "M36", -3)  # missed
    fire(zhang, lin, "M08", 50)  # open, not due yet
    fire(zhang, lin, "M01", -3, state="lapsed", cleared_on=clock.today() - timedelta(days=2))  # ended before it was due
    fire(zhang, lin, "M37", -3, mandatory=False)
    fire(qian, wang, "M06", -5)
    with acting(lin):
        perform("service.work_moment", {"moment": on_time.pk, "outcome": "reached"})
        perform("service.work_moment", {"moment": late.pk, "outcome": "reached"})
    with acting(zhou):
        found = ask("service.moment_figures", {})
        (line,) = [row for row in found["rows"] if row["user"]["id"] == lin.pk]
        values = {
            name: line[name]["value"] for name in ("due", "on_time", "late", "missed", "open", "clients", "contacted")
        }
        assert values == {"due": 3, "on_time": 1, "late": 1, "missed": 1, "open": 3, "clients": 1, "contacted": 1}
        assert (line["rate"]["value"], line["coverage"]["value"]) == ("0.6667", "1.0000")
        for name in values:
            at = line[name]["rows"]
            assert ask(at["query"], {"filters": at["filters"]})["count"] == values[name], name
        assert wang.pk not in {row["user"]["id"] for row in found["rows"]}


def test_nothing_due_has_no_rate(lin, zhang):
    with acting(lin):
        (line,) = ask("service.moment_figures", {"days": 7})["rows"]
    assert (line["due"]["value"], line["rate"]["value"]) == (0, None)
