"""Clients handed over to others: a plan that shows hours, a signed pack, informed clients, and its undo."""

from datetime import timedelta

import pytest

from dakehu.domains.clients.bulk_edit.duties import open_duties
from dakehu.domains.service.hand_over import nightly
from dakehu.domains.service.hand_over.rules import digest_of
from dakehu.domains.service.models import Delivery, FollowUp, HandOverPack, Task
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system, enter

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def gu(lin):
    return enter("gu", "顾明", "manager", "东区一队")


@pytest.fixture
def book(lin):
    """Lin's two clients, with a promise, a plan, a task and a taboo."""
    day = (clock.today() + timedelta(days=5)).isoformat()
    with acting(lin):
        zhang = perform(
            "clients.create", {"name": "张三", "code": "C0001", "segment": "私人财富", "mail": "zhang@example.com"}
        )
        firm = perform("clients.create", {"name": "北斗实业", "code": "C0002", "kind": "机构", "segment": "机构"})
        perform("clients.record_needs", {"client": zhang.pk, "taboos": "不接受晚间来电"})
        said = {"client": zhang.pk, "held_at": "2026-01-05", "summary": "电话", "promise": "寄送报告"}
        perform("service.log_interaction", said)
        perform("service.plan_follow_up", {"client": zhang.pk, "due_on": day, "subject": "回访"})
        perform("service.create_task", {"client": firm.pk, "due_on": day, "subject": "补齐资料", "minutes": 120})
    return zhang, firm


def planned(lin, receiver, **more):
    return perform("service.plan_hand_over", {"user": lin.pk, "receiver": receiver.pk, "reason": "调岗", **more})


def mains():
    with as_system():
        from dakehu.foundation.schema.fields import model_of

        ids = model_of("clients.Client").objects.values_list("pk", flat=True)
        return {duty.client.code: duty.user.name for duty in open_duties(None, ids)}


def test_hours_are_shown_before_anything_moves_and_faults_are_said_in_sentences(lin, zhou, gu, wang, book):
    with acting(zhou):
        shown = ask("service.hand_over_preview", {"user": lin.pk, "receiver": gu.pk, "clients": ["C0002"]})
        assert [(one["code"], one["receiver"]["name"]) for one in shown["clients"]] == [("C0002", "顾明")]
        people = {one["name"]: (one["clients_before"], one["clients_after"]) for one in shown["people"]}
        assert people == {"林晓": (2, 1), "顾明": (0, 1)} and shown["people"][0]["hours_before"] == 2.0
        row = planned(lin, gu)
        assert row.state == "planned" and mains() == {"C0001": "林晓", "C0002": "林晓"}
        for raw, word in (
            ({"receiver": wang.pk}, "不在您的团队"),
            ({"receiver": lin.pk}, "就是离职同事"),
            ({"split": {"segments": {"机构": gu.pk}}}, "C0001"),
            ({"receiver": gu.pk, "effective_on": "2020-01-01"}, "不能早于今天"),
            ({"receiver": gu.pk, "ends_account": True}, "管理员"),
        ):
            with pytest.raises(Refused, match=word):
                perform("service.plan_hand_over", {"user": lin.pk, "reason": "调岗", **raw})
    with acting(lin), pytest.raises(Refused):
        planned(lin, gu)


def test_the_receiver_gets_everything_and_signs_for_what_the_pack_says(lin, zhou, gu, book):
    with acting(zhou):
        row = planned(lin, gu)
        done = perform("service.apply_hand_over", {"hand_over": row.pk})
    assert (done["clients"], done["plans"], done["promises"], done["tasks"], done["left"]) == (2, 1, 1, 1, [])
    assert mains() == {"C0001": "顾明", "C0002": "顾明"}
    with acting(lin):
        assert ask("clients.list", {})["count"] == 0 and ask("service.tasks", {})["count"] == 0
        assert ask("service.hand_over_list", {}) == []
    with acting(gu):
        assert ask("service.packs_to_sign", {})[0]["url"] == f"/hand-overs/{row.pk}/"
        found = ask("service.hand_over", {"hand_over": row.pk})
        pack = ask("service.hand_over_pack", {"pack": found["packs"][0]["id"]})
        says = pack["contents"]
        assert says["promises"][0]["text"] == "寄送报告" and says["taboos"] == "不接受晚间来电"
        assert says["open_work"][0]["text"] == "回访" and "我是顾明" in says["script"]["zh"]
        assert pack["digest"] == digest_of(says) and pack["is_intact"] and pack["can_sign"]
        before = AuditEntry.objects.count()
        signed = perform("service.sign_packs", {"packs": found["to_sign"]})
        assert signed["signed"] == 2 and AuditEntry.objects.count() == before + 1
        with pytest.raises(Refused, match="已签收"):
            perform("service.sign_packs", {"packs": found["to_sign"]})
        assert ask("service.packs_to_sign", {}) == []
    with as_system():
        entry = AuditEntry.objects.filter(action="service.sign_packs").get()
        assert signed["digest"] in entry.body and pack["digest"] in entry.body


def test_nobody_signs_for_another_nor_contents_that_were_changed(lin, zhou, gu, book):
    with acting(zhou):
        row = planned(lin, gu)
        perform("service.apply_hand_over", {"hand_over": row.pk})
        ids = [one["id"] for one in ask("service.hand_over", {"hand_over": row.pk})["packs"]]
        with pytest.raises(Refused, match="接收人本人"):
            perform("service.sign_packs", {"packs": ids})
    from dakehu.foundation.actions.registry import act

    with as_system(), act("test.tamper"):
        pack = HandOverPack.objects.get(pk=ids[0])
        pack.contents = {**pack.contents, "taboos": ""}
        pack.save()
    with acting(gu), pytest.raises(Refused, match="校验值不符"):
        perform("service.sign_packs", {"packs": ids})


@pytest.mark.postgres
def test_it_is_taken_back_as_a_whole_with_a_client_that_went_on_left_where_it_is(lin, zhou, gu, book):
    with acting(zhou):
        row = planned(lin, gu)
        perform("service.apply_hand_over", {"hand_over": row.pk})
    with acting(gu):
        perform("service.sign_packs", {"packs": ask("service.hand_over", {"hand_over": row.pk})["to_sign"]})
    with acting(zhou):
        perform("clients.assign", {"client": book[1].pk, "user": zhou.pk})
        done = perform("service.undo_hand_over", {"hand_over": row.pk, "reason": "调岗取消"})
    assert done == {"clients": 1, "work": 2, "left": ["C0002"]}
    assert mains() == {"C0001": "林晓", "C0002": "周宁"}
    with as_system():
        assert FollowUp.objects.filter(owner=lin, state="planned").count() == 1
        assert FollowUp.objects.filter(subject="兑现承诺：寄送报告").get().state == "cancelled"
        assert Task.objects.get().owner.name == "周宁", "it went on with the client"
    with acting(gu):
        assert ask("service.hand_over_list", {}) == []


def test_it_takes_effect_on_its_day_by_itself_and_a_client_taken_over_meanwhile_is_left(
    lin, zhou, gu, book, monkeypatch
):
    with acting(zhou):
        row = planned(lin, gu, effective_on=(clock.today() + timedelta(days=2)).isoformat())
        with pytest.raises(Refused, match="生效日期"):
            perform("service.apply_hand_over", {"hand_over": row.pk})
        perform("clients.assign", {"client": book[1].pk, "user": zhou.pk})
    with as_system():
        assert nightly.apply_due() == {"applied": 0, "refused": 0}
        moment = clock.now() + timedelta(days=2)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        assert nightly.apply_due() == {"applied": 1, "refused": 0}
    assert mains() == {"C0001": "顾明", "C0002": "周宁"}


def test_clients_are_told_by_the_outbox_and_the_others_by_hand_each_once(lin, zhou, gu, book):
    with acting(zhou):
        row = planned(lin, gu)
        perform("service.apply_hand_over", {"hand_over": row.pk})
        assert perform("service.tell_clients", {"hand_over": row.pk}) == {"queued": 1, "by_hand": 1}
        assert perform("service.tell_clients", {"hand_over": row.pk}) == {"queued": 0, "by_hand": 1}
        letters = ask("service.hand_over_letters", {"hand_over": row.pk})
        assert [one["client"] for one in letters] == ["北斗实业"] and "变更为顾明" in letters[0]["letter"]
        perform("service.mark_clients_told", {"packs": [letters[0]["pack"]]})
        assert ask("service.hand_over_letters", {"hand_over": row.pk}) == []
    with as_system():
        assert Delivery.objects.filter(client=book[0]).count() == 1


def test_hours_are_shown_moved_and_taken_back(lin, zhou, gu, book):
    with acting(zhou):
        perform("tiers.create_scheme", {"name": "2026"})
        shown = ask("service.workload", {"to": {str(book[0].pk): gu.pk}})
        after = {one["name"]: (one["clients"], one["after"]["clients"]) for one in shown["people"]}
        assert after == {"林晓": (2, 1), "周宁": (0, 0), "顾明": (0, 1)} and shown["errors"] == []
        done = perform("service.rebalance", {"to": {str(book[0].pk): gu.pk}, "reason": "均衡工作量"})
        assert done["clients"] == 1 and mains() == {"C0001": "顾明", "C0002": "林晓"}
        perform("workbook.undo", {"batch": done["batch"]})
        assert mains() == {"C0001": "林晓", "C0002": "林晓"}
        with pytest.raises(Refused, match="不由这些同事主办"):
            perform("service.rebalance", {"to": {"999999": gu.pk}, "reason": "均衡"})
        assert ask("service.rebalancing", {}) == {"to": {}}
    with acting(gu), pytest.raises(Refused):
        ask("service.workload", {})


def test_meetings_that_the_giver_organises_go_along_and_come_back(lin, zhou, gu, book):
    day = (clock.today() + timedelta(days=6)).isoformat()
    zhang, _firm = book
    with acting(lin):
        raw = {"client": zhang.pk, "subject": "年度检视", "kind": "office", "starts_at": f"{day} 10:00"}
        meeting = perform("service.plan_meeting", {**raw, "staff": [gu.pk]})
        own = perform("service.plan_meeting", {**raw, "subject": "已取消"})
        perform("service.cancel_meeting", {"meeting": own.pk, "reason": "改期"})
    with acting(zhou):
        shown = ask("service.hand_over_preview", {"user": lin.pk, "receiver": gu.pk})
        assert {one["name"]: one["meetings"] for one in shown["people"]} == {"林晓": 0, "顾明": 1}
        row = planned(lin, gu)
        assert perform("service.apply_hand_over", {"hand_over": row.pk})["meetings"] == 1
    with acting(gu):
        seats = ask("service.meeting", {"meeting": meeting.pk})["attendees"]
        assert [(one["kind"], one["name"]) for one in seats] == [("organiser", "顾明"), ("client", "张三")]
        pack = ask(
            "service.hand_over_pack", {"pack": ask("service.hand_over", {"hand_over": row.pk})["packs"][0]["id"]}
        )
        assert ("会议", "年度检视", day) in [
            (one["kind"]["zh"], one["text"], one["due_on"]) for one in pack["contents"]["open_work"]
        ]
    with acting(zhou):
        perform("service.undo_hand_over", {"hand_over": row.pk, "reason": "留任"})
    with as_system():
        meeting.refresh_from_db()
        own.refresh_from_db()
    assert (meeting.organiser_id, own.organiser_id) == (lin.pk, lin.pk)
