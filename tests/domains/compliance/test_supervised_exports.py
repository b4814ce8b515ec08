"""An export of many clients is approved by a second person, made once, and contains only approved clients."""

from datetime import datetime, timedelta

import pytest

from dakehu.domains.compliance.approvals.queries import approvals
from dakehu.domains.compliance.supervised_exports import permits, rules
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.compliance.supervised_exports.rules import Permit
from dakehu.exchange.exports import service as exports
from dakehu.exchange.reports import service as reports
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting, as_system

BOOK = ExportWay.WORKBOOK
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
    assert rules.is_covered_by(permit, ids, is_whole, NOW) is is_covered


@pytest.mark.parametrize(
    ("clients", "personal", "sees_personal", "most"),
    [
        (0, 0, True, 0),
        (500, 0, True, 500),
        (500, 100, True, 100),
        (500, 100, False, 500),
        (0, 100, False, 0),
        (50, 100, True, 50),
    ],
)
def test_personal_values_that_are_not_masked_have_a_threshold_of_their_own(clients, personal, sees_personal, most):
    assert rules.export_threshold(clients, personal, sees_personal) == most


@pytest.mark.parametrize(
    ("days", "count", "is_covered"), [(0, 100, True), (90, 120, True), (0, 121, False), (91, 100, False)]
)
def test_a_way_that_was_opened_stays_open_for_ninety_days_and_a_fifth_more_clients(days, count, is_covered):
    permit = Permit(True, 100, frozenset(), NOW - timedelta(days=days), is_standing=True)
    assert rules.covers_reading(permit, count, NOW) is is_covered
    assert not rules.is_covered_by(permit, range(count), True, NOW)  # does not approve a file


def test_an_approval_is_for_one_way():
    digests = {rules.digest(1, True, 5, [], way) for way in ("workbook", "tableau", "odata")}
    assert (
        len(digests) == 3 and rules.digest(1, True, 5, []) in digests
    )  # requests of earlier versions were for a workbook


@pytest.mark.django_db
@pytest.mark.postgres
def test_every_way_out_refuses_in_words_until_somebody_else_has_approved_it(lin, zhou, zhang, settings, tmp_path):
    with acting(lin):
        perform("clients.create", {"name": "李四", "code": "C0003"})
    settings.SUPERVISED_PERSONAL = 1
    ids = [zhang.pk, zhang.pk + 1]
    with acting(lin, "api"):
        ask("clients.list", {"limit": "1"})
        for way, out in {
            "客户报告": lambda: reports.start(None),
            "表格": lambda: exports.start_export(None),
            "程序读取": lambda: ask("clients.list", {}),
            "SQL 登录": lambda: permits.check_all_clients(ExportWay.SQL),
        }.items():
            with pytest.raises(Refused, match=way) as refused:
                out()
            assert "申请" in str(refused.value)
        assert set(permits.closed_ways(ids, True)) == set(ExportWay)
        perform("compliance.request_export", {"reason": "月度分析", "way": "programs"})
        with pytest.raises(Refused, match="不能只申请"):
            perform("compliance.request_export", {"reason": "月度分析", "way": "programs", "clients": ids})
    with acting(zhou):
        (row,) = approvals()
        assert "程序读取" in row["summary"]
        perform("compliance.approve", {"approval": row["id"]})
    with acting(lin, "api"):
        for _ in range(2):
            assert ask("clients.list", {})["count"] == 2  # not used up
        assert ExportWay.PROGRAMS not in permits.closed_ways(ids, True)
        assert ExportWay.ODATA in permits.closed_ways(ids, True)
    with acting(lin):
        assert ask("clients.list", {})["count"] == 2  # pages are not exports
    settings.SUPERVISED_PERSONAL = 0
    with acting(lin, "api"):
        assert permits.closed_ways(ids, True) == []


@pytest.mark.django_db
def test_odata_hands_out_few_and_refuses_many(lin, zhang, client, settings):
    with acting(lin):
        perform("clients.create", {"name": "李四", "code": "C0003"})
        token = perform("team.create_token", {"name": "Excel", "scopes": ["odata"]})["token"]
    settings.SUPERVISED_EXPORT = 1
    head = {"Authorization": f"Bearer {token}"}
    assert client.get("/odata/v4/Clients?$top=1", headers=head).status_code == 200
    refused = client.get("/odata/v4/Clients", headers=head)
    assert refused.status_code == 400 and "批准" in refused.json()["error"]["message"]


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
        assert permits.is_permit_missing(BOOK, ids, True) and not permits.is_permit_missing(BOOK, ids[:1], False)
        (row,) = approvals(view="mine")
        with pytest.raises(Refused):
            perform("compliance.approve", {"approval": row["id"]})
    with acting(zhou):
        (row,) = approvals()
        assert "2" in row["summary"] and "年度核对" in row["summary"]
        perform("compliance.approve", {"approval": row["id"]})
        assert permits.is_permit_missing(BOOK, ids, True)  # another user's approval permits nothing
    assert 'name="password"' in client.get("/export/").content.decode()
    with acting(lin):
        with act("test.export"):
            permits.use_permit(BOOK, ids, True)
        with act("test.export"), pytest.raises(Refused, match="批准"):
            permits.use_permit(BOOK, ids, True)
    with as_system():
        assert not permits.is_permit_missing(BOOK, ids, True)
