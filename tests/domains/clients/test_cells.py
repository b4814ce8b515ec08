"""Cells of many clients in one act: previewed, all or nothing, one audit entry, undone in one step."""

import json

import pytest

from dakehu.domains.clients.bulk_edit import cells
from dakehu.domains.clients.models import Client
from dakehu.domains.service.models import FollowUp
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def li(lin):
    with acting(lin):
        return perform("clients.create", {"name": "李四", "code": "C0009", "assets": "80万", "occupation": "医生"})


def rows(*given):
    return [{"client": client.pk, "values": values} for client, values in given]


def now(client):
    with as_system():
        return Client.objects.get(pk=client.pk)


def test_cells_of_many_clients_are_one_act_and_are_taken_back_whole(lin, zhang, li):
    with acting(lin):
        given = rows(
            (zhang, {"资产规模": "1,200万", "name": "章三"}), (li, {"risk_level": "C4 积极型", "occupation": ""})
        )
        made = perform("clients.change_cells", {"rows": given})
        assert (made["changed"], made["cells"]) == (2, 4)
        entry = AuditEntry.objects.filter(action="clients.change_cells").get()
        assert json.loads(entry.body)["note"]["cells"] == 4
    assert (now(zhang).assets, now(zhang).name, now(zhang).initials) == (12_000_000, "章三", "zs")
    assert (now(li).risk_level, now(li).occupation, now(li).row_version) == ("C4", "", li.row_version + 1)
    with acting(lin):
        assert perform("workbook.undo", {"batch": made["batch"]})["restored"] == 2
    assert (now(zhang).assets, now(zhang).name, now(li).occupation) == (None, "张三", "医生")


def test_one_bad_cell_stops_the_act_and_is_named(lin, zhang, li):
    with acting(lin), pytest.raises(Refused) as refused:
        perform(
            "clients.change_cells", {"rows": rows((zhang, {"assets": "5万"}), (li, {"assets": "很多", "code": "X"}))}
        )
    assert "很多" in str(refused.value) and "第 2 行" in str(refused.value)
    assert now(zhang).assets is None


def test_what_somebody_else_changed_meanwhile_is_named_and_left(lin, zhou, zhang, li):
    with acting(zhou):
        perform("clients.change", {"client": zhang.pk, "occupation": "律师", "assets": "9万"})
    with acting(lin):
        given = [
            {
                "client": zhang.pk,
                "values": {"occupation": "教师", "employer": "一中"},
                "base": {"occupation": None, "employer": None},
            }
        ]
        made = cells.evaluate_rows(given)
        assert made.changes == {zhang.pk: {"employer": "一中"}}
        assert "律师" in str(made.faults[0].message) and made.faults[0].field == "occupation"


def test_wang_cannot_touch_lins_clients_and_no_role_without_the_right_can(wang, an, zhang):
    with acting(wang):
        assert [fault.row for fault in cells.evaluate_rows(rows((zhang, {"assets": "1"}))).faults] == [0]
    with acting(an), pytest.raises(NotAllowed):
        perform("clients.change_cells", {"rows": rows((zhang, {"assets": "1"}))})


def test_only_whoever_did_it_takes_it_back_and_only_while_nothing_depends_on_it(lin, zhou, zhang):
    with acting(lin):
        key = perform("clients.change_cells", {"rows": rows((zhang, {"assets": "5万"}))})["batch"]
    with acting(zhou), pytest.raises(NotFound):
        perform("workbook.undo", {"batch": key})
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "occupation": "教师"})  # another cell: nothing depends on ours
        perform("clients.change", {"client": zhang.pk, "assets": "6万"})
        with pytest.raises(Refused) as refused:
            perform("workbook.undo", {"batch": key})
    assert "无法撤销" in str(refused.value) and now(zhang).assets == 60_000


def test_a_plan_for_many_is_taken_back_with_the_dates_it_set(lin, zhang, li):
    with acting(lin):
        made = perform(
            "service.plan_many", {"clients": [zhang.pk, li.pk], "due_on": "2030-01-08", "subject": "年度回访"}
        )
        assert FollowUp.objects.count() == 2 and str(now(zhang).next_contact_on) == "2030-01-08"
        perform("workbook.undo", {"batch": made["batch"]})
        assert FollowUp.objects.count() == 0 and now(zhang).next_contact_on is None


def test_a_cleared_choice_that_must_have_a_value_goes_back_to_the_usual_one(lin, li):
    with acting(lin):
        perform("clients.change", {"client": li.pk, "status": "dormant"})
        perform("clients.change_cells", {"rows": rows((li, {"status": ""}))})
    assert now(li).status == "active"
