"""The stage of appraisal: an approved scheme of few cases, and days that pass."""

from datetime import timedelta

import pytest

from dakehu.domains.appraisal.models import Scheme
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting


@pytest.fixture
def later(monkeypatch):
    """later(n): n days pass."""

    def pass_days(days):
        day, now = clock.today() + timedelta(days=days), clock.now() + timedelta(days=days)
        monkeypatch.setattr(clock, "today", lambda: day)
        monkeypatch.setattr(clock, "now", lambda: now)

    return pass_days


def approve_waiting(user):
    """Approve what waits for somebody."""
    with acting(user):
        (row,) = ask("compliance.approvals", {})
        perform("compliance.approve", {"approval": row["id"]})


@pytest.fixture
def scheme(admin, he):
    """The house's scheme with a minimum of one case and the weight of surveys on promises, approved by compliance."""
    weights = {"satisfaction": 0, "promises_kept": 30}
    with acting(admin):
        row = perform("appraisal.add_scheme", {"name": "季度考核"})
        for measure in list(row.measures.select_related("part")):
            perform(
                "appraisal.set_measure",
                {
                    "scheme": row.pk,
                    "part": measure.part.code,
                    "measure": measure.measure,
                    "weight": weights.get(measure.measure, measure.weight),
                    "min_n": 1,
                },
            )
        perform("appraisal.change_scheme", {"scheme": row.pk, "strength": 2})
        perform("appraisal.submit_scheme", {"scheme": row.pk})
    approve_waiting(he)
    return Scheme.objects.get(pk=row.pk)
