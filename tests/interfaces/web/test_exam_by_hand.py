"""In a real browser: an exam taken in two windows, submitted, and the certificate that it issues enables the gated action."""

import pytest

from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.domains.learning.exam_stage import add_exam
from tests.interfaces.web.hands import browsers, findings, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_exam_is_sat_in_two_windows_and_its_certificate_opens_what_it_gates(live_server, lin, he):
    with acting(he):
        perform("learning.add_certificate_kind", {"code": "RULES", "name": "执业规则", "gates": "clients.create"})
    exam = add_exam(he, certificate_kind="RULES")
    base = live_server.url
    with browsers() as sign_in:
        page = sign_in(base, "lin")
        page.goto(f"{base}/actions/clients.create")
        until(page, "document.body.innerText.includes('您没有这项证书')")
        page.goto(f"{base}/learning/exams/{exam.pk}/")
        page.get_by_role("button", name="开始考试").press("Enter")
        until(page, "Boolean(document.querySelector('#exam'))")
        assert "解析" not in page.content() and findings(page) == []
        other = page.context.new_page()
        other.goto(f"{base}/learning/exams/{exam.pk}/")
        other.get_by_role("button", name="继续考试").press("Enter")
        until(other, "Boolean(document.querySelector('#exam'))")
        assert other.url == page.url
        page.locator(".learning__question").first.locator("label", has_text="对").first.click()
        until(page, "document.querySelector('#exam-clock').innerText.includes('已答 1 / 4')")
        other.reload()
        assert other.locator("input:checked").count() == 1
        for question in other.locator(".learning__question").all():
            for option in question.locator("label", has_text="对").all():
                option.locator("input").check()
        other.get_by_role("button", name="交卷").press("Enter")
        until(other, "document.querySelector('#result')?.innerText.includes('100.00%')")
        assert findings(other) == [] and "解析" in other.content()
        page.reload()
        until(page, "Boolean(document.querySelector('#result'))")
        page.goto(f"{base}/learning/")
        until(page, "document.querySelector('#certificates').innerText.includes('执业规则')")
        assert findings(page) == []
        page.goto(f"{base}/actions/clients.create")
        until(page, "!document.body.innerText.includes('您没有这项证书')")
        assert page.complaints == []
    with acting(lin):
        assert ask("learning.exams", {})[0]["used"] == 1
