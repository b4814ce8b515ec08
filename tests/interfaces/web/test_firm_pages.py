"""Settings of the firm in the browser, the account page, and the status of backup and close on the system page."""

import pytest

from dakehu.domains.firm.models import FirmSettings
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import firm_settings
from dakehu.foundation.records.recorded import add_audit_note
from tests.cast import as_system
from tests.interfaces.web.browsers import desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def text(answer):
    return answer.content.decode()


def test_admin_sets_the_firm_up_in_the_browser_and_it_counts(admin, stored_firm_settings):
    browser = desk(admin)
    form = {"upload_mb": "50", "benchmark": "000905.SH", "second_factor_roles": "", "shown": ["rise_is_red"]}
    assert browser.post("/system/settings/", form)["Location"] == "/system/settings/"
    assert firm_settings.current("UPLOAD_MB") == 50 and firm_settings.current("RISE_IS_RED") is False
    page = text(browser.get("/system/"))
    assert "本页设定" in page and 'data-updown="green-up"' in page


def test_a_setting_that_cannot_be_is_refused_at_its_question(admin, stored_firm_settings):
    answer = desk(admin).post("/system/settings/", {"upload_mb": "0", "benchmark": "沪深300"})
    assert answer.status_code == 422 and "000300.SH" in text(answer)
    with as_system():
        assert not FirmSettings.objects.exists()


def test_what_the_environment_sets_is_shown_and_not_asked(admin, stored_firm_settings, monkeypatch):
    monkeypatch.setenv("DAKEHU_UPLOAD_MB", "80")
    page = text(desk(admin).get("/system/settings/"))
    assert "DAKEHU_UPLOAD_MB" in page and 'name="upload_mb"' not in page


def test_compliance_sees_the_settings_and_may_not_change_them(he, lin):
    assert "机构设置" in text(desk(he).get("/system/")) and "/system/settings/" not in text(desk(he).get("/system/"))
    assert desk(he).get("/system/settings/").status_code == 403
    assert desk(lin).get("/system/settings/").status_code == 403


def test_the_system_page_says_when_the_last_backup_was(admin):
    assert "请尽快安排每天备份" in text(desk(admin).get("/system/"))
    with as_system(), act("desk.backup", "test"):
        add_audit_note(file="desk.backup")
    page = text(desk(admin).get("/system/"))
    assert "请尽快安排每天备份" not in page and "最近备份" in page


def test_a_sign_in_lasts_as_long_as_the_firm_says(admin, lin, stored_firm_settings):
    from django.test import Client as Browser

    from dakehu.foundation.gates import perform
    from tests.cast import PASSWORD, acting

    with acting(admin):
        perform("firm.change_settings", {"session_hours": 2})
    browser = Browser()
    browser.post("/sign-in", {"username": "lin", "password": PASSWORD})
    assert browser.session.get_expiry_age() == 7200


def test_my_account_begins_with_the_person_and_says_scopes_in_words(lin):
    browser = desk(lin)
    page = text(browser.get("/me"))
    assert "个人设置" in page and "修改密码" in page and "权限范围" not in page
    programs = text(browser.get("/me?tab=programs"))
    assert "权限范围" in programs and "<span>查看客户</span>" in programs and "<span>client.read</span>" not in programs
    made = browser.post("/me/tokens", {"name": "报表", "scopes": ["client.read"]})
    assert "令牌只显示这一次" in text(made)


def test_a_password_can_be_shown_and_a_forgotten_one_has_a_way(client, lin):
    page = text(client.get("/sign-in"))
    assert "data-shows-password" in page and "忘记密码" in page
