"""All work on Today is done by keyboard alone, in both languages: the cursor moves to the next line immediately."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import FollowUp, Interaction, Moment
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.interfaces.web.hands import browsers, findings, until

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "zh": {"mandatory": "必办", "log": "登记服务记录 张三", "logged": "登记服务记录", "nothing": "今天没有待办"},
    "en": {
        "mandatory": "Mandatory",
        "log": "Log an interaction 张三",
        "logged": "Log an interaction",
        "nothing": "Nothing is due",
    },
}


@pytest.fixture
def morning(lin, zhou):
    """Lin's morning: a margin call, a large transfer out, a promise, two plans, each of another client."""
    today = clock.today()
    clients = {}
    with acting(lin):
        for number, name in enumerate(("张三", "李四", "王五", "赵六", "孙七"), 1):
            clients[name] = perform("clients.create", {"name": name, "code": f"C000{number}"})
        perform(
            "service.log_interaction",
            {
                "client": clients["王五"].pk,
                "held_at": (clock.now() - timedelta(hours=1)).isoformat(),
                "summary": "来电",
                "promise": "寄送费用明细",
                "promise_due_on": today.isoformat(),
            },
        )
        for name, subject in (("赵六", "年度回顾"), ("孙七", "补齐资料")):
            perform(
                "service.plan_follow_up",
                {"client": clients[name].pk, "due_on": today.isoformat(), "subject": subject},
            )
    with as_system(), act("test.fire"):
        for name, kind, mandatory in (("张三", "M02", True), ("李四", "M10", False)):
            Moment(
                client=clients[name],
                kind=kind,
                fired_on=today,
                due_at=clock.now() + timedelta(days=3),
                owner=lin,
                priority=1,
                mandatory=mandatory,
            ).save()
    return clients


def at_rest(page):
    """Wait until nothing is being read: readers of the in-memory database would lock out the write."""
    until(page, "!document.querySelector('.htmx-request, #work[aria-busy]')")


def speak(page, language):
    """Switch the pages to a language with the button of the top bar."""
    page.wait_for_load_state("networkidle")
    at_rest(page)
    if language == "en":
        done = page.evaluate(
            """async () => {
              const body = new FormData();
              body.append("language", "en");
              const token = document.querySelector('meta[name="csrf"]').content;
              const answer = await fetch("/language", { method: "POST", body, headers: { "X-CSRFToken": token } });
              return answer.status;
            }"""
        )
        assert done == 200


def under_cursor(page, name):
    """Wait until the cursor is on the line of a client, and its details are shown."""
    until(
        page,
        f"document.activeElement?.closest('[data-work]')?.innerText.includes('{name}') && "
        "document.querySelector('[data-shows-work]')?.dataset.showsWork === "
        "document.activeElement.closest('[data-work]').dataset.work",
    )
    at_rest(page)


def test_the_order_of_keys_is_listed_and_the_page_is_clean(live_server, morning):
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}/")
        page.wait_for_selector("[data-shows-work]")
        page.wait_for_load_state("networkidle")
        assert findings(page) == []
        page.keyboard.press("?")
        page.wait_for_selector("#keys[open]")
        listed = page.inner_text("#keys-list")
        assert all(word in listed for word in ("稍后", "转交", "打开客户", "联系记录", "下一行", "打开这一行"))
        assert page.complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_whole_day_is_worked_without_a_mouse(live_server, lin, zhou, morning, language):
    words = WORDS[language]
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        speak(page, language)
        page.goto(f"{live_server.url}/")
        page.wait_for_selector("[data-shows-work]")
        assert words["mandatory"] in page.inner_text("#ledger")

        # The first line is the margin call: its outcome, a note, and the cursor moves to the next line.
        page.keyboard.press("j")
        under_cursor(page, "张三")
        assert "张三" in page.inner_text(".work__words")
        page.keyboard.press("c")
        page.keyboard.type("已告知比例、警戒线和时限")
        page.keyboard.press("Control+Enter")
        under_cursor(page, "王五")

        # A promise is marked as kept with one key, undone, and marked again.
        page.keyboard.press("d")
        under_cursor(page, "李四")
        page.keyboard.press("Control+z")
        until(page, "document.querySelector('#ledger').innerText.includes('王五')")
        at_rest(page)
        page.keyboard.press("k")
        under_cursor(page, "王五")
        page.keyboard.press("d")
        under_cursor(page, "李四")

        # The transfer out is put off, with the reason.
        page.keyboard.press("s")
        page.wait_for_selector("#act[open] [name=until]")
        later = trading_days.next_trading_day(clock.today() + timedelta(days=1))
        page.fill("#act [name=until]", later.isoformat())  # the order in which digits are typed is the browser's own
        page.focus("#act [name=reason]")
        page.keyboard.type("客户在开会")
        page.keyboard.press("Control+Enter")
        under_cursor(page, "赵六")

        # A plan is passed to the lead, with the reason.
        page.keyboard.press("p")
        page.wait_for_selector("#act[open] [name=to]")
        page.select_option("#act [name=to]", str(zhou.pk))
        page.focus("#act [name=reason]")
        page.keyboard.type("下午请假")
        page.keyboard.press("Control+Enter")
        under_cursor(page, "孙七")

        # The last plan: Enter opens it with the cursor in the note, Escape returns to the line.
        page.keyboard.press("Enter")
        until(page, "document.activeElement.id === 'work-summary'")
        page.keyboard.press("Escape")
        under_cursor(page, "孙七")
        page.keyboard.press("Enter")
        page.keyboard.type("资料下周寄来")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(f"#ledger:has-text('{words['nothing']}')")
        at_rest(page)

        # Another incoming call is logged from the palette.
        page.keyboard.press("Control+k")
        page.keyboard.type(words["log"])
        until(page, "[...document.querySelectorAll('[role=option]')].some((one) => one.innerText.includes('张三'))")
        page.keyboard.press("Enter")
        page.wait_for_selector("#act[open] [name=summary]")
        page.focus("#act [name=summary]")
        page.keyboard.type("客户来电确认收到通知")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(f".toast:has-text('{words['logged']}')")
        assert page.complaints == []
    with as_system():
        worked = {row.kind: row for row in Moment.objects.select_related("interaction")}
        plans = {row.subject: row for row in FollowUp.objects.filter(subject__in=("年度回顾", "补齐资料"))}
        notes = set(Interaction.objects.values_list("summary", flat=True))
        promise = Interaction.objects.exclude(promise="").get()
    assert (worked["M02"].state, worked["M02"].outcome) == ("done", "notice_sent")
    assert worked["M02"].interaction.summary == "已告知比例、警戒线和时限"
    assert (worked["M10"].state, worked["M10"].snoozed_until, worked["M10"].reason) == ("snoozed", later, "客户在开会")
    assert promise.promise_kept_on == clock.today()
    assert plans["年度回顾"].owner_id == zhou.pk and plans["补齐资料"].state == "done"
    assert {"资料下周寄来", "客户来电确认收到通知"} <= notes
