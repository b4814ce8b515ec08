"""The pages of the firm's own questionnaire."""

import pytest
from freezegun import freeze_time

from dakehu.domains.advice.models import QuestionnaireVersion
from tests.cast import as_system
from tests.domains.advice.test_questionnaire_versions import NOON, draft
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


@freeze_time(NOON)
def test_the_pages_show_and_edit_a_version(an, lin):
    pk = draft(an)
    page = desk(an)
    assert "2026-12" in page.get("/suitability/questionnaire/").content.decode()
    form = {
        "code": "holding",
        "group": "goal",
        "kind": "single",
        "zh": "持有多久？",
        "en": "How long?",
        "option_minimum": "0",
    }
    columns = {"code": ["s", "l", ""], "zh": ["短", "长", ""], "en": ["Short", "Long", ""], "points": ["0", "6", ""]}
    form |= {f"option_{name}": values for name, values in columns.items()}
    answer = page.post(f"/suitability/questionnaire/{pk}/item", form)
    assert answer.status_code == 302
    assert "新增题目：持有多久？" in page.get(f"/suitability/questionnaire/{pk}/").content.decode()
    with as_system():
        (item,) = [one for one in QuestionnaireVersion.objects.get(pk=pk).content["items"] if one["code"] == "holding"]
    assert item["options"][0]["minimum"] and item["options"][1]["points"] == 6
    page.post(f"/suitability/questionnaire/{pk}/item", {**form, "option_points": ["0", "ten", ""]})
    assert "分值应为" in page.get(f"/suitability/questionnaire/{pk}/").content.decode()
    page = desk(lin)
    assert "保存题目" not in page.get(f"/suitability/questionnaire/{pk}/").content.decode()
