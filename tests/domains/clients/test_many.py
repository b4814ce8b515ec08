"""Bulk edits and hand-overs: one act, permission as for one client, and undone as one."""

import pytest

from dakehu.domains.clients.bulk_import.coverage import assignment_refusal
from dakehu.domains.clients.duties import people_to_appoint
from dakehu.domains.clients.models import Client, ClientTag, Coverage
from dakehu.foundation.actions import reversal, undo
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.records.recorded import write_columns
from tests.cast import acting, as_system, enter

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def three(lin, zhang):
    with acting(lin):
        perform("clients.create", {"name": "李四", "code": "C0003", "segment": "高净值"})
        perform("clients.create", {"name": "王五", "code": "C0004", "segment": "高净值"})
    return ["C0001", "C0003", "C0004"]


def segments() -> dict:
    with as_system():
        return dict(Client.objects.values_list("code", "segment"))


def mains() -> dict:
    with as_system():
        return dict(Coverage.objects.filter(until=None, role="main").values_list("client__code", "user__username"))


def test_one_value_goes_to_many_clients_in_one_audited_act_and_comes_back_in_one(lin, three):
    with acting(lin):
        report = perform("clients.change_many", {"clients": three, "segment": "高净值", "source": "沙龙"})
        assert (report["changed"], report["unchanged"]) == (3, 0)
        assert AuditEntry.objects.filter(action="clients.change_many").count() == 1
        line = ask("workbook.undoable", {})[0]
        assert (line["batch"], line["what"]) == (report["batch"], "批量修改客户资料")
        assert line["about"] == "张三、李四、王五"
        back = perform("workbook.undo", {"batch": report["batch"]})
    assert back["restored"] == 3
    assert segments() == {"C0001": "", "C0003": "高净值", "C0004": "高净值"}
    with acting(lin):
        assert report["batch"] not in [line["batch"] for line in ask("workbook.undoable", {})]
        with pytest.raises(Refused, match="已经撤销过"):
            perform("workbook.undo", {"batch": report["batch"]})


def test_clients_that_already_say_so_are_left_alone(lin, three):
    with acting(lin):
        report = perform("clients.change_many", {"clients": "C0003，C0004", "segment": "高净值"})
    assert report == {"changed": 0, "unchanged": 2, "batch": None}


def test_a_filter_names_the_clients_as_well_as_codes_do(lin, three):
    with acting(lin):
        report = perform("clients.change_many", {"filters": {"segment": "高净值"}, "source": "转介"})
    assert report["changed"] == 2


def test_a_bulk_edit_reaches_no_client_of_others_and_then_changes_nothing(lin, three, qian):
    with acting(lin):
        with pytest.raises(Refused) as refusal:
            perform("clients.change_many", {"clients": [*three, "C0002", "没有"], "segment": "普通"})
        assert len(refusal.value.messages["clients"]) == 2
        assert perform("clients.change_many", {"filters": {"code.has": "C0"}, "source": "转介"})["changed"] == 3
    assert segments()["C0002"] == ""


def test_a_bulk_edit_needs_to_be_told_whom_and_what(lin, three):
    with acting(lin):
        for asked in (
            {"segment": "普通"},
            {"clients": three},
            {"clients": three, "filters": {"code": "C0001"}, "source": "x"},
        ):
            with pytest.raises(Refused):
                perform("clients.change_many", asked)
        with pytest.raises(Refused, match="没有"):
            perform("clients.change_many", {"clients": three, "id_number": "11010519491231002X"})


def test_a_later_change_is_not_overwritten_by_undo(lin, three):
    with acting(lin):
        report = perform("clients.change_many", {"clients": three, "segment": "普通"})
        perform("clients.change", {"client": "C0003", "segment": "钻石"})
        with pytest.raises(Refused, match="C0003"):
            perform("workbook.undo", {"batch": report["batch"]})
    assert segments()["C0001"] == "普通"


def test_a_lead_hands_clients_over_and_takes_it_back(zhou, lin, three):
    chen = enter("chen", "陈立", "manager", "东区一队")
    with acting(zhou):
        report = perform("clients.hand_over", {"clients": three[:2], "user": "chen"})
        assert report["changed"] == 2
    assert mains() == {"C0001": "chen", "C0003": "chen", "C0004": "lin"}
    with acting(chen), pytest.raises(NotFound):
        perform("workbook.undo", {"batch": report["batch"]})
    with acting(zhou):
        perform("workbook.undo", {"batch": report["batch"]})
    assert set(mains().values()) == {"lin"}
    with as_system():
        assert Coverage.objects.count() == 3


def test_a_manager_hands_nobody_over_and_a_lead_only_within_the_team(lin, zhou, wang, three):
    with acting(lin), pytest.raises(NotAllowed):
        perform("clients.hand_over", {"clients": three, "user": "lin"})
    with acting(zhou), pytest.raises(Refused, match="不在您的团队"):
        perform("clients.hand_over", {"clients": three, "user": "wang"})


@pytest.mark.parametrize("who", ["he", "an", "admin"])
def test_nobody_whose_role_serves_no_clients_is_made_a_manager_of_one(admin, he, an, lin, zhou, three, who):
    with acting(admin):
        for name, given in (
            ("clients.assign", {"client": three[0]}),
            ("clients.assign", {"client": three[0], "role": "deputy"}),
            ("clients.hand_over", {"clients": three}),
        ):
            with pytest.raises(Refused, match="角色不服务客户") as refusal:
                perform(name, {**given, "user": who})
            assert set(refusal.value.messages) == {"user"}
        offered = [name for _, name in people_to_appoint()]
        assert sorted(offered) == ["周宁", "林晓"]
    with acting(zhou), pytest.raises(Refused, match="角色不服务客户"):
        perform("clients.create", {"name": "赵六", "code": "C0009", "staff": who})
    assert set(mains().values()) == {"lin"}


def test_an_import_makes_nobody_a_manager_whose_role_serves_no_clients(admin, he, lin, zhang):
    with acting(admin):
        assert "角色不服务客户" in str(assignment_refusal(he)) and "角色不服务客户" in str(assignment_refusal(admin))
        assert assignment_refusal(lin) is None


def test_a_single_assignment_may_be_undone_too(zhou, lin, zhang):
    enter("chen", "陈立", "manager", "东区一队")
    with acting(zhou):
        perform("clients.assign", {"client": "C0001", "user": "chen"})
        (line,) = ask("workbook.undoable", {})
        assert (line["about"], line["who"]) == ("张三", "周宁")
        perform("workbook.undo", {"batch": line["batch"]})
    assert mains() == {"C0001": "lin"}


def test_rows_that_go_along_with_a_deleted_row_come_back_with_it(lin, zhang):
    """Deleting a client also deletes its cover and labels; all are in the notes."""
    with acting(lin):
        perform("clients.tag", {"client": "C0001", "name": "重点"})
    with as_system():
        born = Client.objects.get().created_at
        with act("test.delete"):
            with undo.recording_undo() as kept:
                Client.objects.get().delete()
            key = kept.store()
        assert not Coverage.objects.exists() and not ClientTag.objects.exists()
        with act("test.back"):
            reversal.revert(undo.load(key))
        assert Client.objects.get().created_at == born
        assert Coverage.objects.get().user_id == lin.pk and ClientTag.objects.count() == 1


def test_columns_written_without_loading_the_row_come_back_too(lin, zhang):
    with as_system():
        with act("test.write"):
            with undo.recording_undo() as kept:
                write_columns(Client, zhang.pk, {"segment": "普通"})
                write_columns(Client, zhang.pk, {"segment": "钻石"})
            key = kept.store()
        with act("test.back"):
            reversal.revert(undo.load(key))
    assert segments() == {"C0001": ""}
