"""One register for distress: every source writes to it, one rule escalates, and an older client requires two persons."""

from datetime import date, datetime

import pytest
from freezegun import freeze_time

from dakehu.domains.care.distress import earlier
from dakehu.domains.care.distress.reactions import on_distress
from dakehu.domains.care.models import DistressCase, Feedback, Survey, SurveyAlert
from dakehu.domains.care.surveys import links
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system
from tests.domains.care.survey_stage import add_clients, add_survey, allow_sending, collect, send

pytestmark = pytest.mark.django_db
NOON = clock.at_local(datetime(2026, 11, 30, 12, 0))
GOOD = {"q1": ("5",), "q2": ("10",)}
BAD = "亏成这样，活着没意思了"


def say(user, text=BAD, **more):
    with acting(user):
        return perform("care.register_feedback", {"kind": "建议", "text": text, **more})


def cases(user, **more):
    with acting(user):
        return ask("care.distress_cases", more)


def bell(user):
    with acting(user):
        return len(ask("care.distress_notices", {}))


@pytest.mark.postgres
@freeze_time(NOON)
def test_an_older_client_is_contacted_first_then_joined_by_a_second_person_then_closed(lin, zhou, he, wang, zhang):
    with acting(lin):
        perform("clients.change", {"client": zhang.code, "birth_on": "1950-01-01"})
    said = say(lin, client=zhang.code)
    (case,) = cases(zhou)
    assert (case["source"], case["url"], case["level"]) == ("feedback", f"/feedback/{said.pk}/", "urgent")
    assert (case["caller"], case["lead"], case["needs_second_person"]) == (lin.name, zhou.name, True)
    assert [bell(user) for user in (lin, zhou, he, wang)] == [1, 1, 1, 0]
    number = {"case": case["id"]}
    with acting(zhou):
        with pytest.raises(Refused, match="首位经办人联系"):
            perform("care.join_distress_case", {**number, "confirmation": "三方通话"})
        with pytest.raises(Refused, match="没有人联系"):
            perform("care.close_distress_case", {**number, "outcome": "平稳"})
    with acting(lin):
        perform("care.contact_distress_case", number)
        with pytest.raises(Refused, match="已有人联系"):
            perform("care.contact_distress_case", number)
        assert Feedback.objects.get(pk=said.pk).contacted_by_id == lin.pk
        with pytest.raises(NotAllowed):
            perform("care.close_distress_case", {**number, "outcome": "平稳"})
    assert bell(lin) == 0
    with acting(wang), pytest.raises(NotFound):
        perform("care.join_distress_case", {**number, "confirmation": "路过"})
    with acting(zhou):
        with pytest.raises(Refused, match="第二人"):
            perform("care.close_distress_case", {**number, "outcome": "平稳"})
        perform("care.join_distress_case", {**number, "confirmation": "与客户女儿三方通话"})
        perform("care.close_distress_case", {**number, "outcome": "家人陪同，平稳"})
    assert [case["is_open"] for case in cases(he)] == [False]


def test_the_contact_noted_on_the_feedback_is_noted_on_its_case(lin, zhou, zhang):
    said = say(lin, client=zhang.code)
    with acting(zhou):
        perform("care.confirm_contact", {"feedback": said.pk})
    (case,) = cases(zhou)
    assert (case["caller"], case["is_contacted"]) == (zhou.name, True)


@pytest.mark.postgres
def test_whoever_a_complaint_is_about_neither_sees_nor_counts_nor_hears_of_its_case(lin, zhou, he, zhang):
    said = say(lin, client=zhang.code)
    assert len(cases(lin)) == 1
    with acting(zhou):
        made = perform("care.pass_to_complaints", {"feedback": said.pk, "about_staff": "lin"})
    (case,) = cases(zhou)
    assert (case["source"], case["url"], case["is_open"]) == ("complaint", f"/complaints/{made.pk}/", True)
    assert cases(lin) == [] and bell(lin) == 0
    with acting(lin):
        assert ask("care.cases_of_distress", {})["count"] == 0
        with pytest.raises(NotFound):
            perform("care.join_distress_case", {"case": case["id"], "confirmation": "我来"})
    on_distress(case=case["id"])
    with acting(lin):
        assert not model_of("service.Task").objects.exists()
    assert len(cases(he)) == 1


@freeze_time(NOON)
def test_words_in_a_confidential_survey_reach_the_survey_office_alone(lin, zhou, he):
    allow_sending()
    add_clients(lin, 3)
    send(he, add_survey(he, "confidential"))
    links.submit(collect()["s100@example.com"], {**GOOD, "q3": (BAD,)})
    (case,) = cases(he)
    assert (case["is_office_only"], case["words"], case["lead"], case["caller"]) == (True, "", "", "")
    assert on_distress(case=case["id"]) == {"task": None}
    assert [bell(user) for user in (lin, zhou, he)] == [0, 0, 1]
    assert cases(lin) == cases(zhou) == []
    with acting(zhou):
        assert ask("care.survey_distress", {}) == []


def test_every_source_gives_the_lead_one_task_for_the_day_and_a_lesser_level_none(lin, zhou, zhang):
    say(lin, client=zhang.code)
    say(lin, "跌得我睡不着", client=zhang.code)
    for case in cases(zhou):
        on_distress(case=case["id"])
        on_distress(case=case["id"])
    with acting(zhou):
        (task,) = model_of("service.Task").objects.all()
        assert (task.owner_id, task.due_on, task.client_id) == (zhou.pk, clock.today(), zhang.pk)


@pytest.mark.postgres
def test_what_earlier_versions_kept_elsewhere_is_taken_up_once_without_loss(lin, zhou, he, zhang):
    said = say(lin, client=zhang.code)
    with as_system(), act("test.earlier"):
        DistressCase.objects.get(source_ref=said.pk).delete()
        survey = Survey(title_zh="去年的问卷", anonymity="named")
        survey.save()
        for note, settled, office in (("", None, False), ("已联系家属", date(2026, 3, 4), True)):
            alert = SurveyAlert(client=zhang, survey=survey, level="high", raised_on=date(2026, 3, 2), note=note)
            alert.settled_on, alert.settled_by, alert.is_office_only = settled, settled and he, office
            alert.save()
    with as_system():
        earlier.take_up_if_any()
        earlier.take_up_if_any()
        assert SurveyAlert.objects.filter(case=None).count() == 0 and SurveyAlert.objects.count() == 2
    found = sorted((case["source"], case["is_open"], case["outcome"]) for case in cases(he))
    assert found == [
        ("feedback", True, ""),
        ("survey", False, "统一登记前已处理：已联系家属"),
        ("survey", True, ""),
    ]
    assert len(cases(zhou)) == 2


def test_a_job_that_an_earlier_version_queued_opens_the_case_once_and_its_lead_gets_the_task(lin, zhou, he, zhang):
    said = say(lin, client=zhang.code)
    with as_system(), act("test.earlier"):
        DistressCase.objects.get(source_ref=said.pk).delete()
    run = jobs.JOBS[earlier.QUEUED]
    opened = run(None, source="feedback", ref=said.pk, level="high", cause=1)["case"]
    assert opened is not None and run(None, source="feedback", ref=said.pk, level="high") == {"case": None}
    assert run(None, source="complaint", ref=999_999, level="high") == {"case": None}
    assert on_distress(case=opened)["task"] is not None
    assert [case["source"] for case in cases(he)] == ["feedback"]


def test_the_register_opens_by_source_and_the_former_address_leads_to_it(lin, zhou, zhang, client):
    say(lin, client=zhang.code)
    client.force_login(zhou)
    assert "张三" in client.get("/distress/").content.decode()
    assert "张三" not in client.get("/distress/?source=survey").content.decode()
    assert client.get("/outreach/cases/").headers["Location"] == "/distress/?source=call"
