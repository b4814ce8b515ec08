"""Deleted audit entries and rows changed without one are found, even if a worker ran before and after."""

import json

import pytest

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import anchor, chain, verification
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from dakehu.foundation.models import InstallationRecord
from tests.cast import acting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def system():
    with acting_as(system_actor("verify in a test")) as actor:
        yield actor


@pytest.fixture
def written(lin, zhang):
    """Write some entries and remember the head, as a running worker does."""
    with acting(lin):
        for word in ("一", "二", "三", "四", "五"):
            perform("clients.change", {"client": zhang.code, "occupation": word})
    with acting_as(system_actor("remember the head")):
        assert anchor.remember_head() is None
    return zhang


def numbers():
    return list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))


def worker_runs():
    """Run three times what the worker runs each minute."""
    for _ in range(3):
        anchor.remember_head()


def test_a_chain_that_nobody_touched_holds_and_its_head_moves_on(system, lin, written):
    first = anchor.newest_seal()
    with acting(lin):
        perform("clients.change", {"client": written.code, "occupation": "六"})
    worker_runs()
    assert anchor.read_anchors()[0].id > first.id
    verdict = verification.verify(seals=[first], rows=None)
    assert verdict.holds
    assert verdict.anchored
    assert verdict.rows > 3
    assert anchor.read_alarm() is None


@pytest.mark.parametrize("cut", ["tail", "tail and head file", "tail and record", "middle", "head entry rewritten"])
def test_a_cut_is_found_though_the_worker_ran_before_and_after(system, written, superuser_sql, cut):
    all_of_them = numbers()
    if cut.startswith("tail"):
        superuser_sql("DELETE FROM foundation_auditentry WHERE id > %s", [all_of_them[-3]])
    if cut == "tail and head file":
        anchor.head_file().unlink()
    if cut == "tail and record":
        superuser_sql("DELETE FROM foundation_installationrecord WHERE name = 'audit.head'", [])
    if cut == "middle":
        superuser_sql("DELETE FROM foundation_auditentry WHERE id = %s", [all_of_them[-3]])
    if cut == "head entry rewritten":
        superuser_sql("UPDATE foundation_auditentry SET seal = %s WHERE id = %s", ["0" * 64, all_of_them[-1]])
    remembered = [head.id for head in anchor.read_anchors()]
    worker_runs()
    with act("test.later"):  # new entries follow the cut
        from dakehu.foundation.records.recorded import add_audit_note

        add_audit_note(later=True)
    worker_runs()
    if cut != "middle":
        assert [head.id for head in anchor.read_anchors()] == remembered
        assert anchor.read_alarm() is not None
    verdict = verification.verify()
    assert verdict.broken is not None
    assert anchor.read_alarm() is not None


def test_a_role_changed_in_the_database_is_found(system, lin, written, superuser_sql):
    worker_runs()
    superuser_sql("UPDATE team_user SET role = 'admin' WHERE id = %s", [lin.pk])
    worker_runs()
    verdict = verification.verify(rows=0)
    assert [(f.model, f.pk, f.field) for f in verdict.changed] == [("team.User", lin.pk, "role")]
    assert anchor.read_alarm() is not None


def test_a_user_put_into_the_database_is_found(system, lin, written, superuser_sql):
    columns = [field.column for field in type(lin)._meta.concrete_fields if not field.primary_key]
    copied = ["'ghost'" if name == "username" else "'admin'" if name == "role" else name for name in columns]
    superuser_sql(
        f"INSERT INTO team_user ({', '.join(columns)}) SELECT {', '.join(copied)} FROM team_user WHERE id = %s",
        [lin.pk],
    )
    verdict = verification.verify(rows=0)
    assert [(f.model, f.field) for f in verdict.changed] == [("team.User", "")]


def test_a_client_row_changed_or_deleted_in_the_database_is_found(system, written, superuser_sql):
    superuser_sql("UPDATE clients_client SET risk_level = 'C5', occupation = '别的' WHERE id = %s", [written.pk])
    verdict = verification.verify(rows=None)
    assert ("clients.Client", "occupation") in {(f.model, f.field) for f in verdict.changed}


def test_a_seal_kept_elsewhere_finds_the_cut_though_everything_here_was_forged(system, written, superuser_sql):
    kept = anchor.newest_seal().as_json()
    superuser_sql("DELETE FROM foundation_auditentry WHERE id > %s", [numbers()[-3]])
    anchor.head_file().unlink()
    InstallationRecord.objects.all().delete()
    worker_runs()
    assert verification.verify().broken is None  # nothing stored here reveals it
    verdict = verification.verify(seals=anchor.read_seals(kept))
    assert verdict.broken == json.loads(kept)["id"]


def test_a_seal_finds_a_chain_that_was_written_again_with_the_key(system, written, superuser_sql):
    kept = anchor.newest_seal()
    previous = chain.GENESIS
    for entry in list(AuditEntry.objects.order_by("pk")):
        entry.previous, entry.reason = previous, "forged"
        entry.seal = previous = chain._compute_seal(previous, chain._parts(entry))
        superuser_sql(
            "UPDATE foundation_auditentry SET reason = %s, previous = %s, seal = %s WHERE id = %s",
            [entry.reason, entry.previous, entry.seal, entry.pk],
        )
    anchor.head_file().unlink()
    InstallationRecord.objects.all().delete()
    anchor.remember_head()
    assert verification.verify().broken is None
    assert verification.verify(seals=[kept]).broken == kept.id


def test_what_is_no_seal_is_refused_in_a_sentence():
    for text in ("", "{}", "abc", '{"id": "x", "seal": 1}'):
        with pytest.raises(Refused):
            anchor.read_seals(text)


def test_after_an_inquiry_the_operator_has_the_head_remembered_again(system, written, superuser_sql):
    superuser_sql("DELETE FROM foundation_auditentry WHERE id > %s", [numbers()[-2]])
    worker_runs()
    assert anchor.read_alarm() is not None
    assert anchor.remember_head(accept=True) is None
    assert anchor.read_alarm() is None
    verdict = verification.verify()
    assert verdict.broken is None
    assert {f.model for f in verdict.changed} == {"clients.Client"}  # the row has the deleted change
