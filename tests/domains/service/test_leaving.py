"""A colleague who leaves: nothing remains without an owner, and all of it is one act."""

from datetime import timedelta

import pytest

from dakehu.domains.clients.bulk_edit.duties import open_duties
from dakehu.domains.service.models import FollowUp, Request
from dakehu.domains.team.models import Notice
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system, enter
from tests.interfaces.web.browsers import desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def gu(lin):
    return enter("gu", "顾明", "manager", "东区一队")


@pytest.fixture
def shen(lin):
    return enter("shen", "沈悦", "manager", "东区一队")


@pytest.fixture
def book(lin):
    """Lin's two clients with a plan, a promise, a request and a complaint."""
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001", "segment": "私人财富"})
        firm = perform("clients.create", {"name": "北斗实业", "code": "C0002", "kind": "机构", "segment": "机构"})
        due = (clock.today() + timedelta(days=5)).isoformat()
        perform("service.plan_follow_up", {"client": zhang.pk, "due_on": due, "subject": "回访"})
        perform(
            "service.log_interaction",
            {"client": firm.pk, "held_at": "2026-01-05", "summary": "电话", "promise": "寄送报告"},
        )
        perform("service.open_request", {"client": firm.pk, "kind": "咨询", "subject": "开户"})
        perform("service.open_request", {"client": zhang.pk, "kind": "投诉", "subject": "费用"})
    return zhang, firm


def leave(user, **more):
    return perform("service.hand_over_colleague", {"user": user.pk, "reason": "离职", **more})


def mains():
    """Return {client code: name of the main manager}."""
    with as_system():
        ids = model_of("clients.Client").objects.values_list("pk", flat=True)
        return {duty.client.code: duty.user.name for duty in open_duties(None, ids)}


def sentences(call):
    with pytest.raises(Refused) as refused:
        call()
    return " ".join(text for texts in refused.value.as_plain().values() for text in texts)


def test_everything_goes_to_one_receiver_in_one_entry_of_the_audit(lin, zhou, gu, book):
    with acting(zhou):
        before = AuditEntry.objects.count()
        report = leave(lin, receiver=gu.pk, note="请先联系张三")
        assert AuditEntry.objects.count() == before + 1
    counts = {
        "clients": 2,
        "plans": 1,
        "promises": 1,
        "requests": 1,
        "complaints": 1,
        "tasks": 0,
        "moments": 0,
        "meetings": 0,
    }
    assert report == {**counts, "deactivated": False}
    assert mains() == {"C0001": "顾明", "C0002": "顾明"}
    with as_system():
        assert not FollowUp.objects.filter(owner=lin, state="planned").exists()
        assert FollowUp.objects.filter(owner=gu, subject="兑现承诺：寄送报告").exists()
        assert not Request.objects.filter(owner=lin).exclude(state="closed").exists()
        assert "林晓移交 2 位客户给您。请先联系张三" in Notice.objects.get(user=gu).detail


def test_clients_are_split_by_segment_and_a_client_named_goes_its_own_way(lin, zhou, gu, shen, book):
    firm = book[1]
    with acting(zhou):
        split = {"segments": {"私人财富": gu.pk, "机构": gu.pk}, "clients": {str(firm.pk): shen.pk}}
        shown = ask("service.leaving_preview", {"user": lin.pk, "split": split})
        leave(lin, split=split)
    assert shown["errors"] == [] and {row["name"]: row["clients"] for row in shown["receivers"]} == {
        "顾明": 1,
        "沈悦": 1,
    }
    assert mains() == {"C0001": "顾明", "C0002": "沈悦"}


def test_what_would_stay_without_somebody_is_refused_in_a_sentence_and_nothing_is_written(
    lin, zhou, gu, wang, he, book
):
    with acting(zhou):
        said = sentences(lambda: leave(lin, split={"segments": {"机构": gu.pk}}))
        assert "1 位客户还没有接收人：C0001" in said
        assert "就是离职同事" in sentences(lambda: leave(lin, receiver=lin.pk))
        assert "不在您的团队" in sentences(lambda: leave(lin, receiver=wang.pk))
        assert "不服务客户" in sentences(lambda: leave(lin, receiver=he.pk))
        assert "由管理员完成" in sentences(lambda: leave(lin, receiver=gu.pk, deactivate=True))
        assert "不能晚于今天" in sentences(lambda: leave(lin, receiver=gu.pk, on="2099-01-01"))
    assert mains() == {"C0001": "林晓", "C0002": "林晓"}


def test_the_administrator_hands_over_ends_the_account_and_sees_masked_names(lin, gu, admin, book):
    browser = desk(lin)
    assert browser.get("/clients/").status_code == 200
    with acting(admin):
        found = ask("service.leaving", {"user": lin.pk})
        assert found["counts"]["clients"] == 2 and {row["name"] for row in found["clients"]} == {"张*", "北***"}
        assert leave(lin, receiver=gu.pk, deactivate=True)["deactivated"]
    with as_system():
        lin.refresh_from_db()
    assert not lin.is_active and mains()["C0001"] == "顾明"
    assert browser.get("/clients/").status_code == 302


def test_managers_and_other_teams_cannot_hand_over_a_colleague(lin, wang, gu, book):
    for user in (wang, gu):
        with acting(user), pytest.raises(NotAllowed):
            leave(lin, receiver=gu.pk)


def test_the_page_leads_from_counts_over_a_preview_to_the_act(lin, zhou, gu, book):
    browser = desk(zhou)
    page = browser.get(f"/leaving/?user={lin.pk}").content.decode()
    assert "私人财富" in page and "北斗实业" in page
    raw = {"user": lin.pk, "receiver": gu.pk, "reason": "离职"}
    preview = browser.post("/leaving/", raw).content.decode()
    assert "顾明" in preview and 'name="confirm"' in preview
    assert browser.post("/leaving/", {**raw, "confirm": "1"}).status_code == 302
    assert mains() == {"C0001": "顾明", "C0002": "顾明"}


def test_a_client_behind_a_wall_is_neither_counted_nor_handed_over_and_compliance_is_told(zhou, lin, gu, he, book):
    zhang, _firm = book
    with acting(he):
        perform("clients.set_information_wall", {"client": zhang.pk, "walled": True, "reason": "重组项目"})
    with acting(zhou):
        told = ask("service.leaving", {"user": lin.pk})
        counts = {"clients": 1, "plans": 0, "promises": 1, "requests": 1, "complaints": 0}
        assert told["counts"] == {**counts, "tasks": 0, "moments": 0, "meetings": 0}
        assert [row["segment"] for row in told["segments"]] == ["机构"]
        preview = ask("service.leaving_preview", {"user": lin.pk, "receiver": gu.pk})
        assert [row["clients"] for row in preview["receivers"]] == [1] and preview["errors"] == []
        assert leave(lin, receiver=gu.pk)["clients"] == 1
    assert mains() == {"C0001": "林晓", "C0002": "顾明"}
    with acting(gu):
        assert [row["code"] for row in ask("clients.list", {})["rows"]] == ["C0002"]
    with as_system():
        texts = dict(Notice.objects.filter(detail__contains="隔离墙").values_list("user__username", "detail"))
    assert set(texts) == {"he"} and "仍有 1 位" in texts["he"]


def test_a_long_note_shows_in_the_notice_that_it_goes_on(zhou, lin, gu, book):
    with acting(zhou):
        leave(lin, receiver=gu.pk, note="请先联系。" * 60)
    with as_system():
        (detail,) = Notice.objects.filter(user__username="gu", detail__contains="请先联系").values_list(
            "detail", flat=True
        )
    assert detail.endswith("…")
