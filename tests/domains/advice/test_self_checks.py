"""Every half-year somebody of compliance writes the self-check of suitability, and somebody else signs it."""

from datetime import date

import pytest
from freezegun import freeze_time

from dakehu.domains.advice.self_checks import rules
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.interfaces.web.browsers import desk

JANUARY = "2027-01-10 04:00:00"


@pytest.mark.parametrize(
    ("day", "first", "last", "due"),
    [
        (date(2027, 1, 1), date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 6, 30), date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 7, 1), date(2027, 1, 1), date(2027, 6, 30), date(2027, 7, 31)),
    ],
)
def test_the_last_half_year_is_due_a_month_after_its_end(day, first, last, due):
    assert rules.last_complete(day) == (first, last) and rules.due_on(last) == due


def check(lin, zhang):
    with acting(lin):
        asked = {
            "client": zhang.code,
            "product_name": "稳进",
            "product_risk": "R5",
            "initiative": "工作人员",
            "channel": "现场",
        }
        perform("advice.record_check", {**asked, "kyc_complete": "是"})


def notices(user, name):
    with acting(user):
        return ask(name, {})


@pytest.mark.django_db
@pytest.mark.postgres
def test_it_is_due_counted_written_signed_by_another_and_then_kept(lin, zhou, he, zhang):
    with freeze_time("2026-12-01 04:00:00"):
        check(lin, zhang)
    with freeze_time(JANUARY):
        assert "2027-01-31" in notices(he, "advice.self_check_notices")[0]["text"]
        with acting(he):
            row = perform("advice.write_self_check", {"findings": "抽查 20 份，未见违规。", "is_reportable": "否"})
            assert (row.counts["checks"], row.counts["pushed"] + row.counts["refused"] + row.counts["blocked"]) != (
                0,
                0,
            )
            with pytest.raises(Refused, match="不能签署自己的"):
                perform("advice.sign_self_check", {"self_check": row.pk})
        assert (
            notices(he, "advice.self_check_notices") == [] and len(notices(zhou, "advice.self_check_signatures")) == 1
        )
        with acting(zhou):
            perform("advice.return_self_check", {"self_check": row.pk, "reason": "请补充双录抽查"})
        assert len(notices(he, "advice.self_check_notices")) == 1
        with acting(he):
            perform("advice.write_self_check", {"findings": "补充：双录齐全。"})
        with acting(zhou):
            perform("advice.sign_self_check", {"self_check": row.pk})
        with acting(he), pytest.raises(Refused, match="已签署"):
            perform("advice.write_self_check", {"findings": "再改"})
        page = desk(zhou).get("/suitability/self-checks/").content.decode()
        assert "补充：双录齐全。" in page and "第三十条" in page and "行内默认" in page


@pytest.mark.django_db
@freeze_time(JANUARY)
def test_a_desk_begins_without_arrears_and_no_half_year_is_closed_before_its_end(lin, zhang, he):
    check(lin, zhang)  # within the half-year that runs
    assert notices(he, "advice.self_check_notices") == []
    with acting(he), pytest.raises(Refused, match="还没有结束"):
        perform("advice.write_self_check", {"findings": "x", "period_start": "2027-01-05"})
    with acting(lin), pytest.raises(NotAllowed):
        perform("advice.write_self_check", {"findings": "x"})
