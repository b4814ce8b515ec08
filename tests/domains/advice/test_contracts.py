"""A client may cancel an advisory contract in writing within five working days of signing; the rule is shown with its certainty."""

from datetime import date

import pytest
from freezegun import freeze_time

from dakehu.domains.advice.contracts import rules
from dakehu.domains.compliance.rule_sets.registry import find_rule
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.interfaces.web.browsers import desk

TODAY = "2026-09-30 04:00:00"  # Wednesday; the holidays of the National Day follow


def record(user, client, signed="2026-09-29", **values):
    with acting(user):
        return perform(
            "advice.record_contract", {"client": client.code, "number": "TG-1", "signed_on": signed, **values}
        ).pk


def terms(user, client):
    with acting(user):
        return ask("advice.contract_terms", {"client": client.pk})


@pytest.mark.parametrize(
    ("received", "words"),
    [
        (date(2026, 11, 30), None),
        (date(2026, 12, 7), None),
        (date(2026, 12, 8), "届满"),
        (date(2026, 11, 29), "早于签订"),
        (date(2026, 12, 10), "晚于今天"),
    ],
)
def test_a_notice_counts_from_signing_to_the_fifth_working_day(received, words):
    error = rules.cancel_error(date(2026, 11, 30), date(2026, 12, 7), received, date(2026, 12, 9))
    assert (error is None) if words is None else (words in error[1])


@pytest.mark.django_db
@pytest.mark.postgres
@freeze_time(TODAY)
def test_holidays_do_not_count_and_the_page_says_until_when_and_how_sure_that_is(lin, wang, zhang):
    pk = record(lin, zhang)
    found = terms(lin, zhang)
    (one,) = found["contracts"]
    assert one["may_cancel"] and one["cancel_until"] == "2026-10-13"  # 30 September, then 8, 9, 12 and 13 October
    assert found["certainty"] == "二手来源" and find_rule(rules.RULE, date(2026, 9, 30)).tag == "S"
    page = desk(lin).get(f"/clients/{zhang.pk}/plan/").content.decode()
    assert "客户可在 2026-10-13 前（含当日）书面解除" in page and "二手来源" in page
    with acting(wang), pytest.raises(NotFound):
        perform("advice.cancel_contract", {"contract": pk, "ended_on": "2026-09-30", "end_reference": "JC-1"})
    with acting(lin):
        row = perform("advice.cancel_contract", {"contract": pk, "ended_on": "2026-09-30", "end_reference": "JC-1"})
    assert row.state == "cancelled" and terms(lin, zhang)["contracts"][0]["may_cancel"] is False


@pytest.mark.django_db
@freeze_time("2026-10-14 04:00:00")
def test_after_the_time_it_is_ended_by_its_terms_and_never_twice(lin, zhang):
    pk = record(lin, zhang)
    notice = {"contract": pk, "ended_on": "2026-10-14", "end_reference": "JC-1"}
    with acting(lin):
        with pytest.raises(Refused, match="2026-10-13 届满"):
            perform("advice.cancel_contract", notice)
        assert perform("advice.cancel_contract", {**notice, "ended_on": "2026-10-13"}).state == "cancelled"
        with pytest.raises(Refused, match="已经终止"):
            perform("advice.end_contract", notice)
    with pytest.raises(Refused, match="已登记"):
        record(lin, zhang)
    with pytest.raises(Refused, match="晚于今天"):
        record(lin, zhang, "2026-10-15", number="TG-2")
