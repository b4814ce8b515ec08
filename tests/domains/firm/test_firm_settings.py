"""Settings that the administrator changes while the desk runs: stored, audited, and overridden by the environment."""

import pytest

from dakehu.domains.firm.models import FirmSettings
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def change(user, **fields):
    with acting(user):
        return perform("firm.change_settings", fields)


def source_of(name):
    with as_system():
        return next(row["source"] for row in ask("firm.settings", {}) if row["name"] == name)


def test_what_admin_sets_counts_at_once_and_is_in_the_audit(admin, stored_firm_settings):
    assert firm_settings.current("UPLOAD_MB") == 200 and source_of("upload_mb") == "default"
    change(admin, upload_mb=50, benchmark="000905.sh", rise_is_red=False)
    assert firm_settings.current("UPLOAD_MB") == 50
    assert firm_settings.current("BENCHMARK") == "000905.SH" and firm_settings.current("RISE_IS_RED") is False
    assert source_of("upload_mb") == "firm"
    with as_system():
        entry = AuditEntry.objects.filter(action="firm.change_settings").get()
        assert entry.actor_name == admin.name and '"upload_mb": 50' in entry.body.replace('":50', '": 50')


def test_an_empty_setting_is_the_default_again(admin, stored_firm_settings):
    change(admin, session_hours=3)
    change(admin, session_hours=None)
    assert firm_settings.current("SESSION_HOURS") == 10 and source_of("session_hours") == "default"


def test_the_environment_wins_over_what_is_stored(admin, stored_firm_settings, monkeypatch, settings):
    change(admin, upload_mb=50)
    monkeypatch.setenv("DAKEHU_UPLOAD_MB", "80")
    settings.UPLOAD_MB = 80
    assert firm_settings.current("UPLOAD_MB") == 80 and source_of("upload_mb") == "environment"


def test_roles_with_a_second_factor_can_be_added_and_never_taken_from_the_environments(
    admin, stored_firm_settings, settings
):
    settings.SECOND_FACTOR_ROLES = ("compliance",)
    change(admin, second_factor_roles="admin")
    assert firm_settings.current("SECOND_FACTOR_ROLES") == ("compliance", "admin")
    change(admin, second_factor_roles="")
    assert firm_settings.current("SECOND_FACTOR_ROLES") == ("compliance",)


@pytest.mark.parametrize(
    "fields", [{"benchmark": "沪深300"}, {"upload_mb": 0}, {"session_hours": 400}, {"requests_per_minute": 1}]
)
def test_a_value_that_cannot_be_is_refused_and_nothing_changes(admin, stored_firm_settings, fields):
    with pytest.raises(Refused):
        change(admin, **fields)
    with as_system():
        assert not FirmSettings.objects.exists()


def test_nobody_but_admin_changes_the_settings_of_the_firm(lin, zhou, he, an, stored_firm_settings):
    for user in (lin, zhou, he, an):
        with pytest.raises(NotAllowed):
            change(user, upload_mb=1)
