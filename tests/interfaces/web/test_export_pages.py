"""The export page: which clients, encrypted with which password, fetched only by the requester."""

import io

import msoffcrypto
import pytest
from openpyxl import load_workbook

from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.jobs import queue as jobs
from tests.cast import as_system
from tests.interfaces.web.browsers import desk

LOCK = {"password": "Geheim-2026", "again": "Geheim-2026", "language": "zh"}


def text(answer):
    return answer.content.decode()


def ordered(browser, **form):
    """Order an export and let the worker make it; return the address of its page."""
    answer = browser.post("/export/", {**LOCK, **form})
    assert answer.status_code == 302, text(answer)
    jobs.run_due_jobs()
    return answer["Location"]


def cells_of(content, password=""):
    if password:
        locked = msoffcrypto.OfficeFile(io.BytesIO(content))
        locked.load_key(password=password)
        content = io.BytesIO()
        locked.decrypt(content)
        content = content.getvalue()
    book = load_workbook(io.BytesIO(content))
    return {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}


def test_an_export_is_made_in_the_background_and_opens_with_its_password(lin, zhang):
    browser = desk(lin)
    address = ordered(browser)
    assert "工作簿已备好" in text(browser.get(address))
    answer = browser.get(f"{address}file")
    assert "attachment" in answer["Content-Disposition"]
    assert "张三" in cells_of(answer.content, LOCK["password"])


def test_only_the_ticked_clients_go_out_and_never_another_teams(lin, zhang, qian):
    browser = desk(lin)
    page = text(browser.get(f"/export/?ids={zhang.pk},{qian.pk}"))
    assert "导出所选客户" in page and "1 位" in page
    address = ordered(browser, ids=f"{zhang.pk},{qian.pk}")
    found = cells_of(browser.get(f"{address}file").content, LOCK["password"])
    assert "张三" in found and "钱二" not in found


def test_the_filter_of_the_client_list_is_taken_over(lin, zhang):
    page = text(desk(lin).get("/export/?q=nobody-of-this-name"))
    assert "导出筛选出的客户" in page and "没有可导出的客户" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"password": "", "again": ""}, "请设密码"),
        ({"password": "short", "again": "short"}, "密码至少 8 位"),
        ({"again": "Other-2026"}, "两次输入的密码不一样"),
    ],
)
def test_a_weak_or_mistyped_password_is_refused_at_its_question(lin, zhang, form, said):
    answer = desk(lin).post("/export/", {**LOCK, **form})
    assert answer.status_code == 422
    assert said in text(answer)


def test_without_a_password_only_when_said_so(lin, zhang):
    browser = desk(lin)
    address = ordered(browser, password="", again="", open="true")
    assert "张三" in cells_of(browser.get(f"{address}file").content)


def test_the_page_says_what_is_masked_for_this_reader(lin, an):
    assert "始终脱敏" in text(desk(lin).get("/export/"))
    assert "按您的角色脱敏" not in text(desk(lin).get("/export/"))
    assert "按您的角色脱敏" in text(desk(an).get("/export/"))


def test_an_analyst_takes_away_masked_names_only(an, zhang):
    browser = desk(an)
    found = cells_of(browser.get(f"{ordered(browser)}file").content, LOCK["password"])
    assert "张三" not in found


def test_nobody_else_reaches_the_page_the_progress_or_the_file(lin, zhou, zhang):
    address = ordered(desk(lin))
    other = desk(zhou)
    assert [other.get(f"{address}{part}").status_code for part in ("", "progress", "file")] == [404, 404, 404]


def test_an_administrator_may_not_export_and_is_told_so(admin):
    answer = desk(admin).get("/export/")
    assert answer.status_code == 403 and "您的角色不能" in text(answer)


def test_every_export_is_on_the_record_with_its_counts(lin, zhang):
    ordered(desk(lin))
    with as_system():
        entry = AuditEntry.objects.filter(action="workbook.export").latest("pk")
    assert entry.actor_name == "林晓" and '"clients": 1' in entry.body


def test_a_cancelled_export_says_so(lin, zhang):
    browser = desk(lin)
    address = browser.post("/export/", LOCK)["Location"]
    assert "正在导出" in text(browser.get(address))
    browser.post(f"{address}cancel")
    jobs.run_due_jobs()
    assert "已取消" in text(browser.get(address))
    assert browser.get(f"{address}file").status_code == 404


def test_the_template_holds_the_sheets_and_nobodys_data(lin, zhang):
    answer = desk(lin).get("/export/template.xlsx")
    names = load_workbook(io.BytesIO(answer.content)).sheetnames
    assert {"基本信息", "投资历史", "客户服务记录", "需求与偏好", "定期跟进计划"} <= set(names)
    assert "张三" not in cells_of(answer.content)


def test_an_extract_for_tableau_is_made_in_the_background_for_the_clients_meant(lin, zhang, qian):
    from dakehu.exchange.tableau import hyper

    browser = desk(lin)
    page = text(browser.get("/export/"))
    if not hyper.is_installed():
        assert "pip install" in page
        return
    answer = browser.post("/export/tableau", {"ids": f"{zhang.pk},{qian.pk}", "language": "zh"})
    assert answer.status_code == 302
    jobs.run_due_jobs()
    made = text(browser.get(answer["Location"]))
    assert "Tableau 数据已备好" in made and "客户指标" in made
    answer = browser.get(f"{answer['Location']}file")
    assert "tdsx" in answer["Content-Disposition"] and answer.content[:2] == b"PK"
