"""Checks of service records: sampled at random, read by others, some twice and blind; gaps lead to proposed courses."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from freezegun import freeze_time

from dakehu.domains.appraisal.measures.records import checked_records
from dakehu.domains.appraisal.measures.registry import Span
from dakehu.domains.care.models import RecordCheck
from dakehu.domains.care.record_checks import rules
from dakehu.domains.learning.reactions import on_quality
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.learning.test_training import add_course

NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))
MONTH = date(2026, 10, 1)


def test_a_month_is_drawn_up_to_the_number_and_a_tenth_of_it_is_read_twice():
    random = Random(3)
    assert rules.month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))
    assert rules.month_of(date(2028, 2, 9)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert len(rules.draw_records(range(30), 0, 5, random)) == 5
    assert len(rules.draw_records(range(30), 4, 5, random)) == 1
    assert rules.draw_records(range(3), 0, 5, random) == [0, 1, 2] and rules.draw_records(range(3), 7, 5, random) == []
    assert [len(rules.read_twice(range(n), random)) for n in (0, 1, 10, 11)] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("reader", "other", "is_refused"), [(None, None, True), (1, None, True), (2, 2, True), (2, 3, False)]
)
def test_nobody_reads_their_own_record_nor_the_same_one_twice(reader, other, is_refused):
    assert (rules.reading_fault(reader, 1, other) is not None) is is_refused


def test_agreement_is_cohens_kappa_from_ten_records_on():
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    n, equal, kappa = rules.agreement(pairs)
    assert (n, equal, round(kappa, 2)) == (50, 0.7, 0.4)
    assert rules.agreement(pairs[:9]) is None
    assert rules.agreement([(True, True)] * 10) == (10, 1.0, None)


def log(user, client, many):
    with acting(user):
        for n in range(many):
            held = clock.at_local(datetime(2026, 10, 5 + n, 10, 0)).isoformat()
            perform(
                "service.log_interaction",
                {"client": client.pk, "held_at": held, "summary": f"第{n}次电话", "channel": "call"},
            )


def waiting(user):
    with acting(user):
        return ask("care.record_checks", {"month": MONTH})["waiting"]


@pytest.mark.django_db
@pytest.mark.postgres
@freeze_time(NOON)
def test_records_are_drawn_once_read_by_others_and_what_is_missed_proposes_a_course(lin, zhou, he, wang, zhang):
    log(lin, zhang, 4)
    add_course(he, topic="conduct")
    with acting(lin), pytest.raises(NotAllowed):
        perform("care.draw_record_checks", {})
    with acting(zhou):
        with pytest.raises(Refused, match="已结束"):
            perform("care.draw_record_checks", {"month": date(2026, 11, 3)})
        assert perform("care.draw_record_checks", {"number": 3}) == {"drawn": 3, "second": 1}
        assert perform("care.draw_record_checks", {"number": 3}) == {"drawn": 0, "second": 0}
    lines = waiting(zhou)
    assert len(lines) == 3 and all("is_second" not in line for line in lines)
    assert {line["staff"] for line in lines} == {lin.name} and lines[0]["summary"].startswith("第")
    with as_system():
        (twice,) = RecordCheck.objects.filter(is_second=True)
        first = RecordCheck.objects.get(interaction_ref=twice.interaction_ref, is_second=False)
    number = {"record_check": first.pk}
    with acting(zhou):
        with pytest.raises(Refused, match="主题"):
            perform("care.check_record", {**number, "result": "failed"})
        perform("care.check_record", {**number, "result": "failed", "topic": "conduct", "note": "承诺了收益"})
        with pytest.raises(Refused, match="已有"):
            perform("care.check_record", {**number, "result": "passed"})
        with pytest.raises(Refused, match="另一人"):
            perform("care.check_record", {"record_check": twice.pk, "result": "passed"})
    assert len(waiting(zhou)) == 2 and len(waiting(he)) == 3
    assert on_quality(user=lin.pk, topic="conduct") == {"proposed": 1}
    with as_system():
        rows = checked_records(Span(MONTH, clock.today(), clock.today() + timedelta(1), (lin.pk, wang.pk)))
    assert [(row.model, row.value) for row in rows[lin.pk]] == [("service.Interaction", 0)]


@pytest.mark.django_db
@freeze_time(NOON)
def test_another_team_neither_draws_nor_reads_ones_records(lin, zhou, he, zhang, client):
    log(lin, zhang, 2)
    with acting(he):
        assert perform("care.draw_record_checks", {"month": MONTH})["drawn"] == 2
    client.force_login(zhou)
    assert "第" in client.get("/record-checks/?month=2026-10").content.decode()
    assert client.get("/record-checks/?month=x").status_code == 200
    client.force_login(lin)
    assert client.get("/record-checks/").status_code == 403
    with acting(he), pytest.raises(NotFound):
        perform("care.check_record", {"record_check": 0, "result": "passed"})
