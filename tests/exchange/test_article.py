"""The article's own five tables are imported as one client."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from dakehu.domains.clients.models import Client, Contact, Needs
from dakehu.domains.ledger.models import Investment
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.exchange.imports import service as imports
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit.models import AuditEntry
from tests.cast import acting
from tests.exchange.article import CARDS, write_article

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
EXAMPLE = Path(__file__).parents[2] / "examples" / "文章示例-大客户管理表.xlsx"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_article(tmp_path / "大客户管理表.xlsx")


def test_the_five_tables_become_one_client_with_everything_about_them(lin, table):
    with acting(lin):
        report = imports.run_import(table)
        client = Client.objects.get()
        investment = Investment.objects.get(client=client)
        needs = Needs.objects.get(client=client)
        said = list(Interaction.objects.filter(client=client).order_by("held_at").values_list("summary", flat=True))
        plans = list(FollowUp.objects.filter(client=client).order_by("due_on").values_list("subject", flat=True))
        assert (client.name, client.gender, client.stated_age, client.occupation) == ("张三", "", 35, "企业高管")
        assert (investment.amount, investment.horizon, investment.expected_return) == (1000000, "long", Decimal("0.05"))
        assert (investment.product, investment.risk_preference) == ("股票 A", "C3")
        assert (needs.goal, needs.risk_preference, needs.likes) == ("资产保值增值", "C3", "股票投资组合管理")
        assert said == ["客户咨询关于股票投资的问题", "客户投诉关于服务响应速度慢"]
        assert plans == ["与客户电话沟通,了解最新需求", "安排面对面会议,讨论投资策略调整"]
        assert (client.last_contact_on.isoformat(), client.next_contact_on.isoformat()) == ("2023-02-10", "2023-01-10")
    assert (report["created"], report["errors"]) == (7, 0)
    assert {name: c["created"] for name, c in report["parts"].items() if name != "coverage"} == {
        "clients": 1,
        "investments": 1,
        "interactions": 2,
        "needs": 1,
        "follow_ups": 2,
        "contacts": 2,
    }


def test_the_masked_telephone_is_kept_unverified_with_a_warning(lin, table):
    with acting(lin):
        report = imports.run_import(table)
        phone = Contact.objects.get(kind="mobile")
        assert (str(phone.value), phone.verified) == ("138xxxxxx88", False)
        assert phone.remark
        assert str(Contact.objects.get(kind="mail").value) != ""
    (warning,) = report["warnings"]
    assert warning["cell"] == "B6" and "138xxxxxx88" in warning["zh"] and "138xxxxxx88" in warning["en"]


def test_a_second_import_changes_nothing_and_says_so(lin, table):
    with acting(lin):
        imports.run_import(table)
        entries = AuditEntry.objects.filter(action="workbook.import").count()
        report = imports.run_import(table)
        assert (report["created"], report["updated"], report["unchanged"]) == (0, 0, 7)
        assert report["warnings"] == []
        assert Client.objects.count() == 1 and Interaction.objects.count() == 2
        assert AuditEntry.objects.filter(action="workbook.import").count() == entries + 1


def test_lin_covers_the_client_she_imported_and_wang_sees_nothing(lin, wang, table):
    with acting(lin):
        imports.run_import(table)
        assert Client.objects.count() == 1
    with acting(wang):
        assert not Client.objects.exists() and not Interaction.objects.exists()


def test_a_dry_run_tells_the_same_and_writes_nothing(lin, table):
    with acting(lin):
        report = imports.run_import(table, dry_run=True)
        assert report["created"] == 7 and report["imported"] is False
        assert not Client.objects.exists()
    with acting_as(system_actor("look")):
        assert not AuditEntry.objects.filter(action__startswith="workbook").exists()


def test_the_example_in_the_project_is_the_same_workbook():
    book = openpyxl.load_workbook(EXAMPLE)
    assert {s.title: [tuple(c for c in r if c) for r in s.iter_rows(values_only=True)] for s in book} == CARDS
