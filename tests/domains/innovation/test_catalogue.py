"""The service catalogue: every change is a version of its own, old ones stay readable, differences are shown."""

from datetime import timedelta

import pytest

from dakehu.domains.innovation.models import ServiceVersion
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = pytest.mark.django_db


def day(ahead):
    return (clock.today() + timedelta(days=ahead)).isoformat()


@pytest.fixture
def service(zhou):
    with acting(zhou):
        return perform(
            "innovation.add_service",
            {
                "code": "S-01",
                "name": "测评到期提醒",
                "description": "到期前一周发短信。",
                "tiers": "白金，T4",
                "promised": "3",
                "promised_unit": "工作日",
                "cost": "0.10",
                "valid_from": day(-100),
            },
        )


def change(user, row, **more):
    with acting(user):
        return perform("innovation.change_service", {"service_version": row.pk, "version": row.row_version, **more})


@pytest.mark.postgres
def test_a_change_is_a_new_version_and_the_old_one_stays_readable(zhou, lin, service):
    second = change(zhou, service, description="到期前一个月打电话。", valid_from=day(0), note="试点有效")
    with acting(lin):
        (now,) = ask("innovation.service_catalogue", {})["rows"]
        (before,) = ask("innovation.service_catalogue", {"day": day(-1)})["rows"]
        page = ask("innovation.service_page", {"catalogue_service": service.service_id})
    assert (second.number, now["description"], before["description"]) == (
        2,
        "到期前一个月打电话。",
        "到期前一周发短信。",
    )
    assert (now["tiers"], now["promise"], before["coming_on"]) == ("T3 白金、T4 高净值", "3 工作日", day(0))
    newest, oldest = page["versions"]
    assert [one["standing"] for one in (newest, oldest)] == ["current", "past"]
    (line,) = newest["changes"]
    assert (line["label"], line["before"]) == ("服务内容", "到期前一周发短信。")
    assert {"kind": "added", "text": "个月打电话"} in line["segments"]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("valid_from", {"name": "别名", "valid_from": -1, "note": "更快"}),
        ("note", {"name": "别名", "valid_from": 1, "note": " "}),
        ("", {"valid_from": 1, "note": "没改"}),
        ("tiers", {"tiers": "T9", "valid_from": 1, "note": "更多级别"}),
        ("name", {"name": "", "valid_from": 1, "note": "没有名称"}),
    ],
)
def test_a_version_begins_neither_in_the_past_nor_without_a_reason_nor_unchanged(zhou, service, field, more):
    with pytest.raises(Refused) as refusal:
        change(zhou, service, **{**more, "valid_from": day(more["valid_from"])})
    assert set(refusal.value.messages) == {field}


def test_only_the_last_version_is_changed_and_only_one_to_come_removed(zhou, service):
    coming = change(zhou, service, name="测评提醒", valid_from=day(10), note="改名")
    with pytest.raises(Refused):
        change(zhou, service, name="又一个", valid_from=day(20), note="改名")
    with acting(zhou):
        with pytest.raises(Refused):
            perform("innovation.remove_service_version", {"service_version": service.pk})
        perform("innovation.remove_service_version", {"service_version": coming.pk})
        assert ServiceVersion.objects.count() == 1


def test_a_service_that_ended_is_listed_with_its_reason_and_not_changed(zhou, service):
    asked = {"catalogue_service": service.service_id}
    with acting(zhou):
        perform("innovation.end_service", {**asked, "ends_on": day(0), "reason": "并入年度回访"})
        found = ask("innovation.service_catalogue", {})
        assert found["rows"] == [] and found["ended"][0]["end_reason"] == "并入年度回访"
        assert len(ask("innovation.service_catalogue", {"day": day(-1)})["rows"]) == 1
    with pytest.raises(Refused):
        change(zhou, service, name="又一个", valid_from=day(1), note="改名")
    with acting(zhou):
        perform("innovation.resume_service", asked)
    change(zhou, service, name="又一个", valid_from=day(1), note="改名")


def test_everybody_reads_the_catalogue_and_few_write_it(lin, an, service):
    with acting(an):
        assert ask("innovation.service_catalogue", {})["rows"]
    with pytest.raises(NotAllowed):
        change(lin, service, name="别名", valid_from=day(1), note="改名")
