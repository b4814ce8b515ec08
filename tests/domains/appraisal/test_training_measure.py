"""Training hours are rated from records that count, pro rata of the year, and never where the start in the trade is unknown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dakehu.domains.appraisal.measures.learning import training_rows
from dakehu.domains.appraisal.measures.registry import Span
from dakehu.domains.appraisal.measures.rules import RATIO, value_of
from dakehu.domains.learning.models import StaffTerms, TrainingRecord
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from tests.cast import as_system

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
