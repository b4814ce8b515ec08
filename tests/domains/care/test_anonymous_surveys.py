"""An anonymous survey cannot be traced: by comparing every table between any two answers, by the log, by any role."""

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from freezegun import freeze_time

from dakehu.domains.care.surveys import links
from dakehu.domains.care.surveys.store import get_survey
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.erasure.erase import erase_clients
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system
from tests.domains.care.survey_stage import add_clients, add_survey, allow_sending, collect, send

NOON = "2026-11-30 04:00:00"
WRITTEN = {"care_surveytoken", "care_surveyanswer"}


def copy_of_database() -> dict[str, frozenset[tuple[str, ...]]]:
    """Return every row of every table, as in a copy of the database read by an auditor."""
    tables = set(connection.introspection.table_names()) - {"dakehu_reach_secret"}  # not readable even by the desk
    found = {}
    with as_system(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = frozenset(tuple(str(value) for value in row) for row in cursor.fetchall())
    return found


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, set[tuple[str, ...]]]:
    """Return what an answer changed, by table: rows that are new, changed or deleted."""
    return {table: set(after[table] ^ before[table]) for table in after if after[table] != before[table]}


def kept_texts() -> list[str]:
    """Return the mails stored by the desk, decrypted."""
    with as_system(), act("test.open"):
        return [row.text.open() for row in apps.get_model("service.Delivery").objects.all()]


def answer_of(number: int) -> dict[str, tuple[str, ...]]:
    return {"q1": (str(number % 5 + 1),), "q2": (str(number % 11),)}


@pytest.mark.postgres
@freeze_time(NOON)
def test_a_copy_of_the_database_between_any_two_answers_says_nothing_of_who_answered(lin, he, caplog):
    allow_sending()
    clients = add_clients(lin, 12)
    survey = add_survey(he, "anonymous")
    send(he, survey)
    tokens = collect()
    assert len(set(tokens.values())) == len(clients) == 12
    stored = copy_of_database()
    assert not any(
        token in value for token in tokens.values() for rows in stored.values() for row in rows for value in row
    )
    assert not any("/s/" in text for text in kept_texts())
    stored = copy_of_database()
    guesses, order = [], sorted(tokens.items(), key=lambda pair: pair[1])  # answered in a different order
    for number, (address, token) in enumerate(order):
        assert links.submit(token, answer_of(number)).faults == {}
        stored, before = copy_of_database(), stored
        left = difference(before, stored)
        assert set(left) - {"sqlite_sequence", "django_session"} == WRITTEN  # no audit entry, job, event or delivery
        (token_row,), (answer_row,) = left["care_surveytoken"], left["care_surveyanswer"]
        assert "None" in token_row  # names no invitation
        assert NOON[:10] not in str(answer_row)  # no day
        guesses.append((int(answer_row[0]), address))
    assert links.submit(tokens["s100@example.com"], answer_of(1)).faults == {}  # again: the same thanks, nothing stored
    # The best an auditor can do with row ids is to sort both: no better than chance.
    hits = sum(address == sent for (_, address), sent in zip(sorted(guesses), tokens, strict=True))
    assert hits <= 8
    assert not any(token in caplog.text for token in tokens.values())


@freeze_time(NOON)
def test_no_role_finds_whose_an_anonymous_answer_is(lin, zhou, he, an, admin):
    allow_sending()
    add_clients(lin, 10)
    survey = add_survey(he, "anonymous")
    send(he, survey)
    tokens = collect()
    for number, token in enumerate(list(tokens.values())[:6]):
        links.submit(token, {**answer_of(number), "q3": ("等电话等得太久",)})
    with acting(he):
        with pytest.raises(Refused, match="结束"):
            perform("care.read_survey_texts", {"survey": survey.pk})
        assert not ask("care.survey_results", {"survey": survey.pk})["is_open"]  # two reads would show one answer
        perform("care.remind_survey", {"batch": batch_of(survey)})
    jobs.run_due_jobs()
    assert collect() == {}  # reminders go to all ten and contain no link: no client gets a second one
    with acting(he):
        perform("care.close_survey", {"survey": survey.pk})
        answers = [row["answer"] for row in perform("care.read_survey_texts", {"survey": survey.pk})]
    for one in (lin, zhou, he, an, admin):
        with acting(one):
            for answer in answers:
                with pytest.raises((NotFound, Refused)):
                    perform("care.identify_answer", {"answer": answer})
            with pytest.raises(Refused):
                perform("care.read_named_answers", {"survey": survey.pk})
    assert len(answers) == 6


def test_erasing_a_client_takes_named_and_confidential_answers_with_it_and_leaves_anonymous_ones(lin, he):
    allow_sending()
    clients = add_clients(lin, 4) + add_clients(lin, 10, start=200)
    with freeze_time(NOON):
        for kind, some in (("named", clients[:2]), ("confidential", clients[2:4]), ("anonymous", clients[4:])):
            survey = add_survey(he, kind)
            send(he, survey, filters={"code.in": ",".join(client.code for client in some)})
            for token in collect().values():
                links.submit(token, answer_of(3))
    erase([clients[0], clients[2], clients[4]])
    with as_system():
        counts = Counter(apps.get_model("care.SurveyAnswer").objects.values_list("batch__survey__anonymity", flat=True))
        assert apps.get_model("care.SurveyAnswerLink").objects.count() == 1
    assert counts == {"named": 1, "confidential": 1, "anonymous": 10}


def batch_of(survey: Any) -> int:
    with as_system():
        return int(get_survey(survey.pk).batches.first().pk)


def erase(clients: list[Any]) -> None:
    with as_system(), act("test.erase"):
        erase_clients([client.pk for client in clients])
