"""Duplicates, merging, groups and undo in the browser."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.foundation.gates import perform
from tests.architecture.pages import browser_of
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(lin, zhang):
    with acting(lin):
        return zhang, perform("clients.create", {"name": "張三", "code": "C0009", "segment": "高净值", "anyway": True})


def text(response) -> str:
    return response.content.decode()


def test_somebody_alike_is_told_while_typing_and_the_form_asks_whether_to_add_anyway(lin, zhang):
    browser = browser_of(lin)
    assert "C0001" in text(browser.post("/clients/duplicates/hint", {"name": "張三"}))
    assert text(browser.post("/clients/duplicates/hint", {"name": "", "birth_on": "19"})).strip() == ""
    assert "仍要新建" not in text(browser.get("/actions/clients.create"))
    refused = browser.post("/actions/clients.create", {"name": "張三"})
    assert refused.status_code == 422 and "仍要新建" in text(refused) and "C0001" in text(refused)
    made = browser.post("/actions/clients.create", {"name": "張三", "shown": "anyway", "anyway": "on"})
    assert made.status_code == 302


def test_two_records_are_found_compared_merged_and_taken_apart_by_pressing(lin, twice):
    one, two = twice
    browser = browser_of(lin)
    listed = text(browser.get("/clients/duplicates"))
    assert "C0001" in listed and "C0009" in listed and "姓名相同" in listed
    page = text(browser.get(f"/clients/{one.pk}/merge/{two.pk}"))
    assert "張三" in page and 'name="take.name"' in page and "服务关系" in page
    done = browser.post(
        f"/clients/{one.pk}/merge/{two.pk}", {"take.name": "other", "version": one.row_version}, follow=True
    )
    assert "已合并" in text(done)
    assert text(browser.get(f"/clients/{two.pk}/")).count("C0001")  # the old address shows the remaining client
    undo = text(browser.get("/undo/"))
    assert "合并客户" in undo and '<td data-label="对象">' in undo and "C0009" in undo
    number = undo.split('action="/undo/')[1].split('"')[0]
    assert "已撤销" in text(browser.post(f"/undo/{number}", follow=True))
    with as_system():
        assert set(Client.objects.values_list("name", flat=True)) == {"张三", "張三"}


def test_a_merge_over_a_change_by_somebody_else_is_asked_about_again(lin, twice):
    one, two = twice
    answer = browser_of(lin).post(f"/clients/{one.pk}/merge/{two.pk}", {"version": one.row_version + 3})
    assert answer.status_code == 412


def test_a_pair_told_apart_leaves_the_list(lin, twice):
    one, two = twice
    browser = browser_of(lin)
    assert "没有疑似重复" in text(browser.post(f"/clients/{one.pk}/not-duplicate/{two.pk}", follow=True))


def test_the_other_record_is_named_by_its_code(lin, twice):
    one, two = twice
    browser = browser_of(lin)
    assert (
        browser.get(f"/clients/{one.pk}/merge?other=C0009").headers["Location"] == f"/clients/{one.pk}/merge/{two.pk}"
    )
    assert "C9999" in text(browser.get(f"/clients/{one.pk}/merge?other=C9999"))


def test_an_undo_in_the_way_of_later_work_says_so_on_the_page(lin, zhang):
    with acting(lin):
        batch = perform("clients.change_many", {"clients": ["C0001"], "segment": "高净值"})["batch"]
        perform("clients.change", {"client": "C0001", "segment": "普通"})
    answer = browser_of(lin).post(f"/undo/{batch}")
    assert answer.status_code == 422 and "没有撤销" in text(answer) and "C0001" in text(answer)


def test_a_household_is_drawn_as_a_tree_of_links_on_the_client_page(lin, zhang):
    with acting(lin):
        perform("clients.create", {"name": "李梅", "code": "007", "gender": "女"})
        perform("service.log_interaction", {"client": "007", "held_at": "2025-03-01 10:00", "summary": "开户"})
        perform("service.open_request", {"client": "007", "kind": "咨询", "subject": "费率"})
    browser = browser_of(lin)
    assert "还没有家庭或群组" in text(browser.get(f"/clients/{zhang.pk}/?tab=relations"))
    browser.post(f"/clients/{zhang.pk}/actions/clients.create_group", {"kind": "household", "name": "张家"})
    form = text(browser.get(f"/clients/{zhang.pk}/actions/clients.add_member?group=1"))
    assert 'name="group" value="1"' in form
    with as_system():
        from dakehu.domains.clients.models import Group

        group = Group.objects.get().pk
    browser.post(
        f"/clients/{zhang.pk}/actions/clients.add_member", {"group": group, "member": "007", "relation": "spouse"}
    )
    page = text(browser.get(f"/clients/{zhang.pk}/?tab=relations"))
    assert "费率" in page and "李梅" in page and "配偶" in page and 'class="group-tree__children"' in page
