"""Fixtures of the tests of connections: a server with some records, a connection that is switched on, and a run of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from dakehu.exchange.connectors import runs
from dakehu.exchange.connectors.models import Connection
from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.exchange.connectors.fxiaoke_server import FxiaokeServer
from tests.exchange.connectors.zoho_server import LIN, ZohoServer

SECRET, GRANT = "secret", "good"


@pytest.fixture
def zoho() -> Iterator[ZohoServer]:
    server = ZohoServer()
    yield server
    server.close()


@pytest.fixture
def fxiaoke() -> Iterator[FxiaokeServer]:
    server = FxiaokeServer()
    yield server
    server.close()


def fill(server: ZohoServer, accounts: int = 12) -> None:
    """Add accounts, a person, a call, a note, a meeting, a task, a lead and a deal of the first account to an organisation."""
    for number in range(1, accounts + 1):
        server.put(
            "Accounts",
            number,
            Account_Name=f"浦江实业{number:04}",
            Phone="021-58880000",
            Annual_Revenue=number * 1000.5,
            Website="https://example.com",
        )
    first = str(4150868000000000001)
    about = {"id": first, "name": "浦江实业0001"}
    person = server.put(
        "Contacts",
        5001,
        Last_Name="陈",
        First_Name="静怡",
        Mobile="13800000001",
        Email="chen@example.com",
        Title="财务总监",
        Account_Name=about,
        Date_of_Birth="1980-05-01",
    )
    server.put("Deals", 6001, Deal_Name="定增", Account_Name=about, Amount=5_000_000, Stage="Qualification")
    server.put("Leads", 6101, Last_Name="未知", Company="某公司")
    server.put(
        "Calls",
        7001,
        Subject="回访",
        What_Id=about,
        Call_Start_Time="2026-09-01T10:30:00+08:00",
        Description="聊了年报",
        Call_Result="已接通",
    )
    server.put(
        "Events",
        7101,
        Event_Title="拜访",
        Who_Id={"id": person, "name": "陈静怡"},
        Start_DateTime="2026-09-02T15:00:00+08:00",
    )
    server.put(
        "Notes",
        7201,
        Note_Title="备忘",
        Note_Content="客户关心费率",
        Parent_Id={"id": str(4150868000000006001), "name": "定增"},
    )
    server.put("Tasks", 7301, Subject="寄送报告", What_Id=about, Due_Date="2027-01-15", Status="Not Started")


def fill_fxiaoke(server: FxiaokeServer, accounts: int = 12) -> None:
    """Add accounts, one of them a person, a contact, a sales record, a plan and an opportunity to an enterprise."""
    keys = [
        server.put("AccountObj", n, name=f"滨江科技{n:04}", account_type="1", tel="021-66660000", minutes=n)
        for n in range(1, accounts + 1)
    ]
    server.put("AccountObj", 0, name="沈一鸣", account_type="2", tel="13900000002")
    server.put("ContactObj", 1, name="顾小曼", account_id=keys[0], mobile="13900000003", job_title="出纳")
    about = [{"id": keys[0], "describe_api_name": "AccountObj"}]
    server.put(
        "ActiveRecordObj", 1, active_record_content="电话沟通理财方案", interactive_types="1", related_object_data=about
    )
    server.put("ScheduleObj", 1, name="上门签约", begin_time=1799980000000, related_object_data=about)
    server.put("NewOpportunityObj", 1, name="托管", account_id=keys[0], amount="1000000.00")


def connect(admin: Any, server: Any, kind: str, **values: Any) -> Connection:
    """Add a connection as the administrator does, and switch it on."""
    acts_for = (
        {"acts_for": "FSUID_LIN" if values.get("sign_in") == "corporate" else "1000"} if kind == "fxiaoke" else {}
    )
    with acting(admin):
        row = perform(
            "connections.add",
            {
                "name": f"{kind} 测试",
                "kind": kind,
                "address": server.url,
                "app_id": "app",
                "app_secret": SECRET,
                "grant": GRANT,
                **acts_for,
                **values,
            },
        )
        return perform("connections.switch_on", {"connection": row.pk})


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record each pause that a source requests instead of waiting."""
    pauses: list[float] = []
    monkeypatch.setattr("dakehu.exchange.connectors.http.WAIT", pauses.append)
    return pauses


def pull(user: Any, connection: Connection) -> dict[str, Any]:
    """Run a connection as a member of staff."""
    with acting(user):
        return runs.pull(Connection.objects.get(pk=connection.pk))


__all__ = ["LIN"]
