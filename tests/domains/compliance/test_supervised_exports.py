"""An export of many clients is approved by somebody else, made once, and holds no client more than was approved."""

from datetime import datetime, timedelta

import pytest

from dakehu.domains.compliance.approvals.queries import approvals
from dakehu.domains.compliance.supervised_exports import permits, rules
from dakehu.domains.compliance.supervised_exports.rules import Permit
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from tests.cast import PASSWORD, acting, as_system

NOW = datetime(2026, 6, 1, 12)


@pytest.mark.parametrize(
    ("count", "threshold", "is_needed"), [(5, 0, False), (5, 5, False), (6, 5, True), (1, 10_000, False)]
)
def test_only_more_clients_than_the_firm_has_set_need_an_approval(count, threshold, is_needed):
    assert rules.needs_permit(count, threshold) is is_needed


@pytest.mark.parametrize(
    ("permit", "ids", "is_whole", "is_covered"),
    [
        (Permit(False, 3, frozenset({1, 2, 3}), NOW), [1, 2, 3], False, True),
        (Permit(False, 3, frozenset({1, 2, 3}), NOW), [1, 2], False, True),
        (Permit(False, 3, frozenset({1, 2, 3}), NOW), [1, 4], False, False),
        (Permit(False, 3, frozenset({1, 2, 3}), NOW), [1, 2, 3], True, False),
        (Permit(True, 3, frozenset(), NOW), [7, 8, 9], True, True),
        (Permit(True, 3, frozenset(), NOW), [6, 7, 8, 9], True, False),
        (Permit(True, 3, frozenset(), NOW), [7], False, False),
        (Permit(True, 3, frozenset(), NOW - timedelta(days=8)), [7], True, False),
    ],
)
def test_an_approval_covers_what_was_asked_or_less_for_seven_days(permit, ids, is_whole, is_covered):
    assert rules.covers(permit, ids, is_whole, NOW) is is_covered


@pytest.mark.django_db
def test_an_export_waits_for_somebody_else_and_is_made_once(lin, zhou, zhang, client, settings):
    with acting(lin):
        perform("clients.create", {"name": "李四", "code": "C0003"})
    settings.SUPERVISED_EXPORT = 1
    client.post("/sign-in", {"username": "lin", "password": PASSWORD})
    page = client.get("/export/").content.decode()
    assert 'name="ask"' in page and 'name="password"' not in page
    assert client.post("/export/", {"ask": "approval", "reason": "年度核对"}).status_code == 302
    ids = [zhang.pk, zhang.pk + 1]
    with acting(lin):
        assert permits.is_permit_missing(ids, True) and not permits.is_permit_missing(ids[:1], False)
        (row,) = approvals(view="mine")
        with pytest.raises(Refused):
            perform("compliance.approve", {"approval": row["id"]})
    with acting(zhou):
        (row,) = approvals()
        assert "2" in row["summary"] and "年度核对" in row["summary"]
        perform("compliance.approve", {"approval": row["id"]})
        assert permits.is_permit_missing(ids, True)  # somebody else's approval is nobody's permit
    assert 'name="password"' in client.get("/export/").content.decode()
    with acting(lin):
        with act("test.export"):
            permits.use_permit(ids, True)
        with act("test.export"), pytest.raises(Refused, match="批准"):
            permits.use_permit(ids, True)
    with as_system():
        assert not permits.is_permit_missing(ids, True)
