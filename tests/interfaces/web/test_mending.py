"""Correcting an import in the browser: pasted into the grid, checked immediately, tried again and imported; others have no access."""

import json

import pytest

from dakehu.domains.clients.models import Client
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system
from tests.interfaces.web.browsers import desk, table
from tests.interfaces.web.hands import browsers, findings, reach

HEAD = ["客户号", "客户姓名", "手机号码", "风险等级"]
ROWS = [["A001", "李四", "13812345678", "稳健型"], ["A002", "王五", "123", "很高"], ["A003", "赵六", "", "很高"]]
JSON = {"HTTP_ACCEPT": "application/json"}


def tried(browser):
    address = browser.post("/import/", {"file": table(HEAD, *ROWS)})["Location"]
    browser.post(f"{address}columns", {"then": "trial"})
    with as_system():
        jobs.run_due_jobs()
    return address


def post(browser, address, **sent):
    return browser.post(address, json.dumps(sent), content_type="application/json", **JSON)


@pytest.mark.django_db
def test_cells_are_told_with_what_is_wrong_in_them_and_how_to_mend_it(lin):
    door = desk(lin)
    address = tried(door)
    assert "在线修改" in door.get(address).content.decode()
    page = door.get(f"{address}corrections/").content.decode()
    assert "还有 3 处要改正" in page
    columns = json.loads(page.split('id="mend-columns" type="application/json">')[1].split("</script>")[0])
    assert "C4 积极型" in columns[3]["suggest"] and columns[2]["suggest"] == []
    report = door.get(f"{address}corrections/rows?table=0", **JSON).json()
    row = report["rows"][0]
    assert (row["id"], row["c2"]) == (3, "123") and set(row["faults"]) == {"c2", "c3"} and row["faults"]["c3"]["remedy"]
    assert report["values"] == [[2, "123", 1], [3, "很高", 2]]
    report = post(door, f"{address}corrections/replace", table=0, column=3, value="很高", text="C4").json()
    assert (report["changed"], report["left"]) == (2, 1)
    report = post(door, f"{address}corrections/cells", table=0, cells=[[3, 2, "13912345678"]]).json()
    assert (report["left"], report["rows"][0]["faults"], report["rows"][0]["came"]) == (
        0,
        {},
        {"c2": "123", "c3": "很高"},
    )


@pytest.mark.django_db
def test_what_was_mended_since_the_trial_is_tried_before_it_is_imported(lin):
    door = desk(lin)
    address = tried(door)
    post(door, f"{address}corrections/cells", table=0, cells=[[3, 2, ""], [3, 3, "C4"], [4, 3, "C1"]])
    assert "还没有重新预览" in door.get(address).content.decode()
    door.post(f"{address}apply")
    with as_system():
        jobs.run_due_jobs()
        assert not Client.objects.exists()
    assert "已包含在线修改的 3 格" in door.get(address).content.decode()
    door.post(f"{address}apply")
    with as_system():
        jobs.run_due_jobs()
    assert "其中 3 格是在线修改后导入的" in door.get(address).content.decode()
    assert door.get(f"{address}corrections/")["Location"] == address


@pytest.mark.django_db
def test_for_anybody_else_it_is_not_there_and_nonsense_is_refused(lin, zhou, an):
    door, other = desk(lin), desk(zhou)
    address = tried(door)
    for place in ("corrections/", "corrections/rows?table=0"):
        assert other.get(f"{address}{place}").status_code == 404
    assert post(other, f"{address}corrections/cells", table=0, cells=[[3, 2, ""]]).status_code == 404
    assert post(other, f"{address}corrections/replace", table=0, column=3, value="很高", text="").status_code == 404
    assert post(desk(an), f"{address}corrections/cells", table=0, cells=[[3, 2, ""]]).status_code == 403
    for sent in ({"table": 0}, {"table": "x", "cells": []}, {"table": 0, "cells": [[1]]}):
        assert post(door, f"{address}corrections/cells", **sent).status_code == 400
    assert post(door, f"{address}corrections/cells", table=7, cells=[[3, 2, ""]]).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_range_from_excel_mends_a_file_and_the_keyboard_alone_imports_it_and_takes_it_back(live_server, lin):
    address = tried(desk(lin))
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}{address}")
        reach(page, "在线修改")
        page.keyboard.press("Enter")
        page.wait_for_selector(".grid-cell--wrong:has-text('很高')")
        assert page.locator(".grid-cell--wrong").count() == 3 and findings(page) == []
        page.evaluate("navigator.clipboard.writeText('13912345678\\tC4\\r\\n\\tC9\\r\\n')")
        reach(page, "要改正的行")
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Control+v")
        page.wait_for_selector("#mend-left:has-text('还有 1 处')")
        assert page.locator(".grid-cell--wrong").inner_text() == "C9"

        # Overwritten by keyboard, too.
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("F2")
        page.keyboard.press("Control+a")
        page.keyboard.type("C5")
        page.keyboard.press("Enter")
        page.wait_for_selector("#mend-left:has-text('全部改好了')")
        reach(page, "重新预览")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url.endswith(address))
        with as_system():
            jobs.run_due_jobs()
        page.goto(f"{live_server.url}{address}")
        page.wait_for_selector("text=已包含在线修改的 3 格")
        reach(page, "确认导入")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=正在导入")
        with as_system():
            jobs.run_due_jobs()
        page.wait_for_selector("text=其中 3 格是在线修改后导入的")
        with acting(lin):
            assert [c.risk_level for c in Client.objects.order_by("code")] == ["C3", "C4", "C5"]
        reach(page, "撤销这次导入")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=这次导入已撤销")
        assert page.complaints == []
    with as_system():
        assert Client.objects.count() == 0
