"""A broker's statement in the browser: its owner, tried, imported, undone; doubtful rows corrected and released."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.models import QuarantinedRow, TradeBatch
from dakehu.foundation.gates import ask
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system
from tests.interfaces.web.browsers import desk, table

pytestmark = pytest.mark.django_db
HEAD = "成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号,股东代码"
BUY = "20240105,878,云南铜业,买入,10,1000,10000,-10005,5,0,0,1,0100000001"
SELL = "20240108,000878,云南铜业,卖出,11,-1000,11000,10989.5,5,5.5,0,2,0100000001"
WRONG = SELL.replace("10989.5", "10000")
ODD = BUY.replace("买入", "质押登记")


def statement(*rows: str, name: str = "对账单.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEAD, *rows, ""]).encode())


def opened(browser, *rows: str) -> str:
    return browser.post("/import/", {"file": statement(*rows)})["Location"]


def run() -> None:
    with as_system():
        jobs.run_due_jobs()


def text(answer) -> str:
    return answer.content.decode()


def taken(browser, *rows: str, client: str = "C0001") -> str:
    address = opened(browser, *rows)
    browser.post(f"{address}client", {"client": client, "then": "trial"})
    run()
    browser.post(f"{address}apply")
    run()
    return address


def test_a_statement_is_recognised_tried_taken_in_and_taken_back(lin, zhang):
    browser = desk(lin)
    address = opened(browser, BUY, SELL, ODD)
    first = text(browser.get(address))
    assert "认出这是一份对账单，共 3 行" in first and "归属客户" in first and "买卖标志" in first
    browser.post(f"{address}client", {"client": "张三", "then": "trial"})
    assert "正在预览" in text(browser.get(address))
    run()
    tried = text(browser.get(address))
    assert "张三 C0001" in tried and "1 行有疑问" in tried and "质押登记" in tried and "-10,005.00" in tried
    assert not TradeBatch.objects.exists()
    browser.post(f"{address}apply")
    run()
    done = text(browser.get(address))
    assert "已入账 2 行，转待处理 1 行" in done and f"/clients/{zhang.pk}/" in done
    with acting(lin):
        assert ask("ledger.trades", {"client": "C0001"})["count"] == 2
    browser.post(f"{address}undo")
    assert "这次导入已撤销" in text(browser.get(address))
    with as_system():
        assert not TradeBatch.objects.exists() and not QuarantinedRow.objects.exists()


def test_a_file_that_was_taken_in_already_has_nothing_new_and_nothing_new_in_doubt(lin, zhang):
    browser = desk(lin)
    taken(browser, BUY, ODD)
    address = opened(browser, BUY, ODD)
    browser.post(f"{address}client", {"client": "C0001", "then": "trial"})
    run()
    page = text(browser.get(address))
    assert "没有需要导入的新成交" in page and "确认导入" not in page


def test_left_to_the_file_it_is_known_by_its_account_and_else_a_new_client(lin, zhang):
    browser = desk(lin)
    taken(browser, BUY)
    address = opened(browser, BUY, SELL)
    browser.post(f"{address}client", {"client": "", "then": "trial"})
    run()
    tried = text(browser.get(address))
    assert "张三 C0001" in tried and "每一行都核对无误" in tried
    address = opened(browser, BUY.replace("0100000001", "0200000002"))
    browser.post(f"{address}client", {"then": "trial"})
    run()
    assert "新客户，名称取自文件名" in text(browser.get(address))
    browser.post(f"{address}apply")
    run()
    with acting(lin):
        assert Client.objects.get(name="对账单").pk != zhang.pk


def test_a_client_nobody_knows_is_refused_in_words_and_a_file_can_be_read_as_tables_after_all(lin):
    browser = desk(lin)
    address = opened(browser, BUY)
    answer = browser.post(f"{address}client", {"client": "没有这个人", "then": "trial"}, follow=True)
    assert "没有这个人" in text(answer) and "认出这是一份对账单" in text(answer)
    browser.post(f"{address}client", {"then": "tables"})
    assert "工作表内容" in text(browser.get(address))


def test_a_statement_of_somebody_out_of_sight_is_refused_and_says_so_on_the_page(lin, wang, zhang):
    taken(desk(lin), BUY)
    browser = desk(wang)
    address = opened(browser, BUY, SELL)
    browser.post(f"{address}client", {"then": "trial"})
    run()
    assert "不在您的范围内" in text(browser.get(address))


def test_a_table_of_clients_is_still_read_as_one(lin):
    browser = desk(lin)
    address = browser.post("/import/", {"file": table(["客户编号", "客户姓名"], ["C0100", "孙七"])})["Location"]
    assert "工作表内容" in text(browser.get(address))


def test_a_row_in_doubt_is_corrected_released_and_another_dropped(lin, zhang):
    browser = desk(lin)
    taken(browser, BUY, WRONG, ODD)
    assert "2 行成交待处理" in text(browser.get("/import/"))
    listed = text(browser.get(f"/import/quarantine/?client={zhang.pk}"))
    assert "发生金额与成交金额、费用对不上" in listed and "质押登记" in listed
    with as_system():
        wrong, odd = QuarantinedRow.objects.order_by("line").values_list("pk", flat=True)
    form = text(browser.get(f"/import/quarantine/{wrong}/"))
    assert 'name="cell.net"' in form and "发生金额" in form
    refused = browser.post(f"/import/quarantine/{wrong}/", {"cell.price": "12", "then": "release"})
    assert refused.status_code == 422 and "仍不能放行" in text(refused) and 'value="12"' in text(refused)
    browser.post(f"/import/quarantine/{wrong}/", {"cell.net": "10989.5", "cell.price": "11", "then": "save"})
    done = browser.post(f"/import/quarantine/{wrong}/", {"then": "release"}, follow=True)
    assert "已放行，成交已入账" in text(done)
    browser.post(f"/import/quarantine/{odd}/", {"reason": "不是成交", "then": "drop"})
    assert "这里没有对账单的行" in text(browser.get("/import/quarantine/"))
    assert "对账单.csv" in text(browser.get("/import/quarantine/?state=released"))
    assert "更正并放行" not in text(browser.get(f"/import/quarantine/{odd}/"))
    with acting(lin):
        assert ask("ledger.round_trips", {"client": "C0001"})["pnl"] == 984.5


def test_a_word_nobody_knew_is_explained_for_all_its_rows_at_once(lin, zhang):
    browser = desk(lin)
    taken(browser, ODD, ODD.replace("20240105", "20240109"))
    assert "质押登记 × 2" in text(browser.get("/import/quarantine/"))
    done = browser.post("/import/quarantine/terms", {"word": "质押登记", "meaning": "证券买入"}, follow=True)
    assert "已更正 2 行，放行 2 行" in text(done) and "说明业务名称" in text(browser.get("/undo/"))
    assert "没有因" in text(
        browser.post("/import/quarantine/terms", {"word": "质押登记", "meaning": "证券买入"}, follow=True)
    )


def test_rows_in_doubt_are_seen_within_ones_scope_masked_for_analysts_and_settled_by_nobody_else(lin, wang, an, zhang):
    taken(desk(lin), WRONG)
    with as_system():
        pk = QuarantinedRow.objects.get().pk
    assert desk(wang).get(f"/import/quarantine/{pk}/").status_code == 404
    assert "对账单.csv" not in text(desk(wang).get("/import/quarantine/"))
    looked = desk(an)
    page = text(looked.get(f"/import/quarantine/{pk}/"))
    assert (
        "更正并放行" not in page
        and "云南铜业" not in page
        and "云南铜业" not in text(looked.get("/import/quarantine/"))
    )
    assert looked.post(f"/import/quarantine/{pk}/", {"cell.net": "1", "then": "release"}).status_code == 403
