"""Surveys from the first question to the results: three kinds of anonymity, single-use links, words of distress."""

import pytest
from freezegun import freeze_time

from dakehu.domains.care.surveys import links
from dakehu.domains.care.surveys.results import satisfaction_of
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system
from tests.domains.care.survey_stage import add_clients, add_survey, allow_sending, collect, send

NOON = "2026-11-30 04:00:00"
GOOD = {"q1": ("5",), "q2": ("10",)}


def scores(user, start, end):
    """Return what an appraisal reads."""
    with as_system():
        return satisfaction_of(user, start, end)


@pytest.mark.postgres
@freeze_time(NOON)
def test_a_named_survey_is_answered_once_and_its_manager_reads_it(lin, zhou, wang, he):
    allow_sending()
    add_clients(lin, 3)
    survey = add_survey(he, "named", title_en="Service survey")
    assert send(he, survey)["invited"] == 3
    tokens = collect()
    first = tokens["s100@example.com"]
    assert len(f"/s/{first}") <= 40
    assert set(links.submit(first, {"q1": ("9",)}).faults) == {"q1", "q2"}
    assert links.submit(first, {**GOOD, "q3": ("亏了三十万，不想活了",)}).is_distressed
    assert links.submit(first, {"q1": ("1",), "q2": ("0",)}).faults == {}  # accepted, and nothing is stored
    with acting(lin):
        (row,) = perform("care.read_named_answers", {"survey": survey.pk})
        assert (row["choices"], row["texts"][0]["is_distressed"]) == ({"q1": 5, "q2": 10}, True)
        (case,) = ask("care.survey_distress", {})
        assert (case["source"], case["words"], case["can_contact"]) == ("survey", "", True)
    with acting(wang):
        assert perform("care.read_named_answers", {"survey": survey.pk}) == []
    assert scores(lin.pk, row["day"], row["day"]) == [(5, "link")]
    with acting(zhou):
        found = ask("care.survey_results", {"survey": survey.pk})
        assert (found["response"]["invited"], found["response"]["finished"]) == (3, 1)
        assert found["questions"][0]["satisfaction"]["count"] is None  # fewer than five


@freeze_time(NOON)
def test_a_confidential_answer_is_found_by_the_survey_office_alone_and_every_reading_is_on_record(lin, zhou, he):
    allow_sending()
    add_clients(lin, 2)
    survey = add_survey(he, "confidential")
    send(he, survey)
    links.submit(collect()["s101@example.com"], {**GOOD, "q3": ("希望电话少一点",)})
    for one in (lin, zhou):
        with acting(one):
            with pytest.raises(Refused):
                perform("care.read_named_answers", {"survey": survey.pk})
            with pytest.raises(NotAllowed):
                perform("care.read_survey_texts", {"survey": survey.pk})
            assert not ask("care.survey_results", {"survey": survey.pk})["is_open"]
    with acting(he):
        (row,) = perform("care.read_survey_texts", {"survey": survey.pk})
        assert perform("care.identify_answer", {"answer": row["answer"]})["code"] == "S101"
    with as_system():
        names = list(AuditEntry.objects.order_by("-pk").values_list("action", flat=True)[:3])
    assert names[:2] == ["care.identify_answer", "care.read_survey_texts"]


@freeze_time(NOON)
def test_wrong_altered_expired_and_closed_links_are_refused_alike(lin, he):
    allow_sending()
    add_clients(lin, 2)
    survey = add_survey(he, "named")
    send(he, survey)
    token = collect()["s100@example.com"]
    altered = ("B" if token[0] == "A" else "A") + token[1:]
    for wrong in ("", "x", altered, token[:-1] + ("A" if token[-1] != "A" else "B"), token + "A", "é" * 36):
        with pytest.raises(links.LinkGone):
            links.submit(wrong, GOOD)
    with freeze_time("2026-12-20"), pytest.raises(links.LinkGone):
        links.submit(token, GOOD)
    with acting(he):
        perform("care.close_survey", {"survey": survey.pk})
    with pytest.raises(links.LinkGone):
        links.submit(token, GOOD)


@freeze_time(NOON)
def test_the_kind_of_anonymity_stands_from_the_first_invitation_and_questions_go_on_in_a_new_version(lin, he):
    allow_sending()
    add_clients(lin, 2)
    survey = add_survey(he, "confidential")
    send(he, survey)
    with acting(he):
        with pytest.raises(Refused, match="复制为新问卷"):
            perform("care.change_survey", {"survey": survey.pk, "anonymity": "named"})
        assert perform("care.remove_question", {"survey": survey.pk, "question": "q3"}).number == 2
        with pytest.raises(Refused, match="一次应邀请"):
            perform("care.send_survey", {"survey": survey.pk})  # both were invited today
        few = perform("care.add_survey", {"title_zh": "匿名调查", "anonymity": "anonymous"})
        perform("care.open_survey", {"survey": few.pk})
        with pytest.raises(Refused):
            perform("care.send_survey", {"survey": few.pk})
        with pytest.raises(Refused):
            perform("care.change_survey", {"survey": few.pk, "purpose": "request"})
        with pytest.raises(Refused, match="不足 10 人"):
            perform("care.make_event_links", {"survey": few.pk, "count": 9})
        links_of_event = perform("care.make_event_links", {"survey": few.pk, "count": 10})["links"]
    for link in links_of_event[:6]:
        links.submit(link.rpartition("/")[2], GOOD)
    with acting(he):
        perform("care.close_survey", {"survey": few.pk})
        found = ask("care.survey_results", {"survey": few.pk})
    assert found["response"]["finished"] == 6
    assert found["questions"][0]["satisfaction"]["count"] == 6
    assert found["questions"][0]["satisfaction"]["share"] is None


@freeze_time(NOON)
def test_a_closed_request_is_surveyed_by_a_draw_and_keeps_the_reason(lin, zhou, he, zhang):
    allow_sending()
    survey = add_survey(he, "confidential", purpose="request", sample_percent=100)
    (client,) = add_clients(lin, 1)
    with acting(lin):
        for one in (client, zhang, client):
            row = perform("service.open_request", {"client": one.code, "kind": "咨询", "subject": "分红到账"})
            perform("service.move_request", {"request": row.pk, "state": "working"})
            perform("service.move_request", {"request": row.pk, "state": "closed", "outcome": "已答复"})
            jobs.run_due_jobs()
        rows = ask("care.request_surveys", {"order": "request_ref"})["rows"]
    assert [row["outcome"] for row in rows] == ["sent", "no_address", "recent"]
    tokens = collect()
    links.submit(tokens["s100@example.com"], GOOD)
    assert scores(lin.pk, "2026-11-30", "2026-11-30") == [(5, "link")]
    with acting(zhou):
        lines = ask("care.survey_page", {"survey": survey.pk})["requests"]
    assert sum(line["count"] for line in lines) == 3


@freeze_time(NOON)
def test_answers_noted_by_phone_count_as_attended_and_never_in_an_appraisal(lin, he):
    allow_sending()
    (client,) = add_clients(lin, 1)
    survey = add_survey(he, "named")
    with acting(lin):
        with pytest.raises(Refused):
            perform("care.record_phone_survey", {"survey": survey.pk, "client": client.code, "answers": {"q1": "5"}})
        asked = {"survey": survey.pk, "client": client.code, "answers": {"q1": "5", "q2": "9"}}
        perform("care.record_phone_survey", asked)
        with pytest.raises(Refused, match="已经填写"):
            perform("care.record_phone_survey", asked)
        assert perform("care.read_named_answers", {"survey": survey.pk})[0]["is_attended"]
    assert scores(lin.pk, "2026-11-30", "2026-11-30") == []
    with acting(lin), pytest.raises(NotFound):
        ask("care.survey_page", {"survey": 99_999})


def test_a_copy_has_every_kind_of_question(he):
    with acting(he):
        survey = perform("care.add_survey", {"title_zh": "服务满意度调查", "anonymity": "named"})
        asked = {"survey": survey.pk, "text_zh": "题目", "options": "速度 | Speed; 态度 | Manner"}
        for kind, more in (("single", {}), ("multiple", {"show_if": "q1: 1,2"}), ("matrix", {"is_required": "1"})):
            perform("care.add_question", {**asked, "kind": kind, **more})
        with pytest.raises(Refused, match="前面的题目"):
            perform("care.add_question", {**asked, "kind": "text", "show_if": "q9: 1"})
        with pytest.raises(Refused):
            perform("care.add_question", {**asked, "kind": "text", "text_zh": "我们保证收益，您满意吗"})
        perform("care.move_question", {"survey": survey.pk, "question": "q6"})
        copied = perform("care.copy_survey", {"survey": survey.pk})
        before, after = (ask("care.survey_questions", {"survey": pk}) for pk in (survey.pk, copied.pk))
    assert [one["kind"] for one in after["questions"]] == ["csat", "nps", "text", "single", "matrix", "multiple"]
    assert after["questions"] == before["questions"]
