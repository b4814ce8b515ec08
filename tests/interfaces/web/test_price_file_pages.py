"""A price file in the browser: recognised, tried, imported and undone; faults and unknown codes shown."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dakehu.domains.ledger.models import PriceFile
from dakehu.foundation.jobs import queue as jobs
from tests.cast import as_system
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db
HEAD = "日期,证券代码,名称,收盘价,产品类别"
GOOD = ("2024-01-05,000300.SH,沪深300,3329.11,指数", "2024-01-08,000300.SH,沪深300,3286.07,指数")


def tried(browser, *rows: str) -> str:
    file = SimpleUploadedFile("行情.csv", "\n".join([HEAD, *rows, ""]).encode())
    address = browser.post("/import/", {"file": file})["Location"]
    browser.post(f"{address}dry-run")
    run()
    return address


def run() -> None:
    with as_system():
        jobs.run_due_jobs()


def text(answer) -> str:
    return answer.content.decode()


def test_prices_are_tried_taken_in_and_taken_back(lin):
    browser = desk(lin)
    file = SimpleUploadedFile("行情.csv", "\n".join([HEAD, *GOOD, ""]).encode())
    address = browser.post("/import/", {"file": file})["Location"]
    assert "认出这是行情文件，共 2 个价格" in text(browser.get(address))
    browser.post(f"{address}dry-run")
    run()
    page = text(browser.get(address))
    assert "预览完成，没有错误" in page and "2024-01-05 – 2024-01-08" in page and "000300.SH" in page
    assert not PriceFile.objects.exists()
    browser.post(f"{address}apply")
    run()
    assert "已导入：新增 2 个价格" in text(browser.get(address))
    browser.post(f"{address}undo")
    assert "这次导入已撤销" in text(browser.get(address))
    with as_system():
        assert not PriceFile.objects.exists()


def test_a_price_that_is_none_is_told_with_its_place_and_the_others_can_go_ahead(lin):
    browser = desk(lin)
    address = tried(browser, *GOOD, "2024-01-09,000300.SH,沪深300,停牌,指数", "2024-01-09,600999,某股,12.5,")
    page = text(browser.get(address))
    assert "有 1 处需要改正" in page and "D4" in page and "不是大于零的数" in page and "1 个代码，已跳过" in page
    browser.post(f"{address}apply", {"skip_errors": "true"})
    run()
    assert "已导入：新增 2 个价格" in text(browser.get(address))


def test_a_file_that_only_looks_like_prices_is_read_as_tables_after_all(lin):
    browser = desk(lin)
    address = tried(browser, *GOOD)
    browser.post(f"{address}client", {"then": "tables"})
    assert "工作表内容" in text(browser.get(address))
