"""The owner of the database cannot change the audit unnoticed."""

import pytest

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.audit import anchor, verification
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.gates import perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def nothing_remembered(monkeypatch):
    """Allow only heads that the test itself writes: a worker of another test must not remember one during it."""
    anchor.head_file().unlink(missing_ok=True)
    monkeypatch.setattr(anchor, "remember_head", lambda: None)


def entries(action: str) -> list[AuditEntry]:
    with acting_as(system_actor("read the audit in a test")):
        return list(AuditEntry.objects.filter(action=action).order_by("pk"))


def test_a_tampered_entry_is_found_and_named(nothing_remembered, lin, zhang, superuser_sql):
    with acting(lin):
        for word in ("一", "二", "三"):
            perform("clients.change", {"client": zhang.code, "occupation": word})
    anchor.head_file().unlink(missing_ok=True)
    with acting_as(system_actor("verify")):
        assert verification.verify().broken is None
    victim = entries("clients.change")[1]
    superuser_sql("UPDATE foundation_auditentry SET body = replace(body, '二', '四') WHERE id = %s", [victim.pk])
    with acting_as(system_actor("verify")):
        assert verification.verify().broken == victim.pk


def test_a_removed_entry_is_found(nothing_remembered, lin, zhang, superuser_sql):
    with acting(lin):
        for word in ("一", "二", "三"):
            perform("clients.change", {"client": zhang.code, "occupation": word})
    gone, after = entries("clients.change")[1:3]
    superuser_sql("DELETE FROM foundation_auditentry WHERE id = %s", [gone.pk])
    with acting_as(system_actor("verify")):
        assert verification.verify().broken == after.pk


def test_cutting_off_the_end_is_noticed_against_the_remembered_head(lin, zhang, superuser_sql):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "occupation": "医生"})
    with acting_as(system_actor("verify")):
        anchor.remember_head()
        superuser_sql("DELETE FROM foundation_auditentry WHERE id = (SELECT max(id) FROM foundation_auditentry)", [])
        verdict = verification.verify()
    assert verdict.broken is not None
    assert "cut off" in verdict.why.en
