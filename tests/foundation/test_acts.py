"""Every write is one act: permitted or refused, atomic, and audited."""

import json

import pytest
from django.db import connection

from dakehu.domains.clients.models import Client
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.domains.team.models import SavedView
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import Conflict, Refused
from dakehu.foundation.gates import perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def entries(action: str) -> list[AuditEntry]:
    with acting_as(system_actor("read the audit in a test")):
        return list(AuditEntry.objects.filter(action=action).order_by("pk"))


def test_lin_logs_a_call_and_the_next_one_is_planned(lin, zhang):
    with acting(lin):
        made = perform(
            "service.log_interaction",
            {
                "客户": zhang.code,
                "沟通时间": "2026-01-05 10:00",
                "事件描述": "咨询",
                "渠道": "电话",
                "next_on": "2026-12-01",
            },
        )
        plan = FollowUp.objects.get(client=zhang)
        zhang.refresh_from_db()
    assert (made.channel, made.staff) == ("call", lin)
    assert plan.due_on.isoformat() == "2026-12-01"
    assert zhang.last_contact_on.isoformat() == "2026-01-05"
    assert zhang.next_contact_on.isoformat() == "2026-12-01"


def test_the_entry_names_the_act_the_actor_and_the_client_but_hides_what_was_said(lin, zhang):
    with acting(lin):
        perform("service.log_interaction", {"client": zhang.code, "held_at": "2026-01-05 10:00", "summary": "离婚分割"})
    entry = entries("service.log_interaction")[0]
    assert (entry.actor_name, entry.client_ref) == (lin.name, zhang.pk)
    assert "离婚" not in entry.body
    changes = json.loads(entry.body)["changes"]
    assert [c["model"] for c in changes][:1] == ["service.Interaction"]
    assert changes[0]["after"]["summary"] == "•••"


def test_a_refused_act_leaves_neither_row_nor_entry(lin, zhang):
    with acting(lin):
        with pytest.raises(Refused) as refusal:
            perform(
                "service.log_interaction",
                {"client": zhang.code, "held_at": "2026-01-05 10:00", "summary": "电话", "next_on": "2025-01-01"},
            )
        assert not Interaction.objects.exists()
    assert "next_on" in refusal.value.as_plain()
    assert entries("service.log_interaction") == []


def test_a_change_records_before_and_after_and_raises_the_version(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "occupation": "医生"})
        perform("clients.change", {"client": zhang.code, "occupation": "律师"})
        assert Client.objects.get(pk=zhang.pk).row_version == zhang.row_version + 2
    change = json.loads(entries("clients.change")[-1].body)["changes"][0]
    assert (change["before"]["occupation"], change["after"]["occupation"]) == ("医生", "律师")


def test_saving_over_somebody_elses_change_is_a_conflict_that_shows_the_present_values(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "occupation": "医生", "version": zhang.row_version})
        with pytest.raises(Conflict) as conflict:
            perform("clients.change", {"client": zhang.code, "occupation": "律师", "version": zhang.row_version})
    assert conflict.value.current["occupation"] == "医生"


def test_saving_without_a_change_writes_nothing(lin, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "name": "张三"})
    assert entries("clients.change") == []


def test_lin_and_zhou_read_their_own_clients_entries_and_wang_reads_none_of_them(lin, zhou, wang, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "occupation": "医生"})
    with acting(zhou):
        assert AuditEntry.objects.filter(client_ref=zhang.pk).exists()
    with acting(wang):
        assert not AuditEntry.objects.filter(client_ref=zhang.pk).exists()


def test_who_opened_a_telephone_number_is_on_the_record(lin, zhang):
    with acting(lin):
        contact = perform("clients.add_contact", {"client": zhang.code, "kind": "手机", "value": "13912345678"})
        assert perform("clients.open_contact", {"contact": contact.pk, "reason": "回访"}) == {
            "value": "13912345678",
            "link": "tel:+8613912345678",
        }
    entry = entries("clients.open_contact")[0]
    assert json.loads(entry.body)["note"]["reason"] == "回访"
    assert "13912345678" not in entry.body


def test_a_list_or_dictionary_changed_in_place_is_saved_and_on_the_record(lin):
    with acting(lin):
        perform("team.save_view", {"page": "clients", "name": "我的", "state": {"columns": ["name"]}})
        view = SavedView.objects.get(name="我的")
        for column in ("code", "assets"):
            view.state["columns"].append(column)
            with act("test.change_in_place"):
                view.save()
        assert SavedView.objects.get(name="我的").state == {"columns": ["name", "code", "assets"]}
    change = json.loads(entries("test.change_in_place")[-1].body)["changes"][0]
    assert change["before"]["state"] != change["after"]["state"]


def test_on_sqlite_or_postgres_the_database_is_the_one_we_think(on_postgres):
    assert (connection.vendor == "postgresql") is on_postgres
