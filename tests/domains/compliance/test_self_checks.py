"""The half-yearly self-check: opened when the half-year has ended, written with its counts, signed by a second person."""

from datetime import date

import pytest

from dakehu.domains.compliance.models import SelfCheck
from dakehu.domains.compliance.self_checks import nightly, rules
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system, enter
from tests.interfaces.web.browsers import desk

REPORT = {"findings": "两份测评临近到期未提醒", "measures": "林晓于 8 月底前补测"}


@pytest.mark.parametrize(
    ("today", "first", "last", "due"),
    [
        (date(2026, 7, 1), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 31)),
        (date(2026, 6, 30), date(2025, 7, 1), date(2025, 12, 31), date(2026, 1, 31)),
        (date(2026, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 31)),
        (date(2027, 1, 1), date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_a_check_is_of_the_half_year_that_ended_and_due_a_month_later(today, first, last, due):
    assert rules.half_year_before(today) == (first, last)
    assert rules.due_on(last) == due


@pytest.mark.parametrize(("findings", "measures", "field"), [("", "无", "findings"), ("无", " ", "measures")])
def test_a_report_says_findings_and_measures_also_where_there_are_none(findings, measures, field):
    assert rules.content_error(findings, measures)[0] == field
    assert rules.content_error("无", "无") is None


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_report_keeps_its_counts_and_is_signed_by_somebody_else_and_then_stays(lin, zhou, he, zhang, monkeypatch):
    today = clock.today()
    with acting(lin):
        perform("compliance.open_privacy_request", {"client": zhang.pk, "kind": "access"})
    later = date(today.year + 1, 1, 15) if today.month >= 7 else date(today.year, 7, 15)
    monkeypatch.setattr(clock, "today", lambda: later)
    with as_system():
        assert nightly.is_missing()
        nightly._run(None)
        assert not nightly.is_missing()
        row = SelfCheck.objects.get()
        assert row.first_on <= today <= row.last_on
    with acting(he):
        assert len(ask("compliance.self_check_notices", {})) == 1
        perform("compliance.write_self_check", {"self_check": row.pk, **REPORT})
        (shown,) = ask("compliance.self_checks", {})
        assert ("个人信息请求", 1) in {(one["label"], one["count"]) for one in shown["figures"]}
        assert shown["approval"] is None and ask("compliance.self_check_notices", {}) == []
        (own,) = ask("compliance.approvals", {"view": "mine"})
        with pytest.raises(Refused):
            perform("compliance.approve", {"approval": own["id"]})
    with acting(zhou):
        (shown,) = ask("compliance.self_checks", {})
        assert shown["approval"] == own["id"] and ("个人信息请求", 1) in {
            (one["label"], one["count"]) for one in shown["figures"]
        }
        perform("compliance.reject", {"approval": shown["approval"], "note": "请补充期限"})
        with pytest.raises(NotAllowed):
            perform("compliance.write_self_check", {"self_check": row.pk, **REPORT})
    with acting(he):
        assert ask("compliance.self_checks", {})[0]["reason"] == "请补充期限"
        perform("compliance.write_self_check", {"self_check": row.pk, **REPORT})
    with acting(zhou):
        perform("compliance.approve", {"approval": ask("compliance.approvals", {})[0]["id"]})
    with acting(he), pytest.raises(Refused, match="不能修改"):
        perform("compliance.write_self_check", {"self_check": row.pk, **REPORT})
    page = desk(zhou).get("/compliance/self-checks/").content.decode()
    assert "林晓于 8 月底前补测" in page and "周宁" in page
    assert desk(lin).get("/compliance/self-checks/").status_code == 403


@pytest.mark.django_db
def test_a_desk_that_began_later_owes_no_check_and_lin_sees_none(lin, he):
    with as_system():
        assert not nightly.is_missing()  # the desk began today
    with acting(lin), pytest.raises(NotAllowed):
        ask("compliance.self_checks", {})
    with acting(enter("ho", "何助", "compliance")):
        assert ask("compliance.self_checks", {}) == []
