"""Two people at one client in two browsers: nothing is lost. And an import by keyboard alone, from upload to undo."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system
from tests.interfaces.web.hands import browsers, choose, findings, reach, until

pytestmark = pytest.mark.django_db(transaction=True)
ROW = ".tabulator-row:has-text('张三')"


def stored(number):
    with as_system():
        return Client.objects.get(pk=number)


def cell(page, field):
    return page.locator(f"{ROW} [tabulator-field={field}]")


def write(page, field, value):
    """Change a cell as a person does: select it, F2, type, Enter."""
    cell(page, field).click()
    page.keyboard.press("F2")
    page.keyboard.type(value)
    page.keyboard.press("Enter")


def saved(page, field, text):
    page.wait_for_selector(f"{ROW} [tabulator-field={field}]:has-text('{text}'):not(.grid-cell--saving)")


def test_two_browsers_at_one_client_and_one_cell_lose_nothing(live_server, lin, zhou):
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001", "assets": "80万", "segment": "普通"})
    with browsers() as sign_in:
        mine, theirs = sign_in(live_server.url, "lin"), sign_in(live_server.url, "zhou")
        for page in (mine, theirs):
            page.goto(f"{live_server.url}/clients/")
            page.wait_for_selector(ROW)

        # Different cells of one row: both stay, and the second person is notified.
        write(theirs, "assets", "500万")
        saved(theirs, "assets", "500.00 万")
        write(mine, "occupation", "律师")
        saved(mine, "assets", "500.00 万")
        mine.wait_for_selector(".toast:has-text('资产规模')")
        assert (stored(zhang.pk).assets, stored(zhang.pk).occupation) == (5_000_000, "律师")

        # The same cell: a dialog at the cell, with all three values; Escape leaves it open, what was typed stays.
        write(theirs, "segment", "铂金")
        saved(theirs, "segment", "铂金")
        write(mine, "segment", "钻石")
        mine.wait_for_selector(".cell-conflict[open]")
        said = mine.inner_text(".cell-conflict")
        assert findings(mine) == []
        assert all(word in said for word in ("普通", "铂金", "钻石", "周宁"))
        mine.keyboard.press("Escape")
        saved(mine, "segment", "钻石")
        assert "grid-cell--wrong" in cell(mine, "segment").get_attribute("class")
        assert stored(zhang.pk).segment == "铂金"

        # Each decides in turn: Zhou takes the current value, Lin keeps his own; both by keyboard.
        write(theirs, "segment", "白银")
        saved(theirs, "segment", "白银")
        write(mine, "occupation", "公证员")
        saved(mine, "occupation", "公证员")
        write(theirs, "occupation", "教师")
        theirs.wait_for_selector(".cell-conflict[open]")
        reach(theirs, "采用现在的")
        theirs.keyboard.press("Enter")
        saved(theirs, "occupation", "公证员")
        write(theirs, "segment", "黄金")
        saved(theirs, "segment", "黄金")
        mine.reload()
        mine.wait_for_selector(ROW)
        write(theirs, "segment", "铂金")
        saved(theirs, "segment", "铂金")
        write(mine, "segment", "黑金")
        mine.wait_for_selector(".cell-conflict[open]")
        reach(mine, "保留我的")
        mine.keyboard.press("Enter")
        saved(mine, "segment", "黑金")
        assert (stored(zhang.pk).segment, stored(zhang.pk).occupation, stored(zhang.pk).assets) == (
            "黑金",
            "公证员",
            5_000_000,
        )

        # An invalid value stays in its cell with the reason.
        write(mine, "assets", "很多")
        mine.wait_for_selector(".grid-bubble:has-text('约数')")
        assert cell(mine, "assets").inner_text() == "很多" and stored(zhang.pk).assets == 5_000_000
        assert findings(mine) == []
        mine.click(".grid-bubble button:has-text('还原')")
        saved(mine, "assets", "500.00 万")
        assert mine.complaints == theirs.complaints == []


def test_a_range_goes_to_excel_and_back_and_the_drawer_keeps_the_list(live_server, lin):
    with acting(lin):
        for number, name in enumerate(("赵一", "孙二", "周四"), 1):
            perform(
                "clients.create",
                {"name": name, "code": f"C000{number}", "assets": f"{900 - number}万", "segment": "普通"},
            )
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}/clients/")
        page.wait_for_selector(".tabulator-row:has-text('周四')")
        page.wait_for_selector(".grid-foot:has-text('资产合计 2,694.00 万')")
        page.locator(".tabulator-row").first.locator("[tabulator-field=segment]").click()
        page.evaluate("navigator.clipboard.writeText('钻石\\t机构\\r\\n铂金\\t外星人\\r\\n')")
        page.keyboard.press("Control+v")
        page.wait_for_selector("#paste:has-text('将修改 2 位客户的 3 处'):has-text('外星人')")
        assert findings(page) == []
        page.keyboard.press("Enter")
        page.wait_for_selector(".tabulator-row:has-text('孙二'):has-text('铂金') .grid-cell--wrong:has-text('外星人')")
        page.locator(".tabulator-row").first.locator("[tabulator-field=segment]").click()
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Control+c")
        until(page, "navigator.clipboard.readText().then(text => text === '钻石\\t机构')")
        page.click(".toast:has-text('已写入') button:has-text('撤销')")
        page.wait_for_selector(".tabulator-row:has-text('赵一'):has-text('普通')")

        # Space opens the row next to the list, j moves on, Escape returns to the list.
        page.keyboard.press("Escape")
        page.locator(".tabulator-row").first.locator("[tabulator-field=code]").click()
        page.keyboard.press("Space")
        page.wait_for_selector("#drawer[open] #quick-summary")
        page.keyboard.press("j")
        page.wait_for_selector("#drawer-title:has-text('孙二')")
        page.wait_for_selector("#quick-summary")
        assert findings(page) == []
        page.fill("#quick-summary", "来电问分红")
        page.click(".quick button[type=submit]")
        page.wait_for_selector("#drawer .timeline:has-text('来电问分红')")
        page.keyboard.press("Escape")
        page.wait_for_selector("#drawer:not([open])", state="attached")
        until(page, "document.activeElement.classList.contains('tabulator-tableholder')")
        assert page.complaints == []


def test_the_keyboard_alone_imports_a_table_and_takes_it_back(live_server, lin, tmp_path):
    table = tmp_path / "客户.csv"
    table.write_text("客户号,姓名,资产\nM1,钱伟,300万\nM2,孙丽,\n", encoding="utf-8")
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}/import/")
        reach(page, "选择文件")
        choose(page, table)
        reach(page, "打开文件")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=怎么导入")
        reach(page, "预览变化")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=正在预览")
        jobs.run_due_jobs()
        page.wait_for_selector("text=预览完成")
        reach(page, "确认导入")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=正在导入")
        jobs.run_due_jobs()
        page.wait_for_selector("text=撤销这次导入")
        with as_system():
            assert set(Client.objects.values_list("name", flat=True)) == {"钱伟", "孙丽"}
        reach(page, "撤销这次导入")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=这次导入已撤销")
        with as_system():
            assert Client.objects.count() == 0
        assert page.complaints == []
