"""A client requests a copy and deletion: the copy has all own data and none of others; then only compliance sees the client."""

import base64
import io
import json
import zipfile

import pytest

from dakehu.domains.clients.models import Client, Coverage, Group, Member
from dakehu.domains.compliance.models import PrivacyRequest
from dakehu.domains.ledger.models import TradeBatch
from dakehu.domains.ledger.trades import journal
from dakehu.domains.service.models import Meeting, MeetingAttendee, Moment
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.schema import nightly
from dakehu.foundation.schema.references import references_to
from tests.cast import acting, as_system
from tests.interfaces.test_leaver import CODE, NAME, SECRET, every_answer, held, names_the_client  # noqa: F401
from tests.interfaces.web.browsers import desk
from tests.rows import add_smallest_row

pytestmark = [pytest.mark.django_db]
# They store only whom they are about.
SAY_NOTHING = {"Judgement of not being the same person", "Client of a mail set aside"}
OTHER, THEIRS = "留任客户", "别人的秘密"


@pytest.fixture
def pair(lin):
    """Two clients of Lin."""
    with acting(lin):
        client = perform("clients.create", {"name": NAME, "code": CODE})
        return {"client": client, "other": perform("clients.create", {"name": OTHER, "code": "C0778"})}


def grant(he, client, kind="delete"):
    with acting(he):
        row = perform("compliance.open_privacy_request", {"client": client.pk, "kind": kind})
        return perform("compliance.grant_privacy_request", {"request": row.pk, "answer": "已按要求办理"})


def copy_for(he, client):
    with acting(he):
        content = base64.b64decode(perform("privacy.copy_client", {"client": client.pk})["content"])
    archive = zipfile.ZipFile(io.BytesIO(content))
    return archive, json.loads(archive.read("copy.json"))


@pytest.mark.postgres
def test_the_copy_holds_everything_of_him_and_nothing_of_others(lin, he, held):  # noqa: F811
    client, other = held["client"], held["other"]
    with acting(lin):
        perform("clients.change", {"client": client.pk, "id_number": "11010519491231002X", "occupation": "船长"})
        perform("clients.record_needs", {"client": client.pk, "goal": "保值"})
        perform("clients.add_contact", {"client": client.pk, "kind": "手机", "value": "13812345678"})
        perform("service.add_attachment", {"client": client.pk, "file": Upload("合同.txt", "签字页".encode())})
        perform("service.log_interaction", {"client": other.pk, "held_at": "2026-01-05", "summary": THEIRS})
    with as_system(), act("test.settle"):
        group = Group(kind="household", name=f"{OTHER}家")
        group.save()
        first = Member(client=other, group=group)
        first.save()
        Member(client=client, group=group, relation="spouse", to=first).save()
        meeting = Meeting(
            client=client, subject=f"与{OTHER}", starts_at=clock.now(), ends_at=clock.now(), minutes=THEIRS
        )
        meeting.save()
        MeetingAttendee(meeting=meeting, client=other, name=OTHER).save()
        Moment(
            client=client,
            kind="M33",
            about="可疑交易",
            fired_on=clock.today(),
            due_at=clock.now(),
            priority=1,
            compliance_only=True,
        ).save()
        add_smallest_row(Moment, lin, client=client)
        for model, key in references_to(Client):
            if not model.objects.filter(**{key.name: client}).exists():
                row = add_smallest_row(model, lin, **{key.name: client})
                if isinstance(row, TradeBatch):
                    trade = {"client": 0, "asset": 1, "day": clock.today(), "batch": row.pk, "amount": 765432}
                    journal.write(journal.path_of(row.file), journal.trades_of([trade]))
    archive, copy = copy_for(he, client)
    text, page = json.dumps(copy, ensure_ascii=False), archive.read("copy.html").decode()
    for known in (
        NAME,
        CODE,
        SECRET,
        "船长",
        "11010519491231002X",
        "13812345678",
        "zhang@example.com",
        "合同.txt",
        "配偶",
        "7654.32",
    ):
        assert known in text and known in page, known
    for hidden in (OTHER, THEIRS, other.code, "可疑", "compliance", "隔离"):
        assert hidden not in text and hidden not in page, hidden
    assert "签字页".encode() in {archive.read(name) for name in archive.namelist()}
    named = {tuple(table["name"]) for table in copy["tables"]}
    said = {(model.names.zh, model.names.en) for model, _ in references_to(Client) if hasattr(model, "names")}
    silent = {name for _, name in said - named}
    assert silent <= SAY_NOTHING, "tables of clients of which the copy says nothing"


@pytest.mark.postgres
def test_who_may_not_see_the_client_gets_no_copy_and_a_manager_none_at_all(lin, wang, he, pair):
    for user, error in ((lin, NotAllowed), (wang, NotAllowed)):
        with acting(user), pytest.raises(error):
            perform("privacy.copy_client", {"client": pair["client"].pk})
    with acting(wang), pytest.raises(Refused):
        perform("compliance.open_privacy_request", {"client": pair["client"].pk, "kind": "access"})


@pytest.mark.postgres
def test_after_a_granted_deletion_no_door_but_compliance_shows_him(lin, zhou, he, an, admin, held):  # noqa: F811
    client = held["client"]
    grant(he, client)
    after = every_answer(lin, held)
    asked_for = {f"/clients/?code.eq={CODE}", f"/palette?q={CODE}"}  # these repeat what was typed
    assert {door for door, (_, text) in after.items() if names_the_client(text)} - asked_for == set()
    assert any(OTHER in text for _, text in after.values())
    one_client = [one for one in QUERIES.values() if [p.name for p in one.parameters if p.required] == ["client"]]
    for user in (lin, zhou, an, admin):
        with acting(user):
            for query in one_client:
                with pytest.raises(Refused):
                    ask(query.name, {"client": client.pk})
            assert ask("clients.list", {})["count"] == 1 and ask("clients.list", {"text": CODE})["count"] == 0
    with acting(he):
        assert ask("clients.detail", {"client": client.pk})["code"] == CODE
        assert ask("clients.list", {"text": CODE})["count"] == 1


@pytest.mark.postgres
def test_a_duty_recorded_for_a_restricted_client_opens_nothing(lin, he, pair):
    grant(he, pair["client"])
    with as_system(), act("test.settle"):
        Coverage(client=pair["client"], user=lin, role="main", since=clock.today()).save()
    with acting(lin):
        assert ask("clients.list", {})["count"] == 1
    with acting(he), pytest.raises(Refused):
        perform("clients.set_information_wall", {"client": pair["client"].pk, "walled": False, "reason": "试"})


def test_a_restriction_is_lifted_with_what_the_client_was_before(lin, he, pair):
    grant(he, pair["client"], "restrict")
    with acting(he):
        perform("compliance.lift_restriction", {"client": pair["client"].pk, "reason": "客户撤回请求"})
        with pytest.raises(Refused):
            perform("compliance.lift_restriction", {"client": pair["client"].pk, "reason": "再次"})
    with as_system():
        row = Client.objects.get(pk=pair["client"].pk)
        assert (row.restricted, row.walled, row.status) == (False, False, "active")


def test_a_request_has_a_deadline_an_answer_once_and_a_notice(lin, he, pair):
    with acting(lin):
        row = perform("compliance.open_privacy_request", {"client": CODE, "kind": "更正", "received_on": "2026-11-27"})
        assert row.due_on.isoformat() == "2026-12-18"
        with pytest.raises(NotAllowed):
            perform("compliance.refuse_privacy_request", {"request": row.pk, "refusal_reason": "无"})
        with pytest.raises(Refused):
            perform("compliance.open_privacy_request", {"client": CODE, "kind": "更正", "received_on": "2099-01-01"})
    with acting(he):
        assert len(ask("compliance.privacy_notices", {})) == 1
        perform("compliance.refuse_privacy_request", {"request": row.pk, "refusal_reason": "资料属实"})
        assert ask("compliance.privacy_notices", {}) == []
        with pytest.raises(Refused, match="已经办理"):
            perform("compliance.grant_privacy_request", {"request": row.pk, "answer": "改了"})


def test_the_preview_says_on_which_day_and_why_and_closed_clients_wait_for_a_person(lin, he, pair):
    grant(he, pair["client"])
    with acting(lin):
        perform("clients.change", {"client": pair["other"].pk, "status": "已销户"})
    with acting(he):
        rows = {row["client"]["id"]: row for row in ask("compliance.erasure_preview", {})}
        assert rows[pair["client"].pk]["restricted"] and not rows[pair["other"].pk]["restricted"]
        assert rows[pair["client"].pk]["until"] == clock.today().replace(year=clock.today().year + 20).isoformat()
        assert rows[pair["client"].pk]["years"] == 20 and rows[pair["client"].pk]["because"]
        with pytest.raises(Refused):
            perform("compliance.end_relation", {"client": pair["client"].pk, "reason": "试"})
        perform("compliance.end_relation", {"client": pair["other"].pk, "reason": "销户满期"})
    with as_system():
        assert Client.objects.filter(restricted=True).count() == 2 and PrivacyRequest.objects.count() == 2


def test_a_term_is_prolonged_and_what_the_law_asks_is_not_shortened(he):
    with acting(he):
        perform("compliance.set_privacy_term", {"code": "deadline", "amount": "10", "source": "公司制度"})
        assert ask("compliance.privacy_terms", {})[0]["amount"] == 10
        perform("compliance.set_privacy_term", {"code": "service.Interaction", "amount": "25", "source": "公司制度"})
        with pytest.raises(Refused, match="20"):
            perform("compliance.set_privacy_term", {"code": "service.Task", "amount": "5", "source": "公司制度"})
        with pytest.raises(NotFound):
            perform("compliance.set_privacy_term", {"code": "no.Such", "amount": "5", "source": "公司制度"})


def test_erasure_is_the_last_step_of_the_night():
    assert [step.name for step in nightly.steps()][-1] == "compliance.erasure"


def test_the_page_lists_requests_for_managers_and_hands_compliance_the_copy(lin, he, pair):
    grant(he, pair["client"])
    with acting(lin):
        perform("compliance.open_privacy_request", {"client": pair["other"].pk, "kind": "copy"})
    mine, theirs = (desk(user).get("/compliance/privacy/").content.decode() for user in (lin, he))
    assert OTHER in mine and NAME not in mine and 'id="preview"' not in mine
    assert NAME in theirs and 'id="preview"' in theirs and 'id="terms"' in theirs
    answer = desk(he).post("/compliance/privacy/copy", {"client": pair["other"].pk})
    assert (
        answer["Content-Type"] == "application/zip"
        and "copy.html" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    )
