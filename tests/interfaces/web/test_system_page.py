"""The system page and the trading calendar."""

import pytest

from dakehu.domains.team import audit_queries
from dakehu.foundation.access import keys
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.progress import run_file
from tests.cast import as_system
from tests.interfaces.web.browsers import desk


def text(answer):
    return answer.content.decode()


def test_the_page_says_what_guards_the_data(admin, on_postgres):
    page = text(desk(admin).get("/system/"))
    assert ("PostgreSQL" if on_postgres else "SQLite 没有行级安全") in page
    assert f"使用第 {keys.encryption_keys()[0]} 版" in page and "dakehu backup" in page


def test_settings_are_listed_and_secrets_only_as_set_or_not(admin, monkeypatch):
    monkeypatch.setenv("DAKEHU_SECRET_KEY", "do-not-show-me")
    page = text(desk(admin).get("/system/"))
    assert "DAKEHU_UPLOAD_MB" in page and "DAKEHU_SECRET_KEY" in page
    assert "do-not-show-me" not in page and "已设置" in page


def test_a_missing_worker_is_said_first_and_a_living_one_is_not(admin):
    beat = run_file(0, "beat")
    beat.unlink(missing_ok=True)
    assert "后台没有运行" in text(desk(admin).get("/system/"))
    beat.touch()
    assert "后台没有运行" not in text(desk(admin).get("/system/"))


def test_a_calendar_about_to_end_warns(admin, monkeypatch):
    monkeypatch.setattr(audit_queries, "calendar_ends_on", clock.today)
    monkeypatch.setattr(trading_days, "calendar_ends_on", clock.today)
    assert "交易日历即将到期" in text(desk(admin).get("/system/"))


@pytest.mark.parametrize("path", ["/system/", "/system/calendar/"])
def test_a_relationship_manager_has_no_business_here(lin, path):
    assert desk(lin).get(path).status_code == 403


def test_the_administrator_closes_a_day_and_opens_it_again(admin):
    from datetime import date

    browser = desk(admin)
    form = {"on": "2031-05-06", "note": "台风", "shown": "trading"}
    assert browser.post("/system/calendar/", form).status_code == 302
    assert "台风" in text(browser.get("/system/calendar/"))
    with as_system():
        assert not trading_days.is_trading_day(date(2031, 5, 6))
    assert 'value="2031-05-06"' in text(browser.get("/system/calendar/?on=2031-05-06"))
    browser.post("/system/calendar/", {**form, "trading": "true"})
    with as_system():
        assert trading_days.is_trading_day(date(2031, 5, 6))


def test_a_day_that_is_none_is_refused_at_its_question(admin):
    answer = desk(admin).post("/system/calendar/", {"on": "someday", "shown": "trading"})
    assert answer.status_code == 422 and "无法识别" in text(answer)


def test_compliance_reads_the_calendar_but_cannot_write_it(he):
    browser = desk(he)
    assert "增改一天" not in text(browser.get("/system/calendar/"))
    assert browser.post("/system/calendar/", {"on": "2031-05-06", "shown": "trading"}).status_code == 403


def test_the_nightly_run_shows_its_steps_what_failed_and_what_was_refused(admin, he, settings, tmp_path):
    from dakehu.foundation.base import clock
    from dakehu.foundation.nightly.models import NightlyRun, NightlyStepRun

    settings.INBOX = str(tmp_path)
    assert "还没有运行过" in text(desk(admin).get("/system/"))
    missing = [{"zh": "2026-11-27 的日终资产还没有到", "en": "End-of-day balances of 2026-11-27 have not come"}]
    run = NightlyRun.objects.create(
        day="2026-11-27", origin="schedule", started_at=clock.now(), state="failed", missing=missing
    )
    refused = {"file": "坏.csv", "state": "refused", "errors": [{"zh": "打不开", "en": "does not open"}]}
    NightlyStepRun.objects.create(
        run=run,
        step="exchange.import_files",
        place=0,
        started_at=run.started_at,
        seconds=1.25,
        peak_mb=300,
        state="done",
        result={"files": [refused], "words": {"zh": "退回 1 个", "en": "1 refused"}},
    )
    NightlyStepRun.objects.create(
        run=run,
        step="ledger.close",
        place=1,
        started_at=run.started_at,
        state="failed",
        error={"zh": "缺少行情", "en": "No price"},
    )
    page = text(desk(admin).get("/system/"))
    for words in (
        "日终资产还没有到",
        "坏.csv",
        "打不开",
        "退回 1 个",
        "缺少行情",
        "结算与客户指标",
        str(tmp_path),
        "立即运行",
    ):
        assert words in page
    assert "立即运行" not in text(desk(he).get("/system/"))


def test_the_administrator_starts_the_nightly_run_and_is_told_while_one_waits(admin, lin):
    browser = desk(admin)
    assert browser.post("/system/nightly")["Location"] == "/system/"
    assert "每晚处理已开始" in text(browser.get("/system/"))
    browser.post("/system/nightly")
    assert "正在进行" in text(browser.get("/system/"))
    assert desk(lin).post("/system/nightly").status_code == 403
