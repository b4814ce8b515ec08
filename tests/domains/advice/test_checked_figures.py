"""The half-yearly self-check of compliance counts suitability duties done and left open."""

from datetime import timedelta

import pytest

from dakehu.domains.compliance.self_checks.figures import count_period
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


def counts(day):
    with as_system():
        return {one["name"]: one["count"] for one in count_period(day, day) if one["name"].startswith("suitability.")}


def test_checks_duties_and_call_backs_are_counted_by_their_days(lin, he, zhang):
    today = clock.today()
    with acting(lin):
        asked = {
            "client": zhang.code,
            "product_name": "稳进",
            "product_risk": "R1",
            "initiative": "client",
            "channel": "现场",
        }
        perform("clients.change", {"client": zhang.code, "risk_level": "C5", "risk_tested_on": today.isoformat()})
        perform("advice.record_check", {**asked, "kyc_complete": "是"})
    with acting(he):
        perform("advice.plan_call_back", {"client": zhang.code, "reason": "yearly", "due_on": today.isoformat()})
    found = counts(today)
    assert (found["suitability.checks"], found["suitability.tests"]) == (1, 0)
    assert found["suitability.open_duties"] >= 1
    assert (found["suitability.call_backs"], found["suitability.late_call_backs"]) == (0, 1)
    assert set(counts(today - timedelta(days=1)).values()) == {0}
