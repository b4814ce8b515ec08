"""Setup for appraisal: an approved scheme with few cases, and a clock that can be moved."""

from datetime import timedelta

import pytest

from dakehu.domains.appraisal.models import Scheme
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting


@pytest.fixture
def later(monkeypatch):
    """later(n): move the clock n days forward."""

    def pass_days(days):
        day, now = clock.today() + timedelta(days=days), clock.now() + timedelta(days=days)
        monkeypatch.setattr(clock, "today", lambda: day)
        monkeypatch.setattr(clock, "now", lambda: now)

    return pass_days


def approve_waiting(user):
    """Approve the one request waiting for a user."""
    with acting(user):
        (row,) = ask("compliance.approvals", {})
        perform("compliance.approve", {"approval": row["id"]})


@pytest.fixture
def scheme(admin, he):
    """The firm's scheme with a minimum of one case and the weight of surveys on promises, approved by compliance."""
    changes = {
        "satisfaction": ("satisfaction", 0),
        "promises_kept": ("service", 30),
        "valid_tests": ("conduct", 8),
        "retention": ("outcome", 8),
        "coverage": ("efficiency", 10),
    }
    with acting(admin):
        row = perform("appraisal.add_scheme", {"name": "季度考核"})
        for measure, (part, weight) in changes.items():
            asked = {"appraisal_scheme": row.pk, "part": part, "measure": measure, "weight": weight, "min_n": 1}
            perform("appraisal.set_measure", asked)
        perform("appraisal.change_scheme", {"appraisal_scheme": row.pk, "strength": 2})
        perform("appraisal.submit_scheme", {"appraisal_scheme": row.pk})
    approve_waiting(he)
    return Scheme.objects.get(pk=row.pk)


@pytest.fixture
def period(scheme, admin, an, lin, zhou, wang, zhang, qian, later):
    """A period in which Lin gave two promises and kept one, Wang gave one and kept it; frozen."""
    today = clock.today()
    with acting(admin):
        row = perform(
            "appraisal.open_period",
            {"name": "本季度", "applied_scheme": scheme.pk, "first_on": today, "last_on": today + timedelta(days=5)},
        )
    for user, client, promises in ((lin, zhang, 2), (wang, qian, 1)):
        with acting(user):
            for number in range(promises):
                made = perform(
                    "service.log_interaction",
                    {
                        "client": client.pk,
                        "held_at": clock.now().isoformat(),
                        "channel": "call",
                        "summary": f"答复第 {number} 件事",
                        "promise": "寄送对账单",
                        "promise_due_on": today + timedelta(days=2),
                    },
                )
                if number == 0:
                    perform("service.keep_promise", {"interaction": made.pk})
    later(6)
    with acting(admin):
        perform("appraisal.freeze_period", {"appraisal_period": row.pk})
    return row


def own(user):
    """Return the only appraisal of a user, as that user sees it."""
    with acting(user):
        (row,) = ask("appraisal.mine", {})["appraisals"]
        return ask("appraisal.appraisal", {"appraisal": row["id"]})


def line(found, measure):
    return next(one for one in found["lines"] if one["measure"] == measure)
