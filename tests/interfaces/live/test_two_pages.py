"""Two browsers on one note and one client: no edit is lost, each sees the other and the other's text. The test server has
no streams, so the pages poll; streams are in test_hub and scripts/live_pages.py.
"""

import pytest

from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.interfaces.web.hands import browsers, findings, until

pytestmark = pytest.mark.django_db(transaction=True)
LAST = "[...document.querySelectorAll('.note__text')].at(-1)"


def type_at_end(page, words):
    page.locator(".note__text").last.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_two_browsers_on_one_note_and_one_client_lose_nothing(live_server, lin, zhou):
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001"})
        perform("service.write_note", {"client": zhang.pk, "text": "第一段"})
        perform("service.write_note", {"client": zhang.pk, "text": "第二段"})
    with browsers() as sign_in:
        mine, theirs = sign_in(live_server.url, "lin"), sign_in(live_server.url, "zhou")
        for page in (mine, theirs):
            page.goto(f"{live_server.url}/clients/{zhang.pk}/note/")
            page.wait_for_selector(".note__text")
        until(mine, "document.querySelector('[data-live-people]').textContent.includes('周宁')")

        # Different paragraphs: both stay.
        mine.locator(".note__text").first.focus()
        mine.keyboard.press("Control+End")
        mine.keyboard.type("，林")
        type_at_end(theirs, "，周")
        until(mine, f"{LAST}.value === '第二段，周'")
        until(theirs, "document.querySelector('.note__text').value === '第一段，林'")

        # The same paragraph: both texts stay until one of the two chooses; leaving the field saves immediately.
        type_at_end(mine, "，再林")
        type_at_end(theirs, "，再周")
        mine.evaluate("document.activeElement.blur()")
        until(mine, "document.querySelector('[data-note-state]').textContent.includes(':')")
        until(theirs, "document.querySelector('[data-conflict]') !== null")
        assert "第二段，周，再林" in theirs.inner_text(".note__other")
        assert findings(theirs) == []
        theirs.get_by_text("两段都留").click()
        until(mine, f"{LAST}.value === '第二段，周，再林\\n第二段，周，再周'")
        with acting(lin):
            texts = [one["text"] for one in ask("service.note", {"client": zhang.pk})]
        assert texts == ["第一段，林", "第二段，周，再林\n第二段，周，再周"]

        # One client: the other's plan appears on the page while one is writing.
        for page in (mine, theirs):
            page.goto(f"{live_server.url}/clients/{zhang.pk}/")
        until(mine, "document.querySelector('[data-live-people]').textContent.includes('周宁')")
        mine.fill("#note-summary", "正在写")
        with acting(zhou):
            perform("service.plan_follow_up", {"client": zhang.pk, "subject": "周宁安排", "due_on": "2027-01-05"})
        until(mine, "document.getElementById('client-work').textContent.includes('周宁安排')")
        assert mine.input_value("#note-summary") == "正在写"
        assert mine.complaints == theirs.complaints == []
