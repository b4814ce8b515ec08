"""The forms of a client request relevant and applicable fields; values are changed in place, and none is lost."""

import json
import re

import pytest

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from dakehu.interfaces.api.openapi import openapi
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(lin):
    with acting(lin):
        return perform("clients.create", {"name": "北斗实业", "code": "C0009", "kind": "机构"})


def names_of(page):
    return re.findall(r'id="([a-z_]+)-act"', page)


def basic(user, client):
    return desk(user).get(f"/clients/{client.pk}/?tab=basic").content.decode()


def test_a_new_client_is_asked_for_kind_name_phone_and_segment_first_and_the_rest_stands_behind_more(lin):
    page = desk(lin).get("/actions/clients.create").content.decode()
    first, more = page.split('class="form__more"')
    assert names_of(first) == ["kind", "name", "phone", "segment"]
    assert {"code", "birth_on", "controller", "remark"} <= set(names_of(more))


def test_who_may_assign_is_asked_for_the_owner_and_the_client_is_theirs(lin, zhou, wang):
    page = desk(zhou).get("/actions/clients.create").content.decode()
    assert names_of(page.split('class="form__more"')[0]) == ["kind", "name", "phone", "segment", "staff"]
    with acting(zhou):
        client = perform("clients.create", {"name": "赵六", "staff": lin.pk})
        assert [row.user_id for row in client.coverage.all()] == [lin.pk]
        with pytest.raises(Refused) as refused:
            perform("clients.create", {"name": "赵七", "staff": wang.pk})
    assert set(refused.value.as_plain()) == {"user"}
    with acting(lin), pytest.raises(Refused) as refused:
        perform("clients.create", {"name": "赵八", "staff": zhou.pk})
    assert set(refused.value.as_plain()) == {"staff"}


def test_what_cannot_apply_is_hidden_in_the_form_and_not_on_the_page(lin, zhang, firm):
    form = desk(lin).get(f"/clients/{firm.pk}/actions/clients.change").content.decode()
    assert re.search(
        r'data-applies="person" data-applies-by="kind" hidden="">\s*<label class="field__label" for="gender-act"', form
    )
    assert not re.search(r'hidden="">\s*<label class="field__label" for="controller-act"', form)
    page = basic(lin, firm)
    assert "法定代表人" in page and "性别" not in page and "学历" not in page
    assert "法定代表人" not in basic(lin, zhang) and "学历" in basic(lin, zhang)


def test_a_value_that_does_not_apply_is_still_shown_and_can_be_emptied(lin, firm):
    with acting(lin):
        perform("clients.change", {"client": firm.pk, "education": "本科"})
    assert "学历" in basic(lin, firm)
    form = desk(lin).get(f"/clients/{firm.pk}/actions/clients.change").content.decode()
    assert not re.search(r'hidden="">\s*<label class="field__label" for="education-act"', form)


def test_the_age_stands_once_on_the_page(lin, zhang):
    for values in ({"stated_age": 35}, {"birth_on": "1990-01-01"}):
        with acting(lin):
            perform("clients.change", {"client": zhang.pk, **values})
        assert basic(lin, zhang).count("<dt>年龄</dt>") == 1


def test_the_api_says_for_whom_a_field_is_meant(lin):
    described = json.dumps(openapi(), ensure_ascii=False)
    assert '"x-applies-to": ["person"]' in described and "仅适用于：机构、产品" in described


def test_a_value_is_changed_where_it_stands_by_the_same_action_and_question(lin, zhang):
    browser = desk(lin)
    question = browser.get(f"/clients/{zhang.pk}/fields/occupation").content.decode()
    assert 'name="occupation"' in question and "data-in-place" in question
    saved = browser.post(f"/clients/{zhang.pk}/fields/occupation", {"occupation": "教师", "base": '""', "version": 1})
    assert "教师" in saved.content.decode() and json.loads(saved["HX-Trigger"]) == {"saved": {"field": "occupation"}}
    with acting(lin):
        zhang.refresh_from_db()
    assert zhang.occupation == "教师"


def test_a_value_that_cannot_be_is_refused_where_it_stands(lin, zhang):
    answer = desk(lin).post(f"/clients/{zhang.pk}/fields/birth_on", {"birth_on": "昨天吧", "base": '""', "version": 1})
    assert answer.status_code == 422 and "昨天吧" in answer.content.decode()
    assert answer["HX-Retarget"] == '[data-in-place="birth_on"]'


def test_two_who_change_one_value_are_told_and_saving_again_decides(lin, zhou, zhang):
    with acting(zhou):
        perform("clients.change", {"client": zhang.pk, "occupation": "医生"})
    browser = desk(lin)
    answer = browser.post(f"/clients/{zhang.pk}/fields/occupation", {"occupation": "教师", "base": '""', "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409 and "医生" in page and 'value="教师"' in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    again = {"occupation": "教师", "base": '"医生"', "version": version}
    assert browser.post(f"/clients/{zhang.pk}/fields/occupation", again).status_code == 200


def test_who_may_not_change_a_client_is_offered_no_value_to_change(an, wang, zhang):
    assert "data-edits" not in basic(an, zhang)
    assert desk(an).get(f"/clients/{zhang.pk}/fields/occupation").status_code == 403
    assert desk(wang).get(f"/clients/{zhang.pk}/fields/occupation").status_code == 404
