"""A client's last decision on a purpose applies immediately to sending and to queries; separate consents need their notice."""

from datetime import date, timedelta

import pytest

from dakehu.domains.clients import consents as statements
from dakehu.domains.compliance.consents.queries import has_consent
from dakehu.domains.service.deliveries.permission_to_send import may_send
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

DAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("said", "channel", "state"),
    [
        ([], "", ""),
        ([("", "given")], "mobile", "given"),
        ([("", "given"), ("mobile", "refused")], "mobile", "refused"),
        ([("", "given"), ("mobile", "refused")], "mail", "given"),
        ([("mobile", "given"), ("", "withdrawn")], "mobile", "withdrawn"),
        ([("mobile", "given")], "", ""),
    ],
)
def test_the_last_statement_that_holds_for_a_channel_counts(said, channel, state):
    rows = [(DAY, "marketing", way, what) for way, what in said]
    assert statements.last_state([*rows, (DAY, "profiling", "", "given")], "marketing", channel) == state


@pytest.mark.parametrize(
    ("purpose", "state", "day", "version", "evidence", "faults"),
    [
        ("marketing", "given", DAY, "", "", set()),
        ("marketing", "given", DAY + timedelta(days=1), "", "", {"stated_on"}),
        ("sensitive", "given", DAY, "", "", {"text_version", "evidence"}),
        ("sharing", "given", DAY, "sharing-1", "录音", set()),
        ("abroad", "given", DAY, "abroad-1", "", {"evidence"}),
        ("sensitive", "withdrawn", DAY, "", "", set()),
    ],
)
def test_a_separate_consent_names_notice_and_evidence_and_a_withdrawal_needs_nothing(
    purpose, state, day, version, evidence, faults
):
    assert set(statements.statement_faults(purpose, state, day, DAY, version, evidence)) == faults


@pytest.mark.django_db
def test_a_consent_is_recorded_under_the_notice_in_force_and_withdrawn_at_once(lin, he, zhang):
    own = {"client": zhang.code, "purpose": "marketing"}
    with acting(lin), pytest.raises(Refused, match="告知文本"):
        perform("compliance.give_consent", own)
    with acting(he):
        perform("compliance.publish_consent_text", {"purpose": "marketing", "text_zh": "我们会推介产品。"})
    with acting(lin):
        row = perform("compliance.give_consent", {**own, "way": "branch"})
        assert (row.text_version, row.state) == ("marketing-1", "given")
        noon = clock.now().replace(hour=4, minute=0)
        assert has_consent(zhang.pk, "marketing") and not may_send(zhang, "mail", "campaign", noon)
        assert perform("compliance.withdraw_consent", own).state == "withdrawn"
        assert not has_consent(zhang.pk, "marketing")
        assert [one.rule for one in may_send(zhang, "mail", "campaign", noon)] == ["opt_out"]
        assert ask("compliance.has_consent", own) == {"has_consent": False, "state": "withdrawn"}
        assert ask("clients.consents", {"client": zhang.code})["count"] == 2


@pytest.mark.django_db
def test_a_separate_consent_is_refused_without_evidence_by_every_action(lin, he, zhang):
    own = {"client": zhang.code, "purpose": "sensitive"}
    with acting(he):
        perform("compliance.publish_consent_text", {"purpose": "sensitive", "text_zh": "我们会登记健康状况。"})
    with acting(lin):
        for name in ("compliance.give_consent", "clients.record_consent"):
            with pytest.raises(Refused) as refused:
                perform(name, {**own, **({"state": "given"} if name.startswith("clients") else {})})
            assert "evidence" in refused.value.messages
        perform("compliance.give_consent", {**own, "evidence": "录音 12"})
        assert has_consent(zhang.pk, "sensitive")


@pytest.mark.django_db
def test_compliance_records_a_withdrawal_for_any_client_and_others_for_theirs_only(he, wang, an, zhang):
    own = {"client": zhang.code, "purpose": "profiling"}
    with acting(he):
        assert perform("compliance.withdraw_consent", own).state == "refused"
        (row,) = [one for one in ask("compliance.purposes", {}) if one["purpose"] == "profiling"]
        assert (row["given"], row["refused"]) == (0, 1)
    with acting(wang), pytest.raises(Refused):
        perform("compliance.withdraw_consent", own)
    with acting(an), pytest.raises(NotAllowed):
        perform("compliance.withdraw_consent", own)
