"""Zoho CRM is read by the ordinary import: rows are created once, a second run changes nothing, undo restores all."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.growth.models import Opportunity, Prospect
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.exchange.connectors.models import RecordLink, SourceTable
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.exchange.connectors.desks import connect, fill, pull, without_waiting, zoho  # noqa: F401
from tests.exchange.test_undo import dump
from tests.homes import own_home

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def connection(settings, tmp_path, zoho, admin, zhou):  # noqa: F811
    own_home(settings, tmp_path / "home")
    fill(zoho)
    return connect(admin, zoho, "zoho")


def test_everything_lands_where_it_belongs(connection, zhou, zhang):
    report = pull(zhou, connection)
    assert report["created"] == 12 + 1 + 3 + 1 + 2
    assert (report["aside"], report["kept"], report["state"]) == (0, 0, "done")
    with acting(zhou):
        person = Client.objects.get(name="陈静怡")
        assert (str(person.kind), person.employer, person.occupation) == ("person", "浦江实业0001", "财务总监")
        account = Client.objects.get(name="浦江实业0001")
        assert str(account.kind) == "institution"
        calls = Interaction.objects.filter(client=account).order_by("held_at")
        assert [(row.summary, str(row.channel), row.staff.name) for row in calls] == [
            ("聊了年报", "call", "林晓"),
            ("客户关心费率", "other", "林晓"),  # a note on a deal is assigned to the deal's account
        ]
        assert Interaction.objects.get(client=person).purpose == "拜访"
        assert FollowUp.objects.get(client=account).subject == "寄送报告"
        deal = Opportunity.objects.get()
        assert (deal.client, deal.amount, deal.stage.name, deal.source_stage) == (
            account,
            5_000_000,
            "初步接触",
            "Qualification",
        )
        lead = Prospect.objects.get()
        assert (lead.name, lead.employer, str(lead.source), lead.owner.name) == ("未知", "某公司", "other", "林晓")


def test_a_second_run_brings_nothing(connection, zhou):
    pull(zhou, connection)
    again = pull(zhou, connection)
    assert (again["created"], again["updated"], again["aside"], again["batch"]) == (0, 0, 0, None)


def test_only_what_changed_is_compared_cell_by_cell(connection, zoho, zhou):  # noqa: F811
    pull(zhou, connection)
    with acting(zhou):
        client = Client.objects.get(name="浦江实业0002")
        perform("clients.change", {"client": client.pk, "remark": "由我们填写"})
    zoho.put("Accounts", 2, when="2026-11-01T09:00:00+08:00", Billing_City="上海")
    report = pull(zhou, connection)
    assert (report["created"], report["updated"]) == (0, 1)
    with acting(zhou):
        client = Client.objects.get(pk=client.pk)
        assert (client.address, client.remark) == ("上海", "由我们填写")


def test_where_both_sides_changed_a_cell_the_desk_counts_unless_the_firm_says_otherwise(connection, zoho, zhou, admin):  # noqa: F811
    pull(zhou, connection)
    with acting(zhou):
        client = Client.objects.get(name="浦江实业0003")
        perform("clients.change", {"client": client.pk, "address": "北京"})
    zoho.put("Accounts", 3, when="2026-11-01T09:00:00+08:00", Billing_City="上海")
    pull(zhou, connection)
    with acting(zhou):
        assert Client.objects.get(pk=client.pk).address == "北京"
    with acting(admin):
        perform("connections.change", {"connection": connection.pk, "prefer": "file"})
    zoho.put("Accounts", 3, when="2026-11-02T09:00:00+08:00", Billing_City="杭州")
    pull(zhou, connection)
    with acting(zhou):
        assert Client.objects.get(pk=client.pk).address == "杭州"


def test_undo_takes_all_of_a_run_back_and_the_next_run_starts_afresh(connection, zhou):
    with acting(zhou):
        perform("growth.set_up_pipelines", {})
    with as_system():
        before = dump()
    report = pull(zhou, connection)
    pull(zhou, connection)
    with acting(zhou):
        perform("workbook.undo", {"batch": report["batch"]})
    with as_system():
        assert dump() == before
        assert not RecordLink.objects.exists()
        assert not SourceTable.objects.exists()
    assert pull(zhou, connection)["created"] == report["created"]


def test_a_client_whom_the_desk_knows_is_not_made_twice_nor_overwritten(connection, zoho, zhou, lin):  # noqa: F811
    with acting(lin):
        known = perform(
            "clients.create", {"name": "陈静怡", "phone": "13800000001", "occupation": "董事", "code": "C0099"}
        )
    pull(zhou, connection)
    with acting(zhou):
        assert Client.objects.filter(name="陈静怡").count() == 1
        row = Client.objects.get(pk=known.pk)
        assert (row.occupation, row.employer) == (
            "董事",
            "浦江实业0001",
        )  # existing values stay, empty ones are filled
        assert Interaction.objects.get(client=row).purpose == "拜访"


def test_rows_at_fault_are_set_aside_with_their_reason_and_tried_again(connection, zoho, zhou):  # noqa: F811
    zoho.put("Tasks", 7302, Subject="没有日期", What_Id={"id": "4150868000000000001"}, Due_Date=None)
    zoho.put("Calls", 7002, Subject="无主", Call_Start_Time="2026-09-01T10:30:00+08:00")
    report = pull(zhou, connection)
    assert report["aside"] == 2
    reasons = [text for table in report["tables"].values() for text, _, _ in table["reasons"]]
    assert any(text.startswith("计划日期") for text in reasons)
    assert not any("没有日期" in text for text in reasons)
    assert pull(zhou, connection)["aside"] == 2  # unchanged, and reported again
    zoho.put("Tasks", 7302, when="2026-11-01T09:00:00+08:00", Due_Date="2027-02-01")
    report = pull(zhou, connection)
    assert (report["created"], report["aside"]) == (1, 1)


def test_a_changed_schema_is_named_and_nothing_fails(connection, zoho, zhou):  # noqa: F811
    pull(zhou, connection)
    zoho.fields["Accounts"]["Rating__c"] = "picklist"
    del zoho.fields["Accounts"]["Website"]
    zoho.put("Accounts", 1, when="2026-11-01T09:00:00+08:00", Rating__c="Hot", Billing_City="苏州")
    report = pull(zhou, connection)
    notes = [note["zh"] for note in report["notes"]]
    assert "“Accounts”新增了“Rating__c”列。" in notes
    assert any("不再有“Website”列" in note for note in notes)
    assert any("Campaigns" in note for note in notes)  # available but not read
    assert report["updated"] == 1


def test_records_deleted_at_the_source_stay_on_the_desk_and_are_counted(connection, zoho, zhou):  # noqa: F811
    pull(zhou, connection)
    for module, number in (("Accounts", 12), ("Leads", 6101)):
        key = str(4150868000000000000 + number)
        del zoho.rows[module][key]
        zoho.deleted[module].append(key)
    report = pull(zhou, connection)
    assert report["tables"]["Accounts"]["deleted"] == 1
    assert report["tables"]["Leads"]["deleted"] == 1
    with acting(zhou):
        assert Client.objects.filter(name="浦江实业0012").exists()


def test_what_is_said_of_a_merged_client_goes_to_the_one_that_remains(connection, zoho, zhou):  # noqa: F811
    pull(zhou, connection)
    with acting(zhou):
        first, second = (Client.objects.get(name=f"浦江实业{number:04}") for number in (4, 5))
        perform("clients.merge", {"client": first.pk, "other": second.pk})
    zoho.put("Accounts", 5, when="2026-11-01T09:00:00+08:00", Billing_City="无锡")
    about = {"id": str(4150868000000000005), "name": "浦江实业0005"}
    zoho.put(
        "Calls",
        7003,
        when="2026-11-01T09:00:00+08:00",
        Subject="回访",
        What_Id=about,
        Call_Start_Time="2026-10-01T10:00:00+08:00",
    )
    report = pull(zhou, connection)
    assert (report["created"], report["updated"], report["aside"]) == (1, 1, 0)
    with acting(zhou):
        assert Client.objects.get(pk=first.pk).address == "无锡"
        assert Interaction.objects.filter(client=first, purpose="回访").exists()
