"""`dakehu check --production` fails on everything that real use forbids, one finding each."""

import ipaddress
from pathlib import Path

import pytest

from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import model_of
from dakehu.project import production
from tests.cast import as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def sound(settings, tmp_path):
    """A desk fit for production: the check finds no fault."""
    settings.DEBUG, settings.HTTPS, settings.ALLOWED_HOSTS = False, True, ["desk.example.com"]
    settings.SECRET_KEY = "q8ZtLr2VnK5xWc7YbMd4HsPg9JfTa3Ru6Ee1"
    settings.DATABASES["default"]["PASSWORD"] = "q8ZtLr2VnK5xWc7Y"
    settings.DAKEHU_HOME = tmp_path
    settings.REQUESTS_PER_MINUTE, settings.SEAL_MAIL = 1200, "seal@example.com"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31536000
    (tmp_path / "keys").mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    with as_system(), act("desk.backup"):
        add_audit_note(file="b.dkb", encrypted=True)
    return settings


@pytest.fixture(autouse=True)
def databases_as_they_were(settings):
    password = settings.DATABASES["default"].get("PASSWORD")
    yield
    settings.DATABASES["default"]["PASSWORD"] = password


def found():
    return {fault.id for fault in production.find_faults()}


def test_a_sound_desk_passes(sound):
    assert found() == set()


@pytest.mark.parametrize(
    "setting, value, expected",
    [
        ("DEBUG", True, "dakehu.P001"),
        ("ALLOWED_HOSTS", ["*"], "dakehu.P002"),
        ("ALLOWED_HOSTS", [".example.com"], "dakehu.P002"),
        ("SECRET_KEY", "x", "dakehu.P003"),
        ("SECRET_KEY", "a" * 60, "dakehu.P003"),
        ("HTTPS", False, "dakehu.P005"),
        ("CSRF_COOKIE_SECURE", False, "dakehu.P008"),
        ("SECURE_HSTS_SECONDS", 60, "dakehu.P008"),
        ("TRUSTED_PROXIES", (ipaddress.ip_network("0.0.0.0/0"),), "dakehu.P009"),
        ("SEAL_MAIL", "", "dakehu.P014"),
        ("OIDC_URL", "http://sign-in.example.com", "dakehu.P016"),
        ("WEBHOOK_NETWORKS", (ipaddress.ip_network("169.254.0.0/16"),), "dakehu.P016"),
        ("REQUESTS_PER_MINUTE", 0, "dakehu.P017"),
        ("SESSION_COOKIE_AGE", 7 * 24 * 3600, "dakehu.P017"),
    ],
)
def test_each_unsafe_setting_fails(sound, setting, value, expected):
    setattr(sound, setting, value)
    assert found() == {expected}


def test_open_modes_fail(sound):
    Path(sound.DAKEHU_HOME).chmod(0o755)
    assert found() == {"dakehu.P004"}


def test_a_missing_backup_fails(settings, tmp_path):
    assert "dakehu.P006" in found()


def test_an_administrator_without_a_second_factor_fails(sound, admin):
    assert found() == {"dakehu.P007"}
    sound.SECOND_FACTOR_ROLES = ("admin",)
    assert found() == set()


def test_a_demonstration_fails(sound):
    (Path(sound.DAKEHU_HOME) / "sign-ins.txt").touch(mode=0o600)
    assert found() == {"dakehu.P010"}


def test_an_unencrypted_backup_fails_until_the_next_is_encrypted(sound):
    for encrypted, expected in ((False, {"dakehu.P011"}), (True, set())):
        with as_system(), act("desk.backup"):
            add_audit_note(file="b.dkb", encrypted=encrypted)
        assert found() == expected


@pytest.mark.parametrize("name", ["BACKUP_PASSWORD_FILE", "SEAL_FOLDER"])
def test_what_must_lie_elsewhere_fails_in_the_data_directory(sound, name):
    setattr(sound, name, str(Path(sound.DAKEHU_HOME) / "files" / "x"))
    assert "dakehu.P012" in found()


def test_keys_on_the_disk_of_the_database_fail(sound, monkeypatch, on_postgres):
    monkeypatch.setitem(sound.DATABASES["default"], "NAME", str(Path(sound.DAKEHU_HOME) / "dakehu.sqlite3"))
    assert found() == (set() if on_postgres else {"dakehu.P012"})


def test_mail_without_encryption_fails_but_not_to_this_machine(sound):
    with as_system(), act("test.mail"):
        row = model_of("service.MessageSettings")(mail_on=True, mail_host="mail.example.com", mail_security="none")
        row.save()
    assert found() == {"dakehu.P013"}
    with as_system(), act("test.mail"):
        row.mail_host = "localhost"
        row.save()
    assert found() == set()


def test_each_fault_says_what_to_do_in_both_languages(settings, tmp_path):
    settings.DEBUG, settings.SEAL_MAIL = True, ""
    for code in ("zh", "en"):
        with in_language(code):
            for fault in production.find_faults():
                assert str(fault.msg) and str(fault.hint)
