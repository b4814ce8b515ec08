"""A certificate that expires at midnight blocks the action it gates at every interface; a renewal is a new row."""

from datetime import timedelta

import pytest

from dakehu.domains.learning.notices import certificate_notices
from dakehu.exchange.imports.service import run_import
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotCertified, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting, as_system
from tests.domains.learning.exam_stage import add_exam
from tests.domains.learning.test_exams import sit

pytestmark = pytest.mark.django_db
GATED = "clients.create"


@pytest.fixture
def kind(he):
    with acting(he):
        return perform(
            "learning.add_certificate_kind", {"code": "RULES", "name": "执业规则", "months": 12, "gates": GATED}
        )


def issue(he, user, kind, **days):
    with acting(he):
        return perform("learning.issue_certificate", {"user": user.username, "kind": kind.code, **days})


@pytest.mark.postgres
def test_a_certificate_that_expires_at_midnight_blocks_what_it_gates_at_every_door(
    lin, he, kind, client, monkeypatch, tmp_path
):
    today = clock.today()
    issue(he, lin, kind, expires_on=today)
    with acting(lin):
        perform(GATED, {"name": "张三", "code": "C1"})
        assert ask("learning.my_certificates", {})["gated"][0]["is_held"]
        token = perform("team.create_token", {"name": "程序"})["token"]
    client.post("/sign-in", {"username": "lin", "password": PASSWORD})
    assert "inert" not in client.get(f"/actions/{GATED}").content.decode()
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=1))
    for door in ("test", "cli", "api"):
        with acting(lin, door), pytest.raises(NotCertified, match="您的证书已于"):
            perform(GATED, {"name": "李四", "code": "C2"})
    form = client.get(f"/actions/{GATED}").content.decode()
    assert "到期" in form and "inert" in form
    assert client.post(f"/actions/{GATED}", {"name": "李四", "code": "C2"}).status_code == 403
    body = {"name": "李四", "code": "C2"}
    answer = client.post(
        "/api/v1/clients", body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 403 and "执业规则" in answer.content.decode()
    with acting(lin), pytest.raises(NotCertified):
        ACTIONS[GATED].body(name="李四", code="C2")
    file = tmp_path / "客户.csv"
    file.write_text("客户号,客户姓名\nC2,李四\n", encoding="utf-8")
    with acting(lin), pytest.raises(NotCertified):
        run_import(file)
    with as_system():
        assert ask("clients.list", {})["count"] == 1


def test_passing_the_exam_issues_a_new_row_and_opens_what_is_gated(lin, he, kind):
    exam = add_exam(he, certificate_kind="RULES")
    old = issue(he, lin, kind, issued_on=clock.today() - timedelta(400))
    with acting(lin), pytest.raises(NotCertified):
        perform(GATED, {"name": "张三", "code": "C1"})
    attempt = sit(lin, exam)
    with acting(lin):
        perform("learning.finish_attempt", {"attempt_id": attempt.pk})
        perform(GATED, {"name": "张三", "code": "C1"})
        issues = ask("learning.my_certificates", {})["issues"]
        assert [one["standing"] for one in issues] == ["valid", "ended"] and issues[1]["id"] == old.pk
        assert ask("learning.check_certificate", {"number": issues[0]["number"]})["standing"] == "valid"


def test_a_revoked_certificate_blocks_from_that_day_and_compliance_alone_revokes(lin, zhou, he, kind):
    row = issue(he, lin, kind)
    with acting(zhou), pytest.raises(NotAllowed):
        perform("learning.revoke_certificate", {"certificate_id": row.pk, "reason": "违规"})
    with acting(he):
        perform("learning.revoke_certificate", {"certificate_id": row.pk, "reason": "违规"})
    with acting(lin), pytest.raises(NotCertified, match="吊销"):
        perform(GATED, {"name": "张三", "code": "C1"})


def test_what_nobody_could_do_without_is_never_gated(he, kind):
    with acting(he), pytest.raises(Refused, match="不能设为须持证"):
        perform("learning.change_certificate_kind", {"certificate_kind_id": kind.pk, "gates": "learning.start_attempt"})


def test_each_reminder_is_one_notice_of_the_holder_until_it_is_renewed(lin, zhou, he, kind):
    issue(he, lin, kind, expires_on=clock.today() + timedelta(days=7))
    with acting(lin):
        assert [one["tone"] for one in certificate_notices()] == ["bad"]
    with acting(zhou):
        assert certificate_notices() == []
    issue(he, lin, kind)
    with acting(lin):
        assert certificate_notices() == []


def test_whose_certificates_one_sees(lin, zhou, wang, he, an, kind):
    issue(he, lin, kind)
    counts = {}
    for user in (lin, zhou, wang, he, an):
        with acting(user):
            counts[user.username] = ask("learning.certificates", {})["count"]
    assert counts == {"lin": 1, "zhou": 1, "wang": 0, "he": 1, "an": 0}
    with acting(wang), pytest.raises(NotFound):
        ask("learning.check_certificate", {"number": "RULES-1999-00001"})
