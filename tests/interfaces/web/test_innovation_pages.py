"""Pages of ideas, trials and the service catalogue: each opens for its readers, and shows no counts to others."""

import pytest

from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.domains.innovation.test_ideas import do, file_idea
from tests.domains.innovation.test_trials import add_clients, add_trial, run
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def test_ideas_are_listed_supported_and_opened(lin, wang, zhou):
    idea = file_idea(lin)
    do(wang, "support_idea", idea)
    page = desk(wang).get("/ideas/?topic=account").content.decode()
    assert "测评到期提前提醒" in page and "1 人支持" in page and "已支持" in page and "同事最需要什么" in page
    mine = desk(lin).get(f"/ideas/{idea.pk}/").content.decode()
    assert "提前一个月打电话" in mine and "innovation.change_idea" in mine and "innovation.sponsor_idea" not in mine
    assert "innovation.sponsor_idea" in desk(zhou).get(f"/ideas/{idea.pk}/").content.decode()
    form = desk(lin).get("/actions/innovation.file_idea", headers={"HX-Request": "true"}).content.decode()
    assert 'name="problem"' in form and 'name="beneficiaries"' in form


def test_a_trial_shows_its_power_before_and_to_others_their_clients_only(lin, zhou, wang, he, an):
    add_clients(lin, 6)
    draft = add_trial(zhou)
    page = desk(zhou).get(f"/trials/{draft.pk}/").content.decode()
    assert "事先：这两组能看出什么" in page and "人数不足" in page and "客户可抽取" not in page
    assert desk(zhou).post(f"/trials/{draft.pk}/segment", {"view": "all"}).status_code == 302
    assert desk(zhou).post(f"/trials/{draft.pk}/segment", {"view": "none"}).status_code == 404
    trial = run(zhou, he, why_small="先看做法是否可行")
    whole = desk(he).get(f"/trials/{trial.pk}/").content.decode()
    assert "以后才能看结果" in whole and "innovation.abort_trial" in whole and "开始以来的投诉" in whole
    own = desk(lin).get(f"/trials/{trial.pk}/").content.decode()
    assert "试点组 3 位，对照组 3 位" in own and "事先" not in own and "以后才能看结果" not in own
    with acting(lin):
        outside = perform("clients.create", {"name": "局外人", "code": "X1"})
    assert 'id="innovation-trial_card"' not in desk(lin).get(f"/clients/{outside.pk}/").content.decode()
    assert desk(wang).get(f"/trials/{trial.pk}/").status_code == 404
    assert desk(an).get("/trials/?state=running").status_code == 200
    form = desk(zhou).get(f"/actions/innovation.add_trial?idea={1}", headers={"HX-Request": "true"}).content.decode()
    assert 'name="hypothesis"' in form and 'name="measure"' in form


def test_the_catalogue_shows_a_day_and_what_each_version_changed(zhou, lin):
    with acting(zhou):
        values = {"code": "S-01", "name": "提醒", "description": "发短信", "valid_from": "2026-01-01"}
        service = perform("innovation.add_service", values)
        change = {"service_version": service.pk, "description": "打电话", "valid_from": "2030-01-01", "note": "更有效"}
        perform("innovation.change_service", change)
    reader = desk(lin)
    page = reader.get("/services/").content.decode()
    assert "提醒" in page and "2030-01-01 起有新版" in page and "innovation.add_service" not in page
    assert "没有服务项目" in reader.get("/services/?day=2025-12-31").content.decode()
    assert f'href="/services/{service.service_id}/"' in page
    one = reader.get(f"/services/{service.service_id}/").content.decode()
    assert "<ins>打电话</ins>" in one and "未生效" in one
    form = f"/actions/innovation.change_service?service_version={service.pk}&valid_from=2030-02-01&note="
    asked = desk(zhou).get(form, headers={"HX-Request": "true"}).content.decode()
    assert "发短信" in asked and "2030-02-01" in asked
