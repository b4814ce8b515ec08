"""纷享销客 is imported by both sign-ins: rows are created once, a second run changes nothing, undo restores the desk."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.exchange.connectors.desks import connect, fill_fxiaoke, fxiaoke, pull, without_waiting  # noqa: F401
from tests.exchange.test_undo import dump
from tests.homes import own_home

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["standard", "corporate"])
def connection(request, settings, tmp_path, fxiaoke, admin, zhou):  # noqa: F811
    own_home(settings, tmp_path / "home")
    fill_fxiaoke(fxiaoke)
    return connect(admin, fxiaoke, "fxiaoke", sign_in=request.param)


def test_objects_land_where_they_belong_and_come_once(connection, fxiaoke, zhou):  # noqa: F811
    with acting(zhou):
        perform("growth.set_up_pipelines", {})
    with as_system():
        before = dump()
    report = pull(zhou, connection)
    assert (report["created"], report["aside"], report["kept"]) == (13 + 1 + 1 + 1 + 1, 0, 0)
    assert fxiaoke.styles == {str(connection.sign_in)}
    with acting(zhou):
        assert str(Client.objects.get(name="沈一鸣").kind) == "person"
        assert Client.objects.get(name="顾小曼").employer == "滨江科技0001"
        record = Interaction.objects.get()
        assert (record.client.name, str(record.channel), record.staff.name) == ("滨江科技0001", "call", "林晓")
        assert FollowUp.objects.get().due_on.isoformat() == "2027-01-15"
    again = pull(zhou, connection)
    assert (again["created"], again["updated"], again["batch"]) == (0, 0, None)
    with acting(zhou):
        perform("workbook.undo", {"batch": report["batch"]})
    with as_system():
        assert dump() == before


def test_deep_reading_goes_by_the_last_id(connection, fxiaoke, zhou):  # noqa: F811
    for number in range(100, 1530):
        fxiaoke.put("NewOpportunityObj", number, name=f"商机{number}", minutes=number)
    assert pull(zhou, connection)["aside"] == 1430, "no account, no client"
    assert all(
        body["data"]["search_query_info"]["offset"] == 0 for path, body in fxiaoke.calls if path.endswith("/data/query")
    )


def test_no_more_than_four_calls_a_second_are_made(connection, zhou, without_waiting):  # noqa: F811
    pull(zhou, connection)
    assert len(without_waiting) > 5
    assert all(0 < pause <= 0.25 for pause in without_waiting)


def test_busy_answers_and_expired_tokens_are_overcome(connection, fxiaoke, zhou):  # noqa: F811
    fxiaoke.busy = 3
    pull(zhou, connection)
    fxiaoke.expire_tokens()
    fxiaoke.put("AccountObj", 2, minutes=500, address="滨江大道")
    assert pull(zhou, connection)["updated"] == 1
    fxiaoke.busy = 100
    with pytest.raises(Refused) as refused:
        pull(zhou, connection)
    assert "30004" in str(refused.value)


def test_a_service_record_is_written_back_once_and_only_where_it_was_ticked(connection, fxiaoke, zhou, admin):  # noqa: F811
    from dakehu.exchange.connectors import write_back

    pull(zhou, connection)
    with acting(zhou):
        client = Client.objects.get(name="滨江科技0002")
        perform(
            "service.log_interaction", {"client": client.pk, "held_at": "2026-11-20 10:00", "summary": "确认托管方案"}
        )
        with pytest.raises(Refused):
            write_back.write_back(connection)
    with acting(admin):
        row = perform(
            "connections.choose_fields",
            {"connection": connection.pk, "fields": "ActiveRecordObj.active_record_content"},
        )
    with acting(zhou):
        assert write_back.write_back(row)["written"] == 1
        assert write_back.write_back(row)["written"] == 0
        assert Interaction.objects.filter(summary="确认托管方案").count() == 1
    assert [one["active_record_content"] for one in fxiaoke.created] == ["确认托管方案"]
