"""Training hours are rated from valid records, pro rata of the year, and never if the start in the industry is unknown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dakehu.domains.appraisal.measures.learning import training_rows
from dakehu.domains.appraisal.measures.registry import Span
from dakehu.domains.appraisal.measures.rules import RATIO, value_of
from dakehu.domains.appraisal.scores.rows import rows_about
from dakehu.domains.learning.models import StaffTerms, TrainingRecord
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


def test_hours_are_rated_against_the_part_of_the_year_that_has_gone_by(lin, zhou):
    year = clock.today().year
    first, last = date(year, 1, 1), date(year, 12, 31)
    with as_system(), act("test.settle"):
        StaffTerms(user=lin, started_on=first - timedelta(days=900)).save()
        for hours, state, day in ((6, "counted", first), (4, "waiting", first), (3, "counted", last)):
            TrainingRecord(user=lin, name="培训", hours=hours, held_on=day, year=year, state=state).save()
        half = training_rows(Span(first, date(year, 7, 1), last, (lin.pk, zhou.pk)))
        whole = training_rows(Span(first, last, last, (lin.pk, zhou.pk)))
    assert zhou.pk not in half and zhou.pk not in whole
    assert value_of(RATIO, whole[lin.pk]).raw == Decimal("0.6")
    assert Decimal("0.79") < value_of(RATIO, half[lin.pk]).raw < Decimal("0.81")


def test_what_rows_are_about_opens_by_table_and_stays_closed_for_unknown_ones(lin, zhou, wang):
    with as_system(), act("test.settle"):
        record = TrainingRecord(
            user=lin, name="培训", hours=3, held_on=clock.today(), year=clock.today().year, state="counted"
        )
        record.save()
    stored = [
        ["learning.TrainingRecord", record.pk, "3", "0"],
        ["team.User", lin.pk, "0", "15"],
        ["unknown.Table", 1, "1", "1"],
    ]
    for user, seen in ((lin, {"learning.TrainingRecord", "team.User"}), (wang, {"team.User"})):
        with acting(user):
            assert {label for label, _ in rows_about(stored)} == seen
