"""Reports by mail: five recipients of five roles get what each may see then; the firm decides what may be mailed."""

import io

import openpyxl
import pytest

from dakehu.domains.insight.models import ReportRun
from dakehu.domains.insight.schedules import mailing, rules
from dakehu.domains.service.deliveries import handover
from dakehu.domains.service.models import Delivery
from dakehu.exchange.scheduled_reports import service
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.files import store
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.exchange.test_scheduled_reports import CARDS, FRIDAY, MONDAY

OWN = "example.com"


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("lin@example.com", True),
        ("LIN@Example.COM ", True),
        ("lin@evil-example.com", False),
        ("lin@mail.example.com", False),
        ("lin@example.com.evil.net", False),
    ],
)
def test_only_an_address_of_the_very_domain_is_the_firms_own(address, is_own):
    assert rules.is_of_domain(address, [OWN]) is is_own


def confirm(user, address):
    row = model_of("service.NoticeAddress")(user=user, channel="mail", address=address, is_on=True)
    row.confirmed_at = clock.now()
    row.save()


@pytest.fixture
def desk(lin, zhou, wang, he, an, admin, zhang, qian):
    """Add clients of Lin with amounts and Zhou's daily report to a user of each role; return these users."""
    with acting(lin):
        for code, assets in (("C1001", "6000000.10"), ("C1002", "800000.20")):
            perform("clients.create", {"name": f"李{code}", "code": code, "risk_level": "C4", "assets": assets})
    everybody = [lin, zhou, he, an, admin]
    with as_system(), act("test.addresses"):
        for user in everybody:
            confirm(user, f"{user.username}@{OWN}")
    with acting(zhou):
        report = perform("insight.save_report", {"kind": "dashboard", "name": "周报", "definition": {"cards": CARDS}})
        given = {"report": report.pk, "recipients": [user.pk for user in everybody], "rhythm": "daily", "by_mail": True}
        perform("insight.add_schedule", given)
    return everybody


def choose(admin, **settings):
    with acting(admin):
        perform("insight.change_settings", settings)


def mails():
    with as_system():
        return {row.recipient.username: row for row in Delivery.objects.filter(kind="report").order_by("pk")}


def total_in(row):
    """Return the number of clients in the first sheet of the attached workbook."""
    ((_, _, key),) = row.attachments
    sheet = openpyxl.load_workbook(io.BytesIO(store.content_of(key).whole())).worksheets[-3]
    return sheet.cell(sheet.max_row, sheet.max_column).value


def hand_over():
    """Claim every mail that is due; return {user name: state of the mail}."""
    with as_system():
        while handover.claim_delivery(worker="test", channels=("mail",)) is not None:
            pass
    return {name: row.state for name, row in mails().items()}


@pytest.mark.django_db
@pytest.mark.postgres
def test_each_of_five_roles_gets_the_own_file_and_who_lost_a_right_gets_the_smaller_one(desk, admin, lin, zhou, zhang):
    choose(admin, report_mail="file", mail_domains=OWN)
    with as_system():
        assert service.make_due(FRIDAY)["written"] == 5
    first = mails()
    assert {name: total_in(row) for name, row in first.items()} == {"lin": 3, "zhou": 3, "he": 4, "an": 4, "admin": 4}
    assert len({row.attachments[0][2] for row in first.values()}) == 5
    with as_system(), act("test.read"):
        assert all(row.address.open() == f"{name}@{OWN}" for name, row in first.items())
    with acting(zhou):
        perform("clients.unassign", {"client": zhang.pk, "user": lin.pk})
    with as_system(), act("test.change"):
        zhou.role = "analyst"
        zhou.save()
    states = hand_over()
    assert states == {"lin": "suppressed", "zhou": "suppressed", "he": "sending", "an": "sending", "admin": "sending"}
    with as_system():
        assert service.make_due(MONDAY)["written"] == 5
    assert total_in(mails()["lin"]) == 2
    with as_system():
        assert set(ReportRun.objects.filter(day=MONDAY).values_list("mailed", flat=True)) == {"file"}


@pytest.mark.django_db
def test_a_link_leaves_by_default_and_a_file_to_the_firms_own_addresses_only(desk, admin, lin):
    with as_system():
        service.make_due(FRIDAY)
    with as_system(), act("test.read"):
        assert all(not row.attachments and "登录系统" in row.text.open() for row in mails().values())
    choose(admin, report_mail="file", mail_domains="other.example")
    with as_system():
        service.make_due(MONDAY)
        notes = set(ReportRun.objects.filter(day=MONDAY).values_list("mailed", "mail_note"))
    assert notes == {("link", str(mailing.OTHER_DOMAIN))}
    assert set(hand_over().values()) == {"sending"}


@pytest.mark.django_db
def test_rows_of_many_clients_are_approved_by_somebody_else_and_no_mail_leaves_where_it_is_off(
    lin, zhou, admin, zhang, settings
):
    with as_system(), act("test.addresses"):
        confirm(lin, f"lin@{OWN}")
    choose(admin, report_mail="file", mail_domains=OWN)
    with acting(lin):
        perform("clients.create", {"name": "李四", "code": "C1001"})
        report = perform("insight.save_report", {"kind": "pivot", "name": "类型", "definition": {"rows": "kind"}})
        given = {"report": report.pk, "recipients": [lin.pk], "rhythm": "daily", "by_mail": True}
        perform("insight.add_schedule", given)
    with as_system():
        service.make_due(FRIDAY)
        assert ReportRun.objects.get().mailed == "file"
    with acting(lin):
        assert mailing._held_back("file", True, 2) is None
        settings.SUPERVISED_EXPORT = 1
        firm_settings.forget()
        assert "2 位客户" in str(mailing._held_back("file", True, 2)) and mailing._held_back("file", True, 0) is None
    choose(admin, report_mail="none")
    with as_system():
        service.make_due(MONDAY)
        run = ReportRun.objects.get(day=MONDAY)
    assert (run.mailed, run.mail_note) == ("none", str(mailing.OFF)) and len(mails()) == 1
