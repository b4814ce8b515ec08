"""Merge and un-merge: everything moves, nothing is lost, and everything returns to its original place."""

from datetime import date

import pytest
from django.db import connection, models

from dakehu.domains.clients.duplicates import merge_rules
from dakehu.domains.clients.duplicates.merge_rules import Choice, Duty
from dakehu.domains.clients.models import (
    Client,
    ClientTag,
    Consent,
    Contact,
    Coverage,
    Group,
    History,
    KeyDate,
    MarketingFreeze,
    Member,
    MergedClient,
    Needs,
    NotDuplicate,
)
from dakehu.domains.ledger.models import Account, Investment, QuarantinedRow, TradeBatch
from dakehu.domains.ledger.trades import journal
from dakehu.domains.service.models import FollowUp, Interaction, Moment, Request
from dakehu.domains.tiers.models import TierChange, TierOverride
from dakehu.foundation.access.query_guard import scoped_models
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Conflict, Refused
from dakehu.foundation.files.models import StoredFile
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.references import references_to
from tests.cast import acting, as_system
from tests.rows import add_smallest_row

OWN = ("row_version", "changed_at")  # they grow, so that no open form overwrites what was undone


def bytes_of_every_row() -> dict[str, list]:
    """Return every client table as stored in the database, encrypted bytes as bytes; without version and time of change."""
    made = {}
    for model in [*(m for m in scoped_models() if m is not AuditEntry), Group]:
        derived = getattr(model, "derived", False)  # such rows are derived from others, and may return under other ids
        columns = [
            f.column for f in model._meta.concrete_fields if f.name not in OWN and not (derived and f.primary_key)
        ]
        with connection.cursor() as cursor:
            quoted = ", ".join(f'"{c}"' for c in columns)
            cursor.execute(f'SELECT {quoted} FROM "{model._meta.db_table}" ORDER BY {quoted if derived else "id"}')
            made[model._meta.label] = [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()
            ]
    return made


@pytest.fixture
def twice(lin, zhang):
    """Zhang San twice, each with everything that can refer to a client, partly equal."""
    with acting(lin):
        perform(
            "clients.create",
            {"name": "張三", "code": "C0009", "phone": "13812345678", "assets": "900000", "anyway": True},
        )
        for code, phone in (("C0001", "13812345678"), ("C0009", "13987654321")):
            perform("clients.add_contact", {"client": code, "kind": "手机", "value": phone, "primary": True})
            perform("clients.tag", {"client": code, "name": "重点"})
            perform(
                "clients.record_needs", {"client": code, "goal": "保值", "taboos": "晚间" if code == "C0009" else ""}
            )
            perform("clients.record_consent", {"client": code, "purpose": "营销", "state": "同意"})
            perform("clients.add_key_date", {"client": code, "kind": "生日", "on": "1980-02-03"})
            perform(
                "service.log_interaction",
                {
                    "client": code,
                    "held_at": "2025-03-01 10:00",
                    "summary": "咨询",
                    "next_on": "2027-01-05",
                    "next_subject": f"回访{code}",
                },
            )
            perform("service.open_request", {"client": code, "kind": "咨询", "subject": "费率"})
            perform("service.add_attachment", {"client": code, "file": Upload(f"{code}.txt", code.encode())})
            perform(
                "ledger.add_investment",
                {"client": code, "invested_on": "2024-01-15", "amount": "5", "product": "股票 A"},
            )
        perform(
            "clients.change",
            {"client": "C0009", "id_number": "11010519491231002X", "risk_level": "C3", "risk_tested_on": "2026-01-05"},
        )
        perform("clients.tag", {"client": "C0009", "name": "高净值"})
    with as_system(), act("test.settle"):
        one, two = Client.objects.get(code="C0001"), Client.objects.get(code="C0009")
        group = Group(kind="household", name="张家")
        group.save()
        held = Member(client=one, group=group)
        held.save()
        Member(client=two, group=group, relation="spouse", to=held).save()
        NotDuplicate(client=one, other=two).save()
        for client in (one, two):
            MarketingFreeze(
                client=client, reason="complaint", cause=f"service.Request:{client.pk}", frozen_on=date(2025, 1, 3)
            ).save()
            History(client=client, as_of_on=date(2025, 1, 1), known={"segment": client.code}).save()
            Account(client=client, kind="shares", number=f"A00000000{client.pk % 10}").save()
            QuarantinedRow(client=client, source="流水.csv", line=2, reason="side", digest=client.code).save()
            TradeBatch(
                client=client,
                file=client.code,
                source="流水.csv",
                first_day=date(2025, 1, 2),
                last_day=date(2025, 1, 2),
                sha256="",
                rows=0,
                amount=0,
                net=0,
                fee=0,
            ).save()
            journal.write(journal.path_of(client.code), journal.trades_of([]))
            TierChange(client=client, on=date(2025, 1, 4), kind="first", code="T1").save()
            TierOverride(
                client=client, code="T5", reason="家族资产在他行", since=date(2025, 1, 4), until=date(2027, 1, 4)
            ).save()
            Moment(
                client=client, kind="M40", object="", fired_on=date(2025, 1, 6), due_at=clock.now(), priority=4
            ).save()
        MergedClient(client=two, code="C0008", number=77, name="张山", merged_on=date(2025, 1, 1)).save()
        for model, key in references_to(Client):
            for client in (one, two):
                if (
                    model not in (NotDuplicate, MergedClient)
                    and not model.objects.filter(**{key.name: client}).exists()
                ):
                    add_smallest_row(model, lin, **{key.name: client})
    return one, two


@pytest.mark.django_db
@pytest.mark.postgres
def test_everything_that_hangs_on_the_other_moves_and_nothing_is_forgotten(lin, twice):
    one, two = twice
    with as_system():
        hanging = {(m._meta.label, key.name) for m, key in references_to(Client)}
        filled = {
            (m._meta.label, key.name)
            for m, key in references_to(Client)
            if m.objects.filter(**{key.name: two}).exists()
        }
    assert filled == hanging - {("clients.NotDuplicate", "client")}, (
        "a new table hangs on clients: give both a row above"
    )
    with acting(lin):
        report = perform("clients.merge", {"client": "C0001", "other": "C0009", "take": "assets"})
    with as_system():
        for model, key in references_to(Client):
            assert issubclass(model, Recorded), f"{model._meta.label} is not written in acts, so it cannot be moved"
            assert not models.QuerySet(model).filter(**{key.name: two.pk}).exists(), model._meta.label
        one = Client.objects.get()
        assert (one.code, one.name, one.assets, one.risk_level) == ("C0001", "张三", 900000, "C3")
        assert one.id_number.same_as("11010519491231002X") and one.risk_tested_on == date(2026, 1, 5)
        assert FollowUp.objects.count() == Request.objects.count() == Consent.objects.count() == 2
        assert Interaction.objects.count() == Investment.objects.count() == KeyDate.objects.count() == 1
        assert Contact.objects.count() == 2 and Contact.objects.filter(primary=True).count() == 1
        assert ClientTag.objects.count() == 2 and Coverage.objects.filter(until=None).count() == 1
        assert Needs.objects.get().taboos == "晚间" and Member.objects.count() == 1
        assert History.objects.get().known == {"segment": "C0001"} and not NotDuplicate.objects.exists()
        assert set(MergedClient.objects.values_list("code", flat=True)) == {"C0008", "C0009"}
        assert MergedClient.objects.get(code="C0009").known["name"] == "張三"
        entry = AuditEntry.objects.get(action="clients.merge")
    assert entry.client_ref == one.pk and "張三" not in entry.body
    # one number, one label, the needs, a day of history, the second place in the group; a contact, a date, an investment;
    # a tier set manually, a moment of the same kind that has not cleared, and one plan of contacts
    assert report["dropped"] == 11


@pytest.mark.django_db
@pytest.mark.postgres
def test_un_merge_returns_every_row_to_where_it_was_byte_by_byte(lin, twice):
    with as_system():
        before = bytes_of_every_row()
    with acting(lin):
        report = perform("clients.merge", {"client": "C0001", "other": "C0009", "take": ["name", "assets"]})
        with as_system():
            assert bytes_of_every_row() != before
        perform("workbook.undo", {"batch": report["batch"]})
    with as_system():
        after = bytes_of_every_row()
    assert {label for label in before if before[label] != after[label]} == set()


@pytest.mark.django_db
@pytest.mark.postgres
def test_what_both_say_word_for_word_stands_once_as_often_as_either_says_it(lin, twice):
    bought = {"invested_on": "2024-01-15", "amount": "5", "product": "股票 A"}
    with acting(lin):
        perform("ledger.add_investment", {"client": "C0009", **bought})  # the other bought it twice that day
        perform("ledger.add_investment", {"client": "C0009", **bought, "result": "盈利"})
        with_file = perform(
            "service.log_interaction", {"client": "C0009", "held_at": "2025-04-01 10:00", "summary": "签约"}
        )
        perform("service.log_interaction", {"client": "C0001", "held_at": "2025-04-01 10:00", "summary": "签约"})
        perform(
            "service.add_attachment", {"client": "C0009", "interaction": with_file.pk, "file": Upload("约.txt", b"a")}
        )
        perform("clients.merge", {"client": "C0001", "other": "C0009"})
        assert sorted(Investment.objects.values_list("result", flat=True)) == ["", "", "盈利"]
        assert Interaction.objects.filter(summary="签约").count() == 2  # a file is attached to one of them
        assert Interaction.objects.filter(summary="咨询").count() == 1


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_client_merged_away_is_found_by_the_old_code_and_not_counted(lin, twice):
    with acting(lin):
        perform("clients.merge", {"client": "C0001", "other": "C0009"})
        assert ask("clients.detail", {"client": "C0009"})["code"] == "C0001"
        assert ask("clients.list", {"text": "C0009"})["count"] == ask("clients.list", {})["count"] == 1
        perform("service.log_interaction", {"client": "C0009", "held_at": "2026-03-01 10:00", "summary": "回访"})
        assert perform("clients.change_many", {"clients": ["C0009"], "source": "沙龙"})["changed"] == 1
        with pytest.raises(Refused, match="C0009"):
            perform("clients.create", {"name": "王五", "code": "C0009"})


@pytest.mark.django_db
@pytest.mark.postgres
def test_an_un_merge_waits_for_what_was_written_since(lin, twice):
    with acting(lin):
        report = perform("clients.merge", {"client": "C0001", "other": "C0009"})
        perform("clients.add_key_date", {"client": "C0001", "kind": "生日", "on": "1981-01-01"})
        with pytest.raises(Refused, match="C0001"):
            perform("workbook.undo", {"batch": report["batch"]})
    with as_system():
        assert Client.objects.count() == 1


@pytest.mark.django_db
def test_the_preview_tells_which_value_survives_and_what_moves(lin, twice):
    with acting(lin):
        report = ask("clients.merge_preview", {"client": "C0001", "other": "C0009", "take": "name"})
    lines = {line["field"]: line for line in report["fields"]}
    assert (lines["name"]["survives"], lines["name"]["differs"]) == ("other", True)
    assert (lines["assets"]["survives"], lines["assets"]["differs"]) == ("other", False)
    assert report["moves"]["service.Interaction"] == 1 and report["moves"]["clients.Contact"] == 2
    assert report["remarks"] == ["另有 3 条记录（投资、服务、计划等）两边一字不差，合并后只留一份。"]
    with as_system():
        assert Client.objects.count() == 2


@pytest.mark.django_db
def test_only_clients_in_sight_are_merged_and_none_with_itself(lin, wang, zhang, qian):
    with acting(lin):
        for asked in ({"other": "C0002"}, {"other": "C0001"}, {"other": "C0001", "take": "code"}):
            with pytest.raises(Refused):
                perform("clients.merge", {"client": "C0001", **asked})
    with as_system():
        assert Client.objects.count() == 2


@pytest.mark.django_db
def test_a_merge_after_somebody_changed_one_of_the_two_asks_to_look_again(lin, twice):
    _, two = twice
    with acting(lin), pytest.raises(Conflict):
        perform("clients.merge", {"client": "C0001", "other": "C0009", "other_version": two.row_version + 9})


@pytest.mark.django_db
def test_a_merge_leaves_files_and_batches_of_the_desk_alone(lin, twice):
    with acting(lin):
        perform("clients.merge", {"client": "C0001", "other": "C0009"})
    with as_system():
        assert Batch.objects.filter(act="clients.merge").count() == 1
        assert not StoredFile.objects.exclude(expires_at=None).exists()


def test_a_value_beats_none_and_the_survivors_own_beats_the_others():
    assert merge_rules.choose("", "甲", taken=False) == Choice("other", False)
    assert merge_rules.choose("乙", "", taken=True) == Choice("mine", False)
    assert merge_rules.choose("乙", "甲", taken=False) == Choice("mine", True)
    assert merge_rules.choose("乙", "甲", taken=True) == Choice("other", True)


def test_everybody_who_served_one_of_the_two_serves_the_one_that_remains():
    settled = merge_rules.duties([Duty(1, 7, "main")], [Duty(2, 8, "main"), Duty(3, 7, "deputy")])
    assert settled.becoming == {2: "deputy"} and settled.ending == {3}
    settled = merge_rules.duties([Duty(1, 7, "deputy")], [Duty(2, 7, "main")])
    assert settled.becoming == {1: "main"} and settled.ending == {2}
