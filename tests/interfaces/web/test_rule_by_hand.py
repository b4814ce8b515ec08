"""A lead writes a rule in the browser by keyboard: completed, corrected, back-tested, put into force; it fires that night."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import Moment, MomentRule
from dakehu.domains.service.moments import nightly
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.interfaces.web.hands import browsers, findings, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own_rule(lin, zhou, wang, zhang, qian):
    """A rule of Zhou's, and two clients whose risk test ends in ten days: Zhang of her team, Qian of another."""
    ends_on = (clock.today() + timedelta(days=10)).isoformat()
    for user, client in ((lin, zhang), (wang, qian)):
        with acting(user):
            perform("clients.change", {"client": client.code, "risk_level": "C3", "risk_valid_to": ends_on})
    with acting(zhou):
        return perform("service.copy_rule", {"kind": "M30", "name": "测评快到期"})


def state(page, words):
    until(page, f"document.querySelector('#rule-state').innerText.includes('{words}')")


def test_a_rule_is_written_tested_and_put_into_force_by_keyboard(live_server, own_rule, zhang):
    with browsers() as sign_in:
        page = sign_in(live_server.url, "zhou")
        page.goto(f"{live_server.url}/moments/rules/")
        assert findings(page) == []
        page.goto(f"{live_server.url}/moments/rules/R001/")
        state(page, "命中")
        page.focus("#rule-text")
        page.keyboard.press("Control+A")
        page.keyboard.type("测评剩余")
        page.wait_for_selector("#rule-offers:not([hidden]) >> text=测评剩余天数")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.keyboard.type("<= 30%")
        state(page, "不能与比例")
        page.keyboard.press("Backspace")
        page.keyboard.type("天 且 测评剩余天数 >= 0天")
        state(page, "命中 1 位客户（共 1 位")
        assert page.input_value("#rule-text") == "测评剩余天数 <= 30天 且 测评剩余天数 >= 0天"
        assert page.input_value("[name=clause_value] >> nth=0") == "30"
        page.keyboard.press("Escape")
        page.focus("button[formaction]")
        page.keyboard.press("Enter")
        page.wait_for_selector("#back-test svg", timeout=90_000)
        assert "林晓" in page.inner_text("#back-test") and "王强" not in page.inner_text("#back-test")
        assert findings(page) == []
        page.focus("button[value=save]")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=已保存第 2 版")
        page.focus("button:has-text('启用第 2 版')")
        page.keyboard.press("Enter")
        page.wait_for_selector("button:has-text('停用')")
        assert page.complaints == []
    with as_system():
        (row,) = MomentRule.objects.filter(switched_on=True)
        assert (row.kind, row.version) == ("R001", 2)
        day = clock.today()
        nightly.run(day if trading_days.is_trading_day(day) else trading_days.next_trading_day(day))
        moments = list(Moment.objects.filter(kind="R001", rule_version=2).values_list("client_id", flat=True))
    assert zhang.pk in moments and len(moments) == 2
