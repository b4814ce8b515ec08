"""An evidence pack contains what was said and done with a client; a third party can verify it without the desk."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from dakehu.exchange.evidence import collection, publication, service, verify
from dakehu.foundation.access.query_guard import scoped_models
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import anchor, seals
from dakehu.foundation.audit.models import AuditEntry, AuditSeal
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.files.store import Upload
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.rows import add_smallest_row

pytestmark = pytest.mark.django_db


def log(lin, zhang, summary="谈了配置"):
    with acting(lin):
        return perform(
            "service.log_interaction",
            {"client": zhang.pk, "channel": "call", "summary": summary, "held_at": clock.now().isoformat()},
        )


def packed(user, client, **period):
    stream = io.BytesIO()
    with acting(user):
        pack = service.write_pack(client, stream, **period)
    return pack, stream.getvalue()


def contents(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(content, name):
    return [json.loads(line) for line in contents(content)[name].decode().splitlines()]


def verdict(tmp_path, content, **outside):
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    return verify.verify(path, **outside)


def test_a_pack_is_verified_by_a_python_that_knows_nothing_of_dakehu(lin, zhou, zhang, tmp_path):
    log(lin, zhang)
    pack, content = packed(zhou, zhang)
    (tmp_path / "pack.zip").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        archive.extractall(tmp_path / "open")
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "open/verify.py", "pack.zip", "--key", pack.key],
        cwd=tmp_path,
        env={},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout.decode() + ran.stderr.decode()
    assert "完好 · everything holds" in ran.stdout.decode() and pack.manifest in ran.stdout.decode()
    assert verify.verify(tmp_path / "open")[1] == []


@pytest.mark.postgres
def test_a_pack_holds_rows_files_and_audit_of_this_client_and_nothing_of_others(lin, zhou, zhang, qian, wang):
    log(lin, zhang, "只谈稳健产品")
    log(wang, qian, "别人的事")
    with acting(lin):
        perform("service.add_attachment", {"client": zhang.pk, "file": Upload("签收.txt", "已签收".encode())})
    _, content = packed(zhou, zhang)
    found = contents(content)
    assert [row["summary"] for row in rows(content, "data/service.Interaction.jsonl")] == ["只谈稳健产品"]
    assert any("已签收".encode() == held for name, held in found.items() if name.startswith("files/"))
    assert {row["action"] for row in rows(content, "audit/entries.jsonl")} >= {
        "clients.create",
        "service.log_interaction",
    }
    assert found["evidence.pdf"].startswith(b"%PDF")
    assert not any("别人的事".encode() in held or "钱二".encode() in held for held in found.values())


def test_a_period_leaves_out_what_happened_outside_it_and_keeps_what_was_in_force(lin, zhou, zhang):
    log(lin, zhang)
    later = clock.today() + timedelta(days=30)
    _, content = packed(zhou, zhang, since=later, until=later)
    assert "data/service.Interaction.jsonl" not in contents(content)
    assert rows(content, "data/clients.Client.jsonl") and rows(content, "data/clients.Coverage.jsonl")
    assert rows(content, "audit/entries.jsonl") == []


def test_every_table_of_client_data_that_describes_itself_is_looked_through():
    with as_system():
        looked_at = {model._meta.label for model in collection.client_models()}
    every = {m._meta.label for m in scoped_models()} - {"foundation.AuditEntry", "clients.SearchLine"}
    assert looked_at == every


def test_only_lead_and_compliance_make_packs_and_each_is_on_the_record(lin, zhou, he, an, admin, zhang):
    for user in (lin, an, admin):
        with pytest.raises(NotAllowed):
            packed(user, zhang)
    pack, _ = packed(he, zhang)
    with as_system():
        entry = AuditEntry.objects.filter(action="evidence.create").get()
    assert entry.client_ref == zhang.pk and json.loads(entry.body)["note"]["manifest"] == pack.manifest


def test_masked_columns_stay_masked_and_are_named(lin, zhou, zhang):
    with acting(lin):
        perform("clients.add_contact", {"client": zhang.pk, "kind": "mobile", "value": "13812345678"})
    _, content = packed(zhou, zhang)
    about = json.loads(contents(content)["manifest.json"])["about"]
    assert "value" in about["masked"]["clients.Contact"]
    assert not any(b"13812345678" in held for held in contents(content).values())


@pytest.mark.postgres
def test_an_entry_that_tells_of_other_clients_is_proven_without_showing_them(lin, zhou, zhang):
    with acting(lin):
        other = perform("clients.create", {"name": "李四光", "code": "C0009"})
        perform("clients.change_many", {"clients": [zhang.code, other.code], "segment": "高净值"})
    _, content = packed(zhou, zhang)
    shared = [row for row in rows(content, "audit/entries.jsonl") if row["action"] == "clients.change_many"]
    assert len(shared) == 1 and "body" not in shared[0]
    assert shared[0]["id"] in json.loads(contents(content)["manifest.json"])["about"]["withheld"]


def test_a_broken_audit_is_never_sealed(lin, zhou, zhang, superuser_sql):
    superuser_sql(
        "update foundation_auditentry set reason='x' where id=(select min(id) from foundation_auditentry)", []
    )
    with pytest.raises(Refused, match="不可信"):
        packed(zhou, zhang)


def test_a_seal_over_a_chain_that_was_rebuilt_is_found(lin, zhang):
    publication.seal_now()
    with as_system():
        assert seals.find_fault() is None
        AuditSeal.objects.filter(pk=1).update(root="0" * 64)
        assert seals.find_fault().why is seals.SEAL_CHANGED
        AuditSeal.objects.filter(pk=1).update(chain_seal="0" * 64)
        assert seals.find_fault() is not None


def test_many_entries_are_sealed_in_spans_that_follow_one_another(lin, zhou, zhang, monkeypatch, tmp_path):
    monkeypatch.setattr(seals, "SPAN", 3)
    for _ in range(4):
        log(lin, zhang)
    _, content = packed(zhou, zhang)
    assert len(rows(content, "audit/seals.jsonl")) >= 3
    assert verdict(tmp_path, content)[1] == []


def test_a_seal_sent_outside_is_compared_by_the_desk_and_by_the_verifier(lin, zhou, zhang, settings, tmp_path):
    settings.SEAL_FOLDER = str(tmp_path)
    publication.seal_now()
    with as_system():
        assert publication.publish_seals(None) == {"folder": 1}
        assert publication.publish_seals(None) == {"folder": 0} and publication.count_unpublished() == {"folder": 0}
    kept = tmp_path / "dakehu-seal-00000001.json"
    with as_system():
        assert anchor.find_seal_fault(anchor.read_seals(kept.read_text())[0]) is None
    _, content = packed(zhou, zhang)
    assert verdict(tmp_path, content, kept=verify.read_outside_seals([kept]))[1] == []


def test_a_folder_that_is_gone_is_said_and_gets_its_seals_later(lin, settings, tmp_path):
    settings.SEAL_FOLDER = str(tmp_path / "gone")
    publication.seal_now()
    with as_system():
        assert "不存在" in publication.publish_seals(None)["folder"]
        (tmp_path / "gone").mkdir()
        assert publication.publish_seals(None) == {"folder": 1}


def test_a_seal_is_mailed_once_to_each_address(lin, settings):
    settings.SEAL_MAIL = "a@example.com, b@example.com"
    publication.seal_now()
    with as_system():
        publication.publish_seals(None)
        publication.publish_seals(None)
        sent = model_of("service.Delivery").objects.filter(kind="seal")
        assert sorted(str(row.address.same_as("a@example.com")) for row in sent) == ["False", "True"]


def test_what_left_as_evidence_is_told_on_the_system_page(lin, zhou, he, zhang, settings, tmp_path):
    settings.SEAL_FOLDER = str(tmp_path)
    packed(zhou, zhang)
    with acting(he):
        told = ask("evidence.ways_out", {})
    assert [row["is_on"] for row in told] == [False, True, False, True]
    assert told[-1]["owner"] == "周宁" and told[-1]["count"] == 1


@pytest.mark.postgres_only
def test_the_application_adds_seals_and_never_changes_one(lin, zhou, zhang):
    publication.seal_now()
    with as_system(), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AuditSeal.objects.filter(pk=1).update(root="0" * 64)


def test_what_a_row_of_the_client_names_and_who_approved_that_are_shown_too(lin, he, zhang):
    with as_system(), act("test.stage"):
        member = add_smallest_row(model_of("growth.CampaignMember"), he, client=zhang)
        add_smallest_row(
            model_of("compliance.Approval"), he, subject_kind="growth.campaign", subject_ref=member.campaign_id
        )
    with as_system(), act("test.collect"):
        found = {table.name: table for table in collection.collect(zhang, clock.today(), clock.today())}
    assert {"growth.CampaignMember", "growth.Campaign", "compliance.Approval"} <= found.keys()
