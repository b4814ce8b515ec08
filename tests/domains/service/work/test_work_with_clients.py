"""Clients given to another main manager from the list: open work moves with them, in one act that is undone as one."""

import pytest

from dakehu.domains.service.models import FollowUp, Request
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system, enter
from tests.domains.service.test_leaving import book, gu, mains  # noqa: F401
from tests.interfaces.web.browsers import desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def open_work():
    """Return {subject: name of the owner} of open work."""
    with as_system():
        rows = [*FollowUp.objects.filter(state="planned"), *Request.objects.exclude(state="closed")]
        return {row.subject: row.owner.name for row in rows}


def test_open_work_goes_with_the_clients_and_comes_back_with_them(lin, zhou, gu, book):  # noqa: F811
    before = open_work()
    with acting(zhou):
        entries = AuditEntry.objects.count()
        report = perform("clients.hand_over", {"clients": ["C0001", "C0002"], "user": "gu"})
        assert AuditEntry.objects.count() == entries + 1
    assert (report["changed"], report["work"]) == (2, 4)
    assert open_work() == {"回访": "顾明", "开户": "顾明", "兑现承诺：寄送报告": "顾明"}
    with acting(zhou):
        perform("workbook.undo", {"batch": report["batch"]})
    assert open_work() == before and set(before.values()) == {"林晓"}
    assert set(mains().values()) == {"林晓"}


def test_a_promise_that_an_earlier_hand_over_planned_is_not_planned_again(lin, zhou, gu, book):  # noqa: F811
    for receiver in ("gu", "lin", "gu"):
        with acting(zhou):
            perform("clients.hand_over", {"clients": ["C0002"], "user": receiver})
    with as_system():
        plan = FollowUp.objects.get(subject="兑现承诺：寄送报告")
        assert plan.owner.name == "顾明"
    with acting(gu):
        perform("service.finish_follow_up", {"follow_up": plan.pk})
    with acting(zhou):
        perform("clients.hand_over", {"clients": ["C0002"], "user": "lin"})
        perform("clients.hand_over", {"clients": ["C0002"], "user": "gu"})
    with as_system():
        assert FollowUp.objects.filter(subject="兑现承诺：寄送报告").count() == 1


def test_open_work_stays_where_the_lead_leaves_it_and_with_a_deputy(lin, zhou, gu, book):  # noqa: F811
    before = open_work()
    with acting(zhou):
        assert perform("clients.hand_over", {"clients": ["C0001"], "user": "gu", "role": "deputy"})["work"] == 0
        assert perform("clients.hand_over", {"clients": ["C0001"], "user": "gu", "leave_work": True})["work"] == 0
    assert open_work() == before and mains()["C0001"] == "顾明"


def test_work_of_others_at_the_client_stays_with_them(lin, zhou, gu, book):  # noqa: F811
    enter("shen", "沈悦", "manager", "东区一队")
    with acting(zhou):
        perform("service.plan_follow_up", {"client": "C0001", "due_on": "2030-01-07", "subject": "团队拜访"})
        perform("clients.assign", {"client": "C0001", "user": "shen"})
    assert open_work() == {"回访": "沈悦", "开户": "林晓", "团队拜访": "周宁"}


def test_the_dialog_offers_to_leave_open_work_and_moves_it_unless_ticked(lin, zhou, gu, book):  # noqa: F811
    ids = ",".join(str(client.pk) for client in book)
    door = desk(zhou)
    asked = door.get(f"/clients/bulk/assign?ids={ids}", headers={"hx-request": "true"}).content.decode()
    assert 'name="leave_work"' in asked and "一并移交" in asked and "checked" not in asked
    given = {"ids": ids, "user": gu.pk, "role": "main"}
    done = door.post("/clients/bulk/assign", given, headers={"hx-request": "true"})
    assert "4" in done["HX-Trigger"] and set(open_work().values()) == {"顾明"}
