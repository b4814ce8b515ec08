"""Faults of the remote server lead to a wait, a new token, a resumed run or a message; never to partial writes."""

import logging

import pytest

from dakehu.domains.clients.models import Client
from dakehu.exchange.connectors import fetching, runs
from dakehu.exchange.connectors.models import Connection, Run, RunState
from dakehu.exchange.imports import apply
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.exchange.connectors.desks import connect, fill, pull, without_waiting, zoho  # noqa: F401
from tests.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(settings, tmp_path, zoho, admin, zhou):  # noqa: F811
    own_home(settings, tmp_path / "home")
    fill(zoho, accounts=3)
    return connect(admin, zoho, "zoho")


def names(zhou) -> set[str]:
    with acting(zhou):
        return set(Client.objects.values_list("name", flat=True))


ALL = {"浦江实业0001", "浦江实业0002", "浦江实业0003", "陈静怡"}


def test_a_busy_source_is_waited_for_as_long_as_it_asks(connection, zoho, zhou, without_waiting):  # noqa: F811
    zoho.busy = ["7", "", "2"]
    assert pull(zhou, connection)["created"] == 10
    assert without_waiting[0] == 7.0
    assert 2.0 in without_waiting


def test_a_source_that_stays_busy_is_named_and_the_next_run_goes_on(connection, zoho, zhou):  # noqa: F811
    zoho.busy = ["1"] * 100
    with pytest.raises(Refused) as refused:
        pull(zhou, connection)
    assert "HTTP 429" in str(refused.value)
    assert not names(zhou)
    zoho.busy = []
    assert pull(zhou, connection)["created"] == 10


def test_an_expired_token_is_renewed_in_the_midst(connection, zoho, zhou):  # noqa: F811
    run = runs.open_source

    def open_expiring(row):
        source = run(row)
        describe = source.describe
        source.describe = lambda: (describe(), zoho.expire_token())[0]
        return source

    runs.open_source = open_expiring
    try:
        assert pull(zhou, connection)["created"] == 10
    finally:
        runs.open_source = run
    assert zoho.grants == 3


def test_a_refused_grant_names_the_remedy_and_no_secret(connection, zoho, zhou, caplog):  # noqa: F811
    zoho.refused_grant = True
    with caplog.at_level(logging.DEBUG), pytest.raises(Refused) as refused:
        pull(zhou, connection)
    assert "invalid_code" in str(refused.value)
    assert "更换密钥" in str(refused.value)
    assert "client_secret" not in caplog.text


def test_the_domain_of_the_answer_is_followed_only_where_it_is_zohos(connection, zoho, zhou):  # noqa: F811
    zoho.api_domain = "http://169.254.169.254"
    with pytest.raises(Refused) as refused:
        pull(zhou, connection)
    assert "169.254.169.254" in str(refused.value)
    assert [path for _, path, _ in zoho.calls] == ["/oauth/v2/token"]


@pytest.mark.parametrize("calls", [1, 4, 12, 20, 30, 40])
def test_a_run_that_broke_off_anywhere_goes_on_and_ends_as_if_it_had_not(connection, zoho, zhou, calls):  # noqa: F811
    zoho.dies_after = calls
    try:
        pull(zhou, connection)
    except Refused:
        assert not names(zhou)
        with acting(zhou):
            assert str(Run.objects.get().state) == RunState.FAILED
    zoho.dies_after = 0
    pull(zhou, connection)
    assert names(zhou) == ALL
    assert pull(zhou, connection)["created"] == 0


class Killed(BaseException):
    """The process was killed."""


def test_a_run_killed_while_fetching_does_not_fetch_twice(connection, zoho, zhou, monkeypatch):  # noqa: F811
    keep = fetching._save_table_state

    def kill_at_calls(run, table, state):
        keep(run, table, state)
        if table == "Calls" and state["done"]:
            raise Killed

    monkeypatch.setattr(fetching, "_save_table_state", kill_at_calls)
    with pytest.raises(Killed):
        pull(zhou, connection)
    assert not names(zhou)
    monkeypatch.undo()
    zoho.calls.clear()
    assert pull(zhou, connection)["created"] == 10
    with acting(zhou):
        assert Run.objects.count() == 1


@pytest.mark.postgres
def test_a_run_killed_while_writing_leaves_nothing_and_is_written_whole_the_next_time(connection, zhou, monkeypatch):
    def kill(missing):
        raise Killed

    monkeypatch.setattr(apply.deleted_rows, "remove", kill)
    with pytest.raises(Killed):
        pull(zhou, connection)
    assert not names(zhou)
    monkeypatch.undo()
    assert pull(zhou, connection)["created"] == 10
    assert names(zhou) == ALL


def test_a_run_killed_after_writing_counts_as_done(connection, zhou, monkeypatch):
    def kill(run):
        raise Killed

    monkeypatch.setattr(runs, "record_outcome", kill)
    with pytest.raises(Killed):
        pull(zhou, connection)
    monkeypatch.undo()
    assert pull(zhou, connection)["created"] == 0
    with acting(zhou):
        assert [str(run.state) for run in Run.objects.order_by("pk")] == ["done", "done"]


def test_beyond_two_thousand_rows_the_page_token_leads_on(connection, zoho, zhou):  # noqa: F811
    pull(zhou, connection)
    for number in range(2000, 4100):
        zoho.put("Leads", number, when="2026-11-02T09:00:00+08:00", Last_Name=f"线索{number}")
    report = pull(zhou, connection)
    assert report["tables"]["Leads"]["seen"] == 2100 + 1  # the previous second is read again
    assert report["created"] == 2100
    assert all(int(query["page"]) == 1 for _, path, query in zoho.calls if path == "/crm/v8/Leads" and "page" in query)


def test_cells_changed_on_both_sides_wait_for_a_person_where_the_firm_wants_it(connection, zoho, zhou, admin):  # noqa: F811
    with acting(admin):
        perform("connections.change", {"connection": connection.pk, "prefer": "ask"})
    pull(zhou, connection)
    with acting(zhou):
        client = Client.objects.get(name="浦江实业0002")
        perform("clients.change", {"client": client.pk, "address": "北京"})
    zoho.put("Accounts", 2, when="2026-11-02T09:00:00+08:00", Billing_City="上海")
    report = pull(zhou, connection)
    assert report["state"] == "decision"
    with pytest.raises(Refused) as refused:
        pull(zhou, connection)
    assert str(report["batch"]) in str(refused.value)
    with acting(zhou):
        from dakehu.exchange.imports import service as imports

        imports.decide_conflict(report["batch"], {f"clients:{client.pk}:address": "file"}, [])
        imports.apply_batch(lambda *_: None, batch=report["batch"])
        assert Client.objects.get(pk=client.pk).address == "上海"
    assert pull(zhou, connection)["updated"] == 0


def test_once_a_rule_decides_a_run_that_waited_is_replaced(connection, zoho, zhou, admin):  # noqa: F811
    with acting(admin):
        perform("connections.change", {"connection": connection.pk, "prefer": "ask"})
    pull(zhou, connection)
    with acting(zhou):
        client = Client.objects.get(name="浦江实业0002")
        perform("clients.change", {"client": client.pk, "address": "北京"})
    zoho.put("Accounts", 2, when="2026-11-02T09:00:00+08:00", Billing_City="上海")
    assert pull(zhou, connection)["state"] == "decision"
    with acting(admin):
        perform("connections.change", {"connection": connection.pk, "prefer": "file"})
    assert pull(zhou, connection)["updated"] == 1
    with acting(zhou):
        assert Client.objects.get(pk=client.pk).address == "上海"


def test_a_run_that_broke_off_is_not_taken_up_after_an_undo(connection, zoho, zhou):  # noqa: F811
    first = pull(zhou, connection)
    zoho.put("Accounts", 2, when="2026-11-02T09:00:00+08:00", Billing_City="上海")
    zoho.dies_after = len(zoho.calls) + 14
    with pytest.raises(Refused):
        pull(zhou, connection)
    zoho.dies_after = 0
    with acting(zhou):
        perform("workbook.undo", {"batch": first["batch"]})
    assert pull(zhou, connection)["created"] == first["created"]
    assert names(zhou) == ALL


@pytest.mark.postgres
def test_a_connection_runs_only_once_at_a_time(connection, zhou):
    lock = runs.lock_of(connection)
    assert lock.take()
    try:
        with pytest.raises(Refused):
            pull(zhou, connection)
    finally:
        lock.release()


def test_nobody_else_may_see_or_run_a_connection_and_none_runs_before_it_is_switched_on(
    connection, zhou, lin, an, admin
):
    from dakehu.foundation.gates import ask

    for person in (lin, an):
        with acting(person):
            for name, values in (("connections.list", {}), ("connections.detail", {"connection": connection.pk})):
                with pytest.raises(NotAllowed):
                    ask(name, values)
            with pytest.raises(NotAllowed):
                perform("connections.start", {"connection": connection.pk})
    with acting(zhou), pytest.raises(NotAllowed):
        perform("connections.switch_off", {"connection": connection.pk})
    with acting(admin):
        with pytest.raises(NotAllowed):
            perform("connections.start", {"connection": connection.pk})
        perform("connections.switch_off", {"connection": connection.pk})
    with acting(zhou), pytest.raises(Refused) as refused:
        perform("connections.start", {"connection": connection.pk})
    assert "没有启用" in str(refused.value)


def test_another_address_switches_a_connection_off_until_an_administrator_looks(connection, admin):
    with acting(admin):
        perform("connections.change", {"connection": connection.pk, "address": "https://elsewhere.example"})
        assert not Connection.objects.get(pk=connection.pk).is_on
        with pytest.raises(Refused):
            perform("connections.change", {"connection": connection.pk, "address": "http://elsewhere.example"})
