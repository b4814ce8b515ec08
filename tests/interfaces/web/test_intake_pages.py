"""The import wizard: from the file to the result, one page, nothing written before it is confirmed."""

import io
import re

import pytest
from openpyxl import load_workbook

from dakehu.domains.clients import queries as clients
from dakehu.exchange.exports import service as exports
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting
from tests.interfaces.web.browsers import desk, table

HEAD = ["客户编号", "客户姓名", "手机号码", "资产规模", "内部码"]
GOOD = ["C0100", "孙七", "13900139000", "88万", "x1"]
BAD = ["C0101", "周八", "13900139001", "很多", "x2"]


def opened(browser, *rows, **more):
    """Upload a workbook and return the address of its batch."""
    answer = browser.post("/import/", {"file": table(HEAD, *rows), **more})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def tried(browser, *rows):
    """The same, after its trial run."""
    address = opened(browser, *rows)
    browser.post(f"{address}columns", {"then": "trial"})
    jobs.run_due_jobs()
    return address


def codes(user):
    with acting(user):
        return set(clients.clients(order="code").values_list("code", flat=True))


def text(answer):
    return answer.content.decode()


def test_an_analyst_is_told_in_words_that_importing_is_not_theirs(an):
    answer = desk(an).get("/import/")
    assert answer.status_code == 403
    assert "您的角色不能" in text(answer)


def test_the_first_page_offers_the_file_box_the_template_and_earlier_imports(lin):
    browser = desk(lin)
    assert "还没有导入过" in text(browser.get("/import/"))
    opened(browser, GOOD)
    page = text(browser.get("/import/"))
    assert "客户.xlsx" in page
    assert "/export/template.xlsx" in page


def test_no_file_is_refused_with_a_remedy_and_scripts_get_it_as_json(lin):
    answer = desk(lin).post("/import/", {}, HTTP_ACCEPT="application/json")
    assert answer.status_code == 422
    assert answer.json()["messages"]["file"] == ["请先选择一个文件。"]


def test_the_browsers_upload_is_answered_with_where_to_go(lin):
    answer = desk(lin).post("/import/", {"file": table(HEAD, GOOD)}, HTTP_ACCEPT="application/json")
    assert answer.json()["url"].startswith("/import/")


def test_a_locked_file_asks_for_its_password_and_opens_with_it(lin, zhang, tmp_path):
    path = tmp_path / "locked.xlsx"
    with acting(lin):
        exports.write_filled(path=path, password="Geheim-2026")
    browser = desk(lin)
    with path.open("rb") as file:
        asked = browser.post("/import/", {"file": file}, HTTP_ACCEPT="application/json")
    assert asked.status_code == 422
    assert "请输入密码" in asked.json()["messages"]["password"][0]
    with path.open("rb") as file:
        assert browser.post("/import/", {"file": file, "password": "Geheim-2026"}).status_code == 302


def test_the_columns_page_shows_every_column_with_its_guess_samples_and_reason(lin):
    browser = desk(lin)
    page = text(browser.get(opened(browser, GOOD)))
    assert "客户编号" in page and "常见别名" in page and "名称一致" in page
    assert "88万" in page
    assert "内部码" in page and "不导入" in page


def test_a_corrected_column_is_kept_and_remembered_for_the_next_file(lin):
    browser = desk(lin)
    address = opened(browser, GOOD)
    browser.post(f"{address}columns", {"t0.c4": "remark", "mode": "create"})
    page = text(browser.get(address))
    assert "手工指定" in page
    again = text(browser.get(opened(browser, GOOD)))
    assert "沿用来源设置" in again


def test_a_table_can_be_left_out_and_its_heading_row_moved(lin):
    browser = desk(lin)
    address = opened(browser, GOOD)
    browser.post(f"{address}columns", {"t0.part": ""})
    assert "card--out" in text(browser.get(address))
    browser.post(f"{address}columns", {"t0.part": "clients", "t0.header": "1"})
    assert "card--out" not in text(browser.get(address))


def test_two_columns_for_one_field_are_refused_in_words_after_the_trial(lin):
    browser = desk(lin)
    address = opened(browser, GOOD)
    browser.post(f"{address}columns", {"t0.c4": "name", "then": "trial"})
    jobs.run_due_jobs()
    page = text(browser.get(address))
    assert "两列都对应同一字段" in page


def test_while_the_trial_waits_the_page_shows_steps_file_progress_and_cancel(lin):
    browser = desk(lin)
    address = opened(browser, GOOD)
    browser.post(f"{address}columns", {"then": "trial"})
    page = text(browser.get(address))
    assert "正在预览" in page and "data-poll" in page and "这个文件" in page and "取消" in page
    polled = browser.get(f"{address}progress").json()
    assert polled["state"] == "waiting" and polled["progress"] == 0.0


def test_a_cancelled_trial_says_that_nothing_was_written(lin):
    browser = desk(lin)
    address = opened(browser, GOOD)
    browser.post(f"{address}columns", {"then": "trial"})
    browser.post(f"{address}cancel")
    jobs.run_due_jobs()
    assert "已取消，没有写入任何内容" in text(browser.get(address))
    assert codes(lin) == set()


def test_the_differences_page_counts_shows_samples_and_writes_nothing(lin, zhang):
    browser = desk(lin)
    address = tried(browser, ["C0001", "张三", "13812345678", "120万", ""], GOOD)
    page = text(browser.get(address))
    assert "变化样例" in page and "1,200,000.00" in page and "确认导入" in page
    assert "C0100" not in codes(lin)


def test_faults_are_listed_by_cell_with_their_remedy_and_as_a_workbook(lin):
    browser = desk(lin)
    address = tried(browser, GOOD, BAD)
    page = text(browser.get(address))
    assert "D3" in page and "很多" in page and "怎么改" in page and "跳过错误行" in page
    answer = browser.get(f"{address}errors.xlsx")
    assert "attachment" in answer["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "很多" in cells
    assert "孙七" not in cells, "good rows stay out of the error workbook"


def test_faulty_rows_can_be_skipped_and_the_rest_imported(lin):
    browser = desk(lin)
    address = tried(browser, GOOD, BAD)
    browser.post(f"{address}apply", {"skip_errors": "true"})
    assert "正在导入" in text(browser.get(address))
    jobs.run_due_jobs()
    page = text(browser.get(address))
    assert "已导入" in page and "查看客户" in page and "没有导入的行" in page
    assert codes(lin) == {"C0100"}


def test_the_same_file_again_says_that_there_is_nothing_to_do(lin):
    browser = desk(lin)
    address = tried(browser, GOOD)
    browser.post(f"{address}apply")
    jobs.run_due_jobs()
    assert "没有需要导入的变化" in text(browser.get(tried(browser, GOOD)))


def test_an_imported_batch_cannot_be_applied_or_changed_again(lin):
    browser = desk(lin)
    address = tried(browser, GOOD)
    browser.post(f"{address}apply")
    jobs.run_due_jobs()
    browser.post(f"{address}apply")
    assert jobs.run_due_jobs() == 0
    browser.post(f"{address}columns", {"t0.c4": "remark"})
    assert "已导入" in text(browser.get(address))


@pytest.mark.parametrize("part", ["", "progress", "errors.xlsx"])
def test_somebody_elses_batch_is_not_found(lin, wang, part):
    address = tried(desk(lin), GOOD, BAD)
    assert desk(wang).get(f"{address}{part}").status_code == 404


def test_the_wizard_speaks_the_readers_language(lin):
    from dakehu.foundation.gates import perform

    with acting(lin):
        perform("team.set_preferences", {"language": "en"})
    lin.refresh_from_db()
    browser = desk(lin)
    page = text(browser.get(tried(browser, GOOD, BAD)))
    assert "To mend" in page and "Skip the faulty rows" in page
    assert "需要改正" not in page


# --- a workbook that is imported again ---------------------------------------------------------------


@pytest.fixture
def back(lin, zhang, tmp_path):
    """Lin's exported workbook with another occupation, an emptied remark and no plan; on the desk another occupation."""
    with acting(lin):
        perform("clients.change", {"client": "C0001", "occupation": "教师", "remark": "旧备注"})
        perform("service.plan_follow_up", {"client": "C0001", "due_on": "2027-01-10", "subject": "回访"})
        exports.write_filled(path=tmp_path / "out.xlsx")
        perform("clients.change", {"client": "C0001", "occupation": "会计"})
    book = load_workbook(tmp_path / "out.xlsx")
    for heading, value in (("职业", "医生"), ("备注", None)):
        at = next(c.column for c in book["基本信息"][1] if c.value.startswith(heading))
        book["基本信息"].cell(2, at).value = value
    book["定期跟进计划"].delete_rows(2)
    book.save(tmp_path / "out.xlsx")
    browser = desk(lin)
    with (tmp_path / "out.xlsx").open("rb") as file:
        address = browser.post("/import/", {"file": file})["Location"]
    browser.post(f"{address}columns", {"then": "trial"})
    jobs.run_due_jobs()
    return browser, address


def test_a_workbook_that_comes_back_shows_three_values_and_asks_before_it_writes(back, lin):
    browser, address = back
    page = text(browser.get(address))
    assert all(
        word in page
        for word in ("三方对照", "导出时", "教师", "医生", "会计", "请决定", "清空", "表中去掉的行", "回访")
    )
    browser.post(f"{address}apply", {})
    jobs.run_due_jobs()
    assert "请逐处选择" in text(browser.get(address))
    with acting(lin):
        assert clients.clients().get(code="C0001").occupation == "会计"


def test_what_was_decided_in_the_browser_is_written_and_undone(back, lin):
    browser, address = back
    page = text(browser.get(address))
    cell = re.search(r'name="(cell\.[^"]+)"', page)[1]
    gone = re.search(r'name="gone" value="([^"]+)"', page)[1]
    browser.post(f"{address}apply", {cell: "file", "gone": gone})
    jobs.run_due_jobs()
    assert "按您的选择处理了 1 行" in text(browser.get(address))
    with acting(lin):
        zhang = clients.clients().get(code="C0001")
        assert (zhang.occupation, zhang.remark) == ("医生", "")
        assert zhang.next_contact_on is None
    browser.post(f"{address}undo")
    with acting(lin):
        zhang = clients.clients().get(code="C0001")
        assert (zhang.occupation, zhang.remark, str(zhang.next_contact_on)) == ("会计", "旧备注", "2027-01-10")


def test_a_decision_alone_is_enough_and_the_row_not_ticked_stays(back, lin):
    browser, address = back
    cell = re.search(r'name="(cell\.[^"]+)"', text(browser.get(address)))[1]
    browser.post(f"{address}apply", {cell: "desk"})
    jobs.run_due_jobs()
    with acting(lin):
        zhang = clients.clients().get(code="C0001")
        assert (zhang.occupation, zhang.remark, str(zhang.next_contact_on)) == ("会计", "", "2027-01-10")
