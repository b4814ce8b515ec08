"""On an empty desk each role is shown next steps that the role can do."""

import pytest

from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def test_today_sends_lin_to_the_import_until_there_are_clients(lin):
    page = desk(lin).get("/").content.decode()
    assert "还没有客户" in page and 'href="/import/"' in page and "今天没有待办" not in page
    with acting(lin):
        perform("clients.create", {"code": "C0001", "name": "张伟"})
    page = desk(lin).get("/").content.decode()
    assert "今天没有待办" in page and "还没有客户" not in page


def test_an_is_told_who_brings_clients_and_not_to_import_them(an):
    page = desk(an).get("/").content.decode()
    assert "客户经理或团队负责人导入后显示在这里" in page and "导入现有客户表" not in page
    assert "在“导入”里上传" not in desk(an).get("/market/").content.decode()


@pytest.mark.parametrize(
    ("address", "for_lead", "for_lin"),
    [
        ("/tiers/", "新建一个，会先带上", "团队负责人启用方案后"),
        ("/surveys/", "新建后自带三道标准题", "启用问卷后列在这里"),
        ("/services/", "写下公司提供的每项服务", "公司登记的服务列在这里"),
    ],
)
def test_only_who_may_create_something_is_told_to_create_it(zhou, lin, address, for_lead, for_lin):
    assert for_lead in desk(zhou).get(address).content.decode()
    page = desk(lin).get(address).content.decode()
    assert for_lin in page and for_lead not in page


@pytest.mark.parametrize(
    ("address", "for_lin", "for_he"),
    [
        ("/campaigns/", "点“新建营销活动”", "新建的营销活动列在这里"),
        ("/events/", "点“新建客户活动”", "新建的客户活动列在这里"),
        ("/prospects/", "点“新增线索”", "登记或领取的线索列在这里"),
        ("/tasks/", "新建一项任务，或", "新建的任务列在这里"),
    ],
)
def test_compliance_is_not_told_to_press_what_it_does_not_have(lin, he, address, for_lin, for_he):
    assert for_lin in desk(lin).get(address).content.decode()
    page = desk(he).get(address).content.decode()
    assert for_he in page and for_lin not in page


def test_a_bank_without_papers_says_so_instead_of_showing_an_empty_table(he):
    page = desk(he).get("/learning/questions/").content.decode()
    papers = page.partition('id="papers"')[2].partition("</section>")[0]
    assert "还没有试卷" in papers and "<table" not in papers


def test_the_checklist_sends_admin_only_where_admin_may_go(admin):
    page = desk(admin).get("/").content.decode()
    assert "由团队负责人或客户经理导入" in page and 'href="/import/"' not in page
