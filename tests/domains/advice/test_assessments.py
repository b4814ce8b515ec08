"""The questionnaire by its link: answered once, by the client; contradictions, jumps and too many tests are blocked."""

from datetime import timedelta

import pytest
from freezegun import freeze_time

from dakehu.domains.advice.assessments import links
from dakehu.domains.advice.models import QuestionnaireLink
from dakehu.domains.advice.questionnaire_versions import store
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.advice.test_assessment_rules import best

NOON = "2026-11-30 04:00:00"
CAREFUL = best(highest=False)


def refresh(client):
    with as_system():
        client.refresh_from_db()


def token(user, client):
    with acting(user):
        sent = perform("advice.send_questionnaire", {"client": client.code})
    return sent["path"].removeprefix("/test/").rstrip("/")


@pytest.mark.postgres
@freeze_time(NOON)
def test_a_client_fills_in_the_questionnaire_once_and_gets_a_level_for_two_years(lin, zhang):
    first, second = token(lin, zhang), token(lin, zhang)
    with pytest.raises(links.LinkGone):
        links.submit(first, CAREFUL)  # the newer link replaced it
    unfinished = links.submit(second, {**CAREFUL, "age": ()})
    assert set(unfinished.faults) == {"age"}
    found = links.submit(second, CAREFUL)
    assert (found.level, found.state) == ("C1", "counted")
    refresh(zhang)
    assert (zhang.risk_level, str(zhang.risk_tested_on), str(zhang.risk_valid_to)) == ("C1", "2026-11-30", "2028-11-29")
    with pytest.raises(links.LinkGone):
        links.submit(second, CAREFUL)
    with pytest.raises(links.LinkGone):
        links.submit(second[:-4] + "AAAA", CAREFUL)
    with pytest.raises(Refused, match="今天已经测评过"):
        links.submit(token(lin, zhang), CAREFUL)
    late = token(lin, zhang)
    with freeze_time(NOON) as moved, pytest.raises(links.LinkGone):
        moved.tick(timedelta(days=15))
        links.submit(late, CAREFUL)


@freeze_time(NOON)
def test_contradictions_stop_or_are_confirmed_and_kept(lin, zhang):
    link = token(lin, zhang)
    stopped = links.submit(link, {**best(), "loss": ("no_loss",)}, is_confirmed=True)
    assert len(stopped.hard) == 2
    doubtful = {**CAREFUL, "stance": ("principal",), "kinds": ("equity",)}
    asked = links.submit(link, doubtful)
    assert len(asked.soft) == 1
    assert links.submit(link, doubtful, is_confirmed=True).conflicts == ["principal_equity"]


@freeze_time(NOON)
def test_a_jump_waits_for_compliance_and_the_answers_stay_sealed(lin, he, zhang):
    with as_system():
        perform("clients.change", {"client": zhang.code, "risk_level": "C2", "risk_tested_on": "2026-03-02"})
    found = links.submit(token(lin, zhang), best())
    assert found.state == "waiting"
    refresh(zhang)
    assert zhang.risk_level == "C2"
    with acting(lin):
        with pytest.raises(NotAllowed):
            perform("advice.release_assessment", {"assessment": found.pk, "reason": "客户收入提高"})
        rows = ask("advice.client_assessments", {"client": zhang.code})["rows"]
        assert "gt10" not in str(rows)
    with acting(he):
        assert [row["level"] for row in ask("advice.waiting_assessments", {})] == ["C5"]
        perform("advice.release_assessment", {"assessment": found.pk, "reason": "已电话核实"})
        with pytest.raises(Refused):
            perform("advice.reject_assessment", {"assessment": found.pk, "reason": "再看"})
    refresh(zhang)
    assert (zhang.risk_level, zhang.is_risk_minimum) == ("C5", False)


@freeze_time(NOON)
def test_the_lowest_category_is_set_by_one_answer_and_refuses_everything_above_r1(lin, zhang):
    links.submit(token(lin, zhang), {**CAREFUL, "loss": ("no_loss",)})
    refresh(zhang)
    assert zhang.is_risk_minimum
    with acting(lin):
        asked = {"client": zhang.code, "product_risk": "R2", "initiative": "client", "kyc_complete": True}
        assert ask("advice.check_suitability", asked)["rule"] == "S05"


def test_no_action_takes_answers_from_staff(lin, zhang):
    assert not ACTIONS["advice.file_assessment"].is_public
    takers = [name for name, one in ACTIONS.items() if any(p.name == "answers" for p in one.parameters)]
    assert [name for name in takers if name.startswith("advice.")] == ["advice.record_call_back"]


def test_a_link_that_was_revoked_is_gone(lin, zhang):
    link = token(lin, zhang)
    with acting(lin):
        perform("advice.revoke_questionnaire", {"questionnaire_link": QuestionnaireLink.objects.get().pk})
    with pytest.raises(links.LinkGone):
        links.submit(link, CAREFUL)
    assert list(store.versions()) == ["2026-11"]


@freeze_time(NOON)
def test_a_firm_lets_tests_hold_for_a_shorter_time(lin, admin, zhang, stored_firm_settings):
    with acting(admin):
        perform("firm.change_settings", {"risk_test_days": 365})
    found = links.submit(token(lin, zhang), CAREFUL)
    assert str(found.valid_to) == "2027-11-30"
    facts = {
        "risk_level": "C2",
        "product_risk": "R2",
        "initiative": "client",
        "kyc_complete": "是",
        "tested_on": "2025-11-29",
    }
    with acting(lin):
        assert ask("advice.check_suitability", facts)["valid_until"] == "2026-11-29"
        assert ask("advice.check_suitability", {**facts, "valid_days": 730})["valid_until"] == "2027-11-29"
