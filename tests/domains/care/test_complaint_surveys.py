"""A short survey some days after the reply to a complaint: once, under the sending rules, never while the case is reopened."""

from datetime import date, timedelta

import pytest
from freezegun import freeze_time

from dakehu.domains.appraisal.measures.answers import net_of, recommendation
from dakehu.domains.appraisal.measures.registry import Span
from dakehu.domains.appraisal.measures.rules import NET, ONE, Row, value_of
from dakehu.domains.care.models import ComplaintSurvey, SurveyAnswer, SurveyBatch, SurveyInvitation
from dakehu.domains.care.surveys import rules
from dakehu.domains.care.surveys.complaints import decide_complaint_surveys
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, as_system
from tests.domains.care.survey_stage import add_clients, add_survey, allow_sending

REPLIED = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("rule", "days_left", "waits"),
    [("open_complaint", 5, True), ("open_complaint", 0, False), ("opt_out", 5, False), ("", 5, False)],
)
def test_what_passes_by_itself_is_waited_for_and_an_opt_out_is_not(rule, days_left, waits):
    assert rules.waits_for_survey(rule, days_left) is waits


def test_fifty_answers_with_thirty_promoters_and_eight_detractors_are_44_within_21():
    scores = [10] * 30 + [8] * 12 + [3] * 8
    value = value_of(NET, [Row("", number, net_of(score), ONE) for number, score in enumerate(scores, 1)])
    assert (round(value.raw, 2), value.count) == (round(ONE * 22 / 50, 2), 50)
    assert round(value.high - value.raw, 2) == round(ONE * 21 / 100, 2) == round(value.raw - value.low, 2)


def complain(lin, zhou, code, **more):
    """A complaint that was answered and closed on the day of the reply."""
    with freeze_time(f"{REPLIED} 04:00:00"):
        with acting(lin):
            row = perform(
                "compliance.register_complaint", {"client": code, "subject": "月报晚到", "owner": "zhou", **more}
            )
        with acting(zhou):
            number = {"complaint": row.pk}
            perform("compliance.accept_complaint", number)
            perform(
                "compliance.reply_complaint",
                {**number, "reply": "已补寄，今后按时。", "decision": "upheld", "cause": "process"},
            )
            perform("compliance.close_complaint", {**number, "outcome": "已补寄"})
    return row


def decide(on):
    with freeze_time(f"{on} 04:00:00"), as_system():
        return decide_complaint_surveys()


@pytest.mark.django_db
@pytest.mark.postgres
def test_the_survey_leaves_once_seven_days_after_the_reply_and_not_while_the_case_is_open_again(lin, zhou, he):
    allow_sending()
    with freeze_time(f"{REPLIED} 04:00:00"):
        add_clients(lin, 3)
    first, second, third = (complain(lin, zhou, f"S{n}") for n in (100, 101, 102))
    with freeze_time(f"{REPLIED} 05:00:00"):
        survey = add_survey(he, "confidential", purpose="complaint")
        with pytest.raises(Refused, match="投诉答复后"):
            add_survey(he, "named", purpose="complaint")
        with acting(zhou):
            perform("compliance.reopen_complaint", {"complaint": second.pk, "reason": "客户又来电"})
        with acting(lin):
            perform(
                "clients.record_consent",
                {"client": "S102", "purpose": "service", "state": "refused", "stated_on": REPLIED, "channel": "mail"},
            )
    assert decide(REPLIED + timedelta(days=6)) == {"invited": 0, "left_out": 0, "waiting": 0}
    assert decide(REPLIED + timedelta(days=7)) == {"invited": 1, "left_out": 1, "waiting": 0}
    assert decide(REPLIED + timedelta(days=8)) == {"invited": 0, "left_out": 0, "waiting": 0}
    with as_system():
        found = dict(ComplaintSurvey.objects.values_list("complaint_ref", "outcome"))
        assert found == {first.pk: "sent", third.pk: "refused"}
        assert ComplaintSurvey.objects.get(complaint_ref=first.pk).invitation.served_by_id == zhou.pk
    with acting(he):
        lines = ask("care.survey_page", {"survey": survey.pk})["requests"]
        assert [line["count"] for line in lines] == [1, 1] and any("拒绝" in line["text"] for line in lines)


def answer(he, client, served_by, *scores):
    """Store named answers of a random sample about one manager's service."""
    survey = add_survey(he, "named")
    with as_system(), act("test.answers"):
        batch = SurveyBatch(
            survey=survey, version=survey.versions.get(), origin="sample", expires_on=REPLIED, secret="x" * 32
        )
        batch.save()
        for score in scores:
            invitation = SurveyInvitation(batch=batch, client=client, invited_on=REPLIED, served_by=served_by)
            invitation.save()
            SurveyAnswer(
                batch=batch, choices={"q1": 5, "q2": score}, day=REPLIED, client=client, invitation=invitation
            ).save(force_insert=True)


@pytest.mark.django_db
def test_the_recommendation_of_a_branch_is_the_same_for_all_of_it_and_nothing_below_fifty(lin, zhou, wang, he, zhang):
    answer(he, zhang, lin, *[10] * 39, *[5] * 10)
    answer(he, zhang, wang, *[10] * 49)
    span = Span(REPLIED, REPLIED, REPLIED, (lin.pk, zhou.pk, wang.pk))
    with as_system():
        assert recommendation(span) == {}
    answer(he, zhang, zhou, 10)
    with as_system():
        rows = recommendation(span)
    assert set(rows) == {lin.pk, zhou.pk} and rows[lin.pk] == rows[zhou.pk]
    assert value_of(NET, rows[lin.pk]).raw == ONE * 30 / 50
