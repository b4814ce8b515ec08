"""A file of a daily feed in the browser: recognised, dated, tried, imported and undone; the System page shows what arrived."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dakehu.domains.ledger.models import FeedFile
from dakehu.exchange.workbook import reading
from dakehu.foundation.jobs import queue as jobs
from tests.cast import as_system
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db
GOOD = "客户号,资金余额,证券市值,总资产\nC0001,100,200,300\n"


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    settings.DAKEHU_HOME = tmp_path / "home"
    settings.DAKEHU_HOME.mkdir()


def upload(browser, content, name="资产_20261120.csv", **how):
    return browser.post("/import/", {"file": SimpleUploadedFile(name, content.encode()), **how})["Location"]


def run() -> None:
    with as_system():
        jobs.run_due_jobs()


def text(answer) -> str:
    return answer.content.decode()


def test_a_feed_is_tried_taken_in_and_taken_back(admin, zhang):
    browser = desk(admin)
    address = upload(browser, GOOD)
    page = text(browser.get(address))
    assert "认出这是每日数据“日终资产”，共 1 行" in page and "2026-11-20" in page
    browser.post(f"{address}day", {"day": "2026-11-20"})
    run()
    page = text(browser.get(address))
    assert "预览完成，没有错误" in page and "2026-11-20" in page
    assert not FeedFile.objects.exists()
    browser.post(f"{address}apply")
    run()
    assert "已导入“日终资产”：1 天，共 1 行" in text(browser.get(address))
    assert "柜台日终资产" in text(desk(zhang_manager(zhang)).get(f"/clients/{zhang.pk}/"))
    browser.post(f"{address}undo")
    assert "这次导入已撤销" in text(browser.get(address))
    assert not FeedFile.objects.exists()


def zhang_manager(zhang):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username="lin")


def test_a_file_without_a_day_asks_for_it(admin, zhang):
    browser = desk(admin)
    address = upload(browser, GOOD, "资产.csv")
    assert "文件名里也没有日期，请选择" in text(browser.get(address))
    browser.post(f"{address}day", {"day": ""})
    run()
    assert "请选择业务日期" in text(browser.get(f"{address}?step=columns"))


def test_a_fault_is_shown_with_place_and_remedy_and_nothing_is_written(admin, zhang):
    browser = desk(admin)
    address = upload(browser, GOOD + "C9999,1,2,3\n")
    browser.post(f"{address}day", {"day": "2026-11-20"})
    run()
    page = text(browser.get(address))
    assert "有 1 行需要改正" in page and "A3" in page and "系统里没有这个客户号" in page
    browser.post(f"{address}apply", {"skip_errors": "true"})
    run()
    assert "已导入“日终资产”" in text(browser.get(address))


def test_columns_named_by_hand_make_a_feed_of_any_table(admin, zhang):
    browser = desk(admin)
    address = upload(browser, GOOD)
    browser.post(f"{address}client", {"then": "columns"})
    assert "每日数据：日终资产" in text(browser.get(address))


def test_whoever_may_not_import_feeds_is_told_so(lin, zhang):
    answer = desk(lin).post("/import/", {"file": SimpleUploadedFile("资产_20261120.csv", GOOD.encode())})
    assert answer.status_code in (302, 403)


def test_the_system_page_says_what_came_and_offers_template_and_import(admin, zhang):
    browser = desk(admin)
    page = text(browser.get("/system/"))
    assert "每日数据" in page and "还没有收到过" in page and "/import/?feed=balances" in page
    assert "监管与异常交易提示" not in page
    book = reading.open_book(browser.get("/import/feeds/balances.xlsx").content, filename="t.xlsx")
    assert book.sheets[0].frame.row(0)[1].startswith("客户号 Client code")
    assert "导入每日数据“日终资产”" in text(browser.get("/import/?feed=balances"))


def test_compliance_sees_the_feed_of_notices(he):
    page = text(desk(he).get("/system/"))
    assert "监管与异常交易提示" in page
