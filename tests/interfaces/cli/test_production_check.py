"""`dakehu check --production` fails on everything that real use forbids, one finding each."""

from pathlib import Path

import pytest

from dakehu.foundation.actions.registry import act
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.project import production
from tests.cast import as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def sound(settings, tmp_path):
    """A desk in real use: nothing to be said against it."""
    settings.DEBUG, settings.HTTPS, settings.ALLOWED_HOSTS = False, True, ["desk.example.com"]
    settings.SECRET_KEY = "q8ZtLr2VnK5xWc7YbMd4HsPg9JfTa3Ru6Ee1"
    settings.DATABASES["default"]["PASSWORD"] = "q8ZtLr2VnK5xWc7Y"
    settings.DAKEHU_HOME = tmp_path
    (tmp_path / "keys").mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    with as_system(), act("desk.backup"):
        add_audit_note(file="b.dkb")
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
