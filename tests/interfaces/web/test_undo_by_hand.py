"""The twenty most common daily acts in a real browser: each offers its undo where it was done, and restores the state."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.exchange.test_daily_undo import seen
from tests.interfaces.web.hands import browsers, findings, until

TOAST = "#toasts .toast:has([data-undo])"
SHOWN = (
    "[...document.querySelectorAll('.tabulator-row')].find((row) => row.innerText.includes('张三'))"
    ".querySelector('[tabulator-field=occupation]').innerText"
)
UNDONE = "#toasts .toast:has-text('已撤销')"


@pytest.fixture
def desk(live_server, lin):
    """Zhang and Li, clients of Lin, with the data that the acts need; {name: id}."""
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001", "phone": "13812345678"})
        li = perform("clients.create", {"name": "李四", "code": "C0003"})
        contact = perform("clients.add_contact", {"client": "C0001", "kind": "mail", "value": "a@b.cn"})
        plan = perform("service.plan_follow_up", {"client": "C0001", "due_on": "2020-01-10", "subject": "回访"})
        said = {"client": "C0001", "held_at": "2025-03-01 10:00", "summary": "开户", "promise": "寄资料"}
        talk = perform("service.log_interaction", {**said, "promise_due_on": "2025-03-09"})
        asked = perform("service.open_request", {"client": "C0001", "kind": "需求", "subject": "开通权限"})
        perform("clients.tag", {"client": "C0001", "name": "重点"})
    rows = {"zhang": zhang, "li": li, "contact": contact, "plan": plan, "talk": talk, "asked": asked}
    return {name: row.pk for name, row in rows.items()}


FORMS = [
    ("clients.change", {}, {"occupation": "医生"}),
    ("service.log_interaction", {}, {"summary": "来电"}),
    ("service.change_interaction", {"interaction": "talk"}, {"result": "已开户"}),
    ("service.keep_promise", {"interaction": "talk"}, {}),
    ("service.plan_follow_up", {}, {"due_on": "2030-01-08", "subject": "寄材料"}),
    ("service.change_follow_up", {"follow_up": "plan"}, {"due_on": "2030-02-08"}),
    ("service.cancel_follow_up", {"follow_up": "plan"}, {}),
    ("service.open_request", {}, {"kind": "complaint", "subject": "响应慢"}),
    ("service.move_request", {"request": "asked"}, {"state": "closed", "outcome": "已开通"}),
    ("clients.add_contact", {}, {"kind": "mobile", "value": "13900001111"}),
    ("clients.remove_contact", {"contact": "contact"}, {}),
    ("clients.record_needs", {}, {"goal": "稳健"}),
    ("clients.record_consent", {}, {"purpose": "marketing", "state": "given"}),
    ("clients.add_key_date", {}, {"kind": "birthday", "on": "1980-05-01"}),
    ("clients.tag", {}, {"name": "新客"}),
    ("clients.untag", {"name": "重点"}, {}),
    ("clients.create_group", {}, {"kind": "household", "name": "张家"}),
    ("ledger.add_investment", {}, {"invested_on": "2024-01-15", "amount": "10000", "product": "股票"}),
]


def open_form(page, address, desk, name, given):
    told = "&".join(f"{field}={desk.get(value, value)}" for field, value in given.items())
    page.goto(f"{address}/clients/{desk['zhang']}/actions/{name}?{told}")


def fill(page, values):
    for field, value in values.items():
        box = page.locator(f"form [name={field}]").first
        if box.evaluate("at => at.tagName") == "SELECT":
            box.select_option(value)
        elif box.get_attribute("type") == "radio":
            page.check(f"[name={field}][value={value}]")
        else:
            box.fill(value)


def taken_back(page, before, what, *, by_key=False):
    """Undo from the toast, and check that everything is as it was."""
    page.wait_for_selector(TOAST)
    assert seen() != before, what
    if by_key:
        page.keyboard.press("Control+z")
    else:
        page.click(f"{TOAST} [data-undo]")
    page.wait_for_selector(UNDONE)
    assert seen() == before, what


@pytest.mark.django_db(transaction=True)
def test_each_of_the_twenty_commonest_acts_of_a_day_is_undone_where_it_was_done(live_server, desk, tmp_path):
    address, client = live_server.url, f"{live_server.url}/clients/{desk['zhang']}/"
    before = seen()
    with browsers() as sign_in:
        page = sign_in(address, "lin")
        for place, (name, given, values) in enumerate(FORMS):
            open_form(page, address, desk, name, given)
            fill(page, values)
            page.click(".dialog__foot button[type=submit]")
            taken_back(page, before, name, by_key=place % 2 == 1)

        page.goto(f"{address}/actions/clients.create")
        fill(page, {"name": "王五"})
        page.click(".dialog__foot button[type=submit]")
        taken_back(page, before, "clients.create")

        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.click("#work button:has-text('完成')")
        taken_back(page, before, "service.finish_follow_up")

        page.goto(client)
        page.keyboard.press("n")
        page.keyboard.type("客户咨询股票投资")
        page.click("#note button[type=submit]")
        taken_back(page, before, "the composer")

        note = tmp_path / "合同.txt"
        note.write_text("合同", encoding="utf-8")
        page.goto(f"{client}?tab=files")
        page.set_input_files("input[type=file]", note)
        page.wait_for_selector(TOAST)
        page.click(f"{TOAST} [data-undo]")
        page.wait_for_selector(UNDONE)
        assert "合同.txt" not in page.inner_text("main")

        page.goto(f"{address}/undo/")
        page.wait_for_selector(".undo__list")
        assert findings(page) == []
        assert page.complaints == []


@pytest.mark.django_db(transaction=True)
def test_in_the_grid_ctrl_z_and_ctrl_y_walk_through_cells_pastes_and_bulk_edits(live_server, desk):
    cell = ".tabulator-row:has-text('张三') .tabulator-cell[tabulator-field=occupation]"

    def stored():
        with as_system():
            return list(Client.objects.order_by("code").values_list("occupation", "source"))

    def type_into(page, text):
        page.click(cell)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{cell} input")
        page.keyboard.press("Control+a")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#toasts .toast:has-text('{text}')")

    def press(page, key, words):
        page.evaluate("document.querySelectorAll('#toasts .toast').forEach((line) => line.remove())")
        page.keyboard.press(key)
        page.wait_for_selector(f"#toasts .toast:has-text('{words}')")

    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}/clients/")
        page.wait_for_selector(cell)
        type_into(page, "医生")
        assert page.inner_text("#toasts .toast__text") == "已保存：张三 · 职业 – → 医生"
        type_into(page, "教师")
        assert stored()[0][0] == "教师"
        press(page, "Control+z", "已撤销")
        assert stored()[0][0] == "医生"
        until(page, f"{SHOWN}.includes('医生')")
        press(page, "Control+z", "已撤销")
        assert stored()[0][0] == ""
        press(page, "Control+z", "没有可以撤销")
        press(page, "Control+y", "已重做")
        press(page, "Control+y", "已重做")
        press(page, "Control+y", "没有可以重做")
        assert stored()[0][0] == "教师"

        # A pasted range and a bulk value are in the same undo sequence.
        page.click(".tabulator-row >> nth=0 >> [tabulator-field=occupation]")
        page.evaluate("navigator.clipboard.writeText('律师\\n会计')")
        page.keyboard.press("Control+v")
        page.click("#paste .button--main")
        page.wait_for_selector("#toasts .toast:has-text('已写入 2 处')")
        assert {row[0] for row in stored()} == {"律师", "会计"}
        press(page, "Control+z", "已撤销")
        assert [row[0] for row in stored()] == ["教师", ""]
        assert page.complaints == []


@pytest.mark.django_db(transaction=True)
def test_what_a_later_change_depends_on_is_refused_in_a_sentence_at_the_place(live_server, lin, desk):
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        open_form(page, live_server.url, desk, "clients.change", {})
        fill(page, {"occupation": "医生"})
        page.click(".dialog__foot button[type=submit]")
        page.wait_for_selector(TOAST)
        page.wait_for_load_state("networkidle")  # the page loads its parts, and SQLite in memory does not wait
        with acting(lin):
            perform("clients.change", {"client": "C0001", "occupation": "教师"})
        page.click(f"{TOAST} [data-undo]")
        page.wait_for_selector("#toasts .toast--error:has-text('之后有 1 条记录与它有关')")
    with as_system():
        assert Client.objects.get(code="C0001").occupation == "教师"
