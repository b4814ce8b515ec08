"""Pages of tasks, absences, workload and hand-overs, as a browser gets them."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import HandOver, Task
from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system, enter
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def gu(lin):
    return enter("gu", "顾明", "manager", "东区一队")


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def test_a_task_is_listed_moved_on_the_board_changed_with_others_and_opened(lin, zhou, zhang):
    day = (clock.today() + timedelta(days=2)).isoformat()
    with acting(lin):
        row = perform("service.create_task", {"client": zhang.pk, "subject": "补齐资料", "due_on": day})
        perform("service.create_task", {"part_of": row.pk, "subject": "复印证件", "due_on": day})
        other = perform("service.create_task", {"client": zhang.pk, "subject": "寄送合同", "due_on": day})
    browser = desk(lin)
    page = text(browser.get("/tasks/"))
    assert "复印证件" in page and "寄送合同" in page and 'name="due_on"' in page
    assert "寄送合同" in text(browser.get("/tasks/board/")) and "复印证件" in text(browser.get(f"/tasks/{row.pk}/"))
    form = text(browser.get(f"/actions/service.create_task?part_of={row.pk}", headers={"HX-Request": "true"}))
    assert f'name="part_of" value="{row.pk}"' in form
    said = {"task": other.pk, "version": other.row_version, "state": "waiting", "then": "stay"}
    assert browser.post("/actions/service.move_task", said, headers={"HX-Request": "true"}).status_code == 200
    browser.post("/tasks/change", {"tasks": [other.pk], "priority": "1", "due_on": "", "owner": "", "state": ""})
    with as_system():
        found = Task.objects.get(pk=other.pk)
        assert (found.state, found.priority) == ("waiting", "1")
    client = text(browser.get(f"/clients/{zhang.pk}/"))
    assert "寄送合同" in client
    assert "全队" in text(desk(zhou).get("/tasks/?whose=team"))


def test_checklists_and_absences_are_kept_on_their_pages(lin, zhou, gu):
    with acting(zhou):
        perform("service.add_default_checklists", {})
        day = clock.today().isoformat()
        perform("service.record_absence", {"user": lin.pk, "first_on": day, "last_on": day, "deputy": gu.pk})
    assert "新客户入户清单" in text(desk(zhou).get("/tasks/checklists/"))
    page = text(desk(lin).get("/tasks/absences/"))
    assert "month__away" in page and "顾明" in page
    assert "month__away" not in text(desk(lin).get("/tasks/absences/?month=2031-01"))
    with as_system():
        gu.refresh_from_db()
    assert "代理林晓至" in text(desk(gu).get("/tasks/"))


def test_clients_are_handed_over_from_plan_to_signature_and_back_in_the_browser(lin, zhou, gu, zhang):
    lead, receiver = desk(zhou), desk(gu)
    assert "张三" in text(lead.get(f"/hand-overs/new?user={lin.pk}"))
    raw = {"user": lin.pk, "receiver": gu.pk, "clients": [zhang.pk], "reason": "轮岗", "effective_on": ""}
    preview = text(lead.post("/hand-overs/new", raw))
    assert "1 → 0" in preview and "0 → 1" in preview and 'name="confirm"' in preview
    assert lead.post("/hand-overs/new", {**raw, "confirm": "1"}).status_code == 302
    with as_system():
        number = HandOver.objects.get().pk
    address = f"/hand-overs/{number}/"
    assert receiver.get(address).status_code == 404
    lead.post(f"{address}apply")
    assert f"/hand-overs/{number}/" in text(receiver.get("/hand-overs/"))
    with acting(gu):
        found = ask("service.hand_over", {"hand_over": number})
    pack = f"/hand-overs/packs/{found['packs'][0]['id']}/"
    assert "SHA-256" in text(receiver.get(pack)) and desk(lin).get(pack).status_code == 404
    assert "变更为顾明" in text(lead.get(f"{address}letters"))
    receiver.post(f"{address}sign", {"packs": found["to_sign"]})
    assert "1 / 1" in text(lead.get(address))
    lead.post(f"{address}undo", {"reason": "取消"})
    assert receiver.get(pack).status_code == 404 and "已撤回" in text(lead.get(address))


def test_the_lead_tries_a_move_sees_the_hours_and_makes_it(lin, zhou, gu, zhang):
    browser = desk(zhou)
    assert "张三" in text(browser.get(f"/workload/?user={lin.pk}"))
    tried = text(browser.get(f"/workload/?to.{zhang.pk}={gu.pk}"))
    assert "试算的调整" in tried and 'name="confirm"' in tried
    assert browser.post("/workload/", {f"to.{zhang.pk}": gu.pk, "reason": "均衡", "confirm": "1"}).status_code == 302
    with acting(gu):
        assert ask("clients.list", {})["count"] == 1
    assert desk(lin).get("/workload/").status_code == 403
