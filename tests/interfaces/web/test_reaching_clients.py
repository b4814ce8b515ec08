"""Call, mail and WeChat from the client page: the value is revealed with an audit entry, nowhere else."""

import pytest

from dakehu.domains.clients import rules
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def reachable(lin):
    with acting(lin):
        client = perform(
            "clients.create", {"name": "张三", "code": "C0001", "phone": "13912345678", "mail": "z3@example.com"}
        )
        perform("clients.add_contact", {"client": client.pk, "kind": "微信", "value": "zhang_san_88"})
    return client


def test_a_call_opens_the_number_with_a_link_and_the_audit_says_why(lin, reachable):
    browser = desk(lin)
    page = browser.get(f"/clients/{reachable.pk}/").content.decode()
    assert "13912345678" not in page and "tel:" not in page and "拨打电话" in page
    with acting(lin):
        way = next(row for row in ask("clients.ways_to_reach", {"client": reachable.pk}) if row["way"] == "call")
    answer = browser.post(
        f"/clients/{reachable.pk}/actions/clients.open_contact",
        {"contact": way["contact"], "reason": "致电客户"},
        HTTP_HX_REQUEST="true",
    ).content.decode()
    assert 'href="tel:+8613912345678"' in answer and "service.log_interaction?channel=call" in answer
    with as_system():
        assert AuditEntry.objects.filter(action="clients.open_contact").get().reason in ("", "致电客户")


def test_every_way_shows_masked_and_each_once(lin, reachable):
    with acting(lin):
        perform("clients.add_contact", {"client": reachable.pk, "kind": "手机", "value": "13800001111"})
        ways = ask("clients.ways_to_reach", {"client": reachable.pk})
    assert [row["way"] for row in ways].count("call") == 1
    assert {row["way"] for row in ways} == {"call", "mail", "wechat"}
    assert all("*" in row["value"] for row in ways)


def test_who_may_not_open_numbers_is_offered_no_way(an, reachable):
    assert "clients.open_contact" not in desk(an).get(f"/clients/{reachable.pk}/").content.decode()


@pytest.mark.parametrize(
    ("kind", "value", "link"),
    [
        ("mobile", "13912345678", "tel:+8613912345678"),
        ("mobile", "+85291234567", "tel:+85291234567"),
        ("landline", "021-61234567", "tel:02161234567"),
        ("mail", "z3@example.com", "mailto:z3@example.com"),
        ("wechat", "zhang_san_88", ""),
        ("mobile", "138****1234", ""),
    ],
)
def test_a_contact_has_the_address_that_uses_it_and_a_masked_one_has_none(kind, value, link):
    assert rules.contact_link(kind, value) == link
