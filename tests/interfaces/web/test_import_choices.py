"""The columns page: units, orders of days, kinds and headings are shown, corrected and remembered."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dakehu.domains.clients.models import Client
from dakehu.foundation.jobs import queue as jobs
from tests.cast import as_system
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def uploaded(browser, text: str, name: str = "表.csv") -> str:
    return browser.post("/import/", {"file": SimpleUploadedFile(name, text.encode())})["Location"]


def run() -> None:
    with as_system():
        jobs.run_due_jobs()


def text(answer) -> str:
    return answer.content.decode()


def taken(browser, address: str, **form: str) -> None:
    browser.post(f"{address}columns", {"then": "trial", **form})
    run()
    browser.post(f"{address}apply")
    run()


def assets() -> list[Decimal | None]:
    with as_system():
        return list(Client.objects.order_by("pk").values_list("assets", flat=True))


def test_the_unit_of_a_heading_is_shown_and_can_be_corrected(lin):
    browser = desk(lin)
    address = uploaded(browser, "客户姓名,手机号码,资产规模（万元）\n钱一,13800138001,500\n")
    page = text(browser.get(address))
    assert '<option value="万元" selected>' in page and "表头写明" in page
    taken(browser, address, **{"t0.u2": "亿元"})
    assert assets() == [Decimal(50_000_000_000)]
    again = uploaded(browser, "客户姓名,手机号码,资产规模（万元）\n钱二,13800138002,1\n")
    assert '<option value="亿元" selected>' in text(browser.get(again)), "what was corrected is remembered"


def test_a_unit_that_nobody_knows_is_asked_for(lin):
    browser = desk(lin)
    address = uploaded(browser, "客户姓名,手机号码,资产规模（盎司）\n钱一,13800138001,500\n")
    assert "盎司" in text(browser.get(address)) and "看不懂，请选择" in text(browser.get(address))
    browser.post(f"{address}columns", {"then": "trial"})
    run()
    assert "盎司" in text(browser.get(address)) and assets() == []
    taken(browser, address, **{"t0.u2": "元"})
    assert assets() == [Decimal(500)]


def test_foreign_money_comes_in_at_the_rate_of_the_form_and_not_without(lin):
    browser = desk(lin)
    address = uploaded(browser, "客户姓名,手机号码,资产规模\n钱一,13800138001,US$1000\n")
    browser.post(f"{address}columns", {"then": "trial"})
    run()
    assert "不是人民币" in text(browser.get(address))
    taken(browser, address, rates="USD=7.1")
    assert assets() == [Decimal(7100)]


def test_the_order_of_days_is_asked_once_for_a_column(lin):
    browser = desk(lin)
    address = uploaded(browser, "客户姓名,手机号码,出生日期\n钱一,13800138001,03/07/1990\n")
    assert "请选择日月顺序" in text(browser.get(address))
    taken(browser, address, **{"t0.o2": "dmy"})
    with as_system():
        assert str(Client.objects.get().birth_on) == "1990-07-03"


def test_a_first_line_of_data_is_asked_about(lin):
    browser = desk(lin)
    address = uploaded(browser, "钱一,13800138001,100万\n钱二,13800138002,200万\n")
    assert "看来是数据，不是表头" in text(browser.get(address))
    browser.post(f"{address}columns", {"then": "trial"})
    run()
    assert "表头" in text(browser.get(address)) and assets() == []
    taken(browser, address, **{"t0.header": "0", "t0.c0": "name", "t0.c1": "phone", "t0.c2": "assets"})
    assert assets() == [Decimal(1_000_000), Decimal(2_000_000)]


def test_a_table_can_be_called_a_statement_and_its_columns_named(lin):
    browser = desk(lin)
    address = uploaded(browser, "d,c,n,k,q,p,a\n20240105,600519,贵州茅台,买,100,1700,170000\n")
    browser.post(f"{address}columns", {"then": "columns", "t0.part": "statement"})
    page = text(browser.get(f"{address}?step=columns"))
    assert "对账单、成交流水" in page and ">买卖标志<" in page
    fields = {"t0.c0": "day", "t0.c1": "code", "t0.c2": "name", "t0.c3": "flag", "t0.c4": "quantity", "t0.c5": "price"}
    browser.post(f"{address}columns", {"then": "trial", **fields, "t0.c6": "amount"})
    assert "认出这是一份对账单，共 1 行" in text(browser.get(address))
    browser.post(f"{address}client", {"client": "", "then": "trial"})
    run()
    assert "贵州茅台" in text(browser.get(address))


def test_a_known_statement_can_be_read_column_by_column(lin):
    browser = desk(lin)
    head = "成交日期,证券代码,证券名称,业务名称,成交数量,成交价格,成交金额,发生金额"
    address = uploaded(browser, f"{head}\n20240105,600519,贵州茅台,证券买入,100,1700,170000,-170000\n")
    assert "逐列指定" in text(browser.get(address))
    browser.post(f"{address}client", {"then": "columns"})
    page = text(browser.get(address))
    assert "对账单、成交流水" in page and "成交价格" in page


def test_what_is_not_read_stands_on_the_trial_page(lin):
    browser = desk(lin)
    address = uploaded(browser, "客户姓名,手机号码\n钱一,13800138001\n审核：李四,\n")
    browser.post(f"{address}columns", {"then": "trial"})
    run()
    page = text(browser.get(address))
    assert "没有读取的内容" in page and "A3" in page and "备注或签字" in page


def test_a_statement_of_a_bank_is_said_to_be_one(lin):
    browser = desk(lin)
    address = uploaded(browser, "交易日期,摘要,收入,支出,余额,对方户名\n2024-01-05,转账,100,,100,钱一\n")
    assert "银行账户流水" in text(browser.get(address))
