"""Partly erased entries still match their seals in a pack; a forged erasure does not pass."""

import hashlib
import json
from pathlib import Path

import pytest

from dakehu.exchange.evidence import publication, verify
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import chain, merkle, redaction, seals, signature
from dakehu.foundation.audit.models import AuditEntry, AuditSeal
from dakehu.foundation.files import store as files
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system, needs_keys
from tests.exchange.evidence.test_pack import contents, log, packed, rows, verdict
from tests.exchange.evidence.test_tampering import entry, places, sealed, written

pytestmark = needs_keys

ANSWER = Path(__file__).with_name("answer.tsr").read_bytes()
DIGEST = hashlib.sha256(b"seal").hexdigest()
ENTRIES, ACTION = "audit/entries.jsonl", "clients.change_many"


@pytest.fixture
def shared(lin, zhang):
    """Return the id of a sealed entry about Zhang and another client, and that other client."""
    with acting(lin):
        other = perform("clients.create", {"name": "李四光", "code": "C0009"})
        perform("clients.change_many", {"clients": [zhang.code, other.code], "segment": "高净值"})
    log(lin, zhang)
    publication.seal_now()
    with as_system():
        return AuditEntry.objects.get(action=ACTION).pk, other


def erase(client):
    with as_system(), act("test.erase"):
        return redaction.redact({client.pk}, {})


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_pack_made_after_an_erasure_holds_and_counts_it(shared, zhou, zhang, tmp_path):
    number, other = shared
    assert erase(other) >= 2
    _, content = packed(zhou, zhang)
    facts, faults = verdict(tmp_path, content)
    assert faults == [] and facts["erased"] == 1
    row = next(row for row in rows(content, ENTRIES) if row["id"] == number)
    assert row["erased"] == 1 and "body" in row  # the rest is about Zhang only
    assert json.loads(contents(content)["manifest.json"])["about"]["audit"] == {
        name: facts[name] for name in ("entries", "first", "last", "erased", "under_seals")
    }
    with as_system():
        assert chain.verify_entries().entry is None


@pytest.mark.django_db
def test_an_entry_erased_twice_keeps_the_leaf_that_was_sealed(shared):
    number, other = shared
    with as_system():
        before = redaction.sealed_leaf(AuditEntry.objects.get(pk=number))
    erase(other)
    publication.seal_now()
    erase(other)
    with as_system():
        assert redaction.sealed_leaf(AuditEntry.objects.get(pk=number)) == before
        assert all(merkle.root(seals.leaves_of(seal)) == seal.root for seal in AuditSeal.objects.all())


@pytest.mark.django_db
def test_a_mark_forged_in_the_database_is_no_erasure(shared, zhou, zhang, tmp_path, superuser_sql):
    number, other = shared
    erase(other)
    with as_system():
        body = json.loads(AuditEntry.objects.get(pk=number).body)
    body |= {"changes": body["changes"], "erased": 2, redaction.MARK: "0" * 64}
    superuser_sql("update foundation_auditentry set body=%s where id=%s", [json.dumps(body, sort_keys=True), number])
    faults = verdict(tmp_path, packed(zhou, zhang)[1])[1]
    assert (f"{ENTRIES} {number}", "does not stand under its seal") in [(place, en) for place, _, en in faults]


def with_erasure(**claimed):
    """Return generated entries and seals; the second entry claims, after its seal, that a part of it was erased."""
    entries = [entry(number) for number in range(1, 4)]
    seals = [sealed(entries, 1, "0" * 64)]
    body = json.dumps({"changes": [], "erased": 1})
    entries[1] |= {"body": body, "body_digest": hashlib.sha256(f"salt2\n{body}".encode()).hexdigest(), **claimed}
    return entries, seals


def signed(row):
    return {"erasure": signature.sign(verify.erasure_content(row))}


@pytest.mark.parametrize(
    "forge, words",
    [
        (lambda row: {}, "does not stand under its seal"),
        (lambda row: {"erased": 1}, "not signed by the desk"),
        (lambda row: {"erased": 1, "erasure": "00" * 64}, "not signed by the desk"),
        (lambda row: {"erased": 1, **signed({**row, "erased": 2})}, "not signed by the desk"),
        (lambda row: {"erased": 1, **signed({**row, "erased": 1, "id": 3})}, "not signed by the desk"),
        (lambda row: {"erased": 1, "leaf": "0" * 64, **signed({**row, "erased": 1, "leaf": "0" * 64})}, "its seal"),
    ],
)
def test_a_forged_erasure_is_named(tmp_path, forge, words):
    entries, seals = with_erasure()
    entries[1] |= forge(entries[1])
    named = places(tmp_path, written({ENTRIES: entries, "audit/seals.jsonl": seals}))
    assert any(place == f"{ENTRIES} 2" and words in said for place, said in named), named


def test_an_erasure_signed_by_the_desk_holds(tmp_path):
    entries, seals = with_erasure()
    entries[1]["erased"] = 1
    entries[1] |= signed(entries[1])
    assert places(tmp_path, written({ENTRIES: entries, "audit/seals.jsonl": seals})) == []


def test_a_manifest_that_counts_other_entries_is_named():
    entries, seals = with_erasure()
    stated = {"audit": verify.audit_facts(entries, seals)}
    assert list(verify.check_stated(stated, entries, seals)) == []
    assert [place for place, _, _ in verify.check_stated(stated, entries[1:], seals)] == ["manifest.json"]


@pytest.mark.parametrize("digest, moment", [(DIGEST, "20261129161907Z"), ("0" * 64, None), ("zz", None)])
def test_the_verifier_reads_when_a_digest_was_stamped(digest, moment):
    assert verify.moment_of(ANSWER, digest) == moment
    faults = list(verify.check_stamps({verify.stamp_name(1): ANSWER}, [{"number": 1, "digest": digest}]))
    assert bool(faults) is (moment is None)


@pytest.mark.django_db
def test_a_stored_time_stamp_lies_in_the_pack(lin, zhou, zhang, monkeypatch, tmp_path):
    publication.seal_now()
    with as_system(), act("test.stamp"):
        files.save("dakehu-seal-00000001.tsr", ANSWER, days=None)
    moment_of = verify.moment_of
    monkeypatch.setattr(verify, "moment_of", lambda answer, digest: moment_of(answer, DIGEST))
    _, content = packed(zhou, zhang)
    assert contents(content)["audit/timestamps/dakehu-seal-00000001.tsr"] == ANSWER
    assert verdict(tmp_path, content)[0]["stamps"] == ["20261129161907Z"]
