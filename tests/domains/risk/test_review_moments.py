"""A strategy review that becomes due is listed on Today of the person who serves the client, until its findings are written."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dakehu.domains.risk.models import StrategyReview
from dakehu.domains.risk.reviews import schedule
from dakehu.domains.service.models import Moment
from dakehu.domains.service.moments import nightly as moments
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
FRIDAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def friday_evening(tmp_path, settings, monkeypatch):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()
    now = datetime(2026, 11, 27, 18, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(clock, "today", lambda: now.date())


def night():
    with as_system():
        moments.run(FRIDAY)


def test_a_review_that_is_due_is_a_moment_on_today_and_ends_with_its_findings(lin, wang, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "risk_level": "C5", "opened_on": "2025-12-01"})
    with as_system():
        schedule.open_reviews_due(FRIDAY)
    night()
    with acting(lin):
        (row,) = Moment.objects.filter(kind="M43")
        assert (row.state, str(row.due_at.date())) == ("open", "2026-12-01")
        assert "策略回顾到期" in str(ask("service.today_list", {}))
    with acting(wang):
        assert "策略回顾到期" not in str(ask("service.today_list", {}))
    with acting(lin):
        review = StrategyReview.objects.get()
        perform("risk.write_review", {"review": review.pk, "held_on": "2026-11-27", "findings": "目标未变"})
    night()
    with acting(lin):
        assert Moment.objects.get(kind="M43").state == "lapsed"
