"""Long writes are pipelined ahead of later statements without a difference except in time."""

import pytest
from django.db import DatabaseError, connection

from dakehu.domains.clients.models import Client, Contact
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import act
from dakehu.foundation.database import write_pipeline
from dakehu.foundation.records.bulk import record_columns
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MANY = 12_000


def contacts(client, count=MANY):
    return record_columns(
        Contact,
        count,
        {
            "client_id": [client.pk] * count,
            "kind": ["mail"] * count,
            "value": [f"{n}@example.com" for n in range(count)],
        },
    )


def test_what_was_written_ahead_is_there_for_the_next_question(lin, zhang):
    with acting(lin), act("test.ahead"), write_pipeline.pipelined_writes():
        numbers = contacts(zhang)
        assert Contact.objects.filter(client=zhang).count() == MANY
        assert Contact.objects.get(pk=numbers[-1]).value_index != ""


def test_statements_run_in_the_order_in_which_they_were_given(lin):
    with acting(lin), act("test.ahead"), elevated("test"), write_pipeline.pipelined_writes():
        made = record_columns(Client, 3, {"code": ["A1", "A2", "A3"], "name": ["甲", "乙", "丙"]})
        contacts(Client(pk=made[2]), 2)  # refers to a row that may still be queued
    with acting(lin), elevated("test"):
        assert Contact.objects.filter(client_id=made[2]).count() == 2


def test_what_goes_wrong_ahead_is_raised_at_the_next_question_and_nothing_stays(lin, zhang):
    with pytest.raises(DatabaseError), acting(lin), act("test.ahead"), write_pipeline.pipelined_writes():
        write_pipeline.write(connection, "INSERT INTO no_such_table VALUES (%s)", [1])
        contacts(zhang, 5)
        Contact.objects.count()
    assert connection.line is None
    with acting(lin):
        assert not Contact.objects.filter(client=zhang).exists()


def test_what_goes_wrong_last_is_raised_at_the_end(lin):
    with pytest.raises(DatabaseError), acting(lin), act("test.ahead"), write_pipeline.pipelined_writes():
        write_pipeline.write(connection, "INSERT INTO no_such_table VALUES (%s)", [1])


def test_a_fault_of_the_caller_drops_what_still_waits(lin, zhang):
    with pytest.raises(LookupError), acting(lin), act("test.ahead"), write_pipeline.pipelined_writes():
        contacts(zhang)
        raise LookupError
    with acting(lin):
        assert not Contact.objects.filter(client=zhang).exists()


def test_each_statement_acts_for_whoever_asked_for_it(lin, zhang, qian):
    """Lin may not write for another manager's client, even if an elevated query runs before her statement."""
    sql = "INSERT INTO clients_searchline (client_id, what, number, words) VALUES (%s, 'x', 1, 'x')"
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        acting(lin),
        act("test.ahead"),
        write_pipeline.pipelined_writes(),
    ):
        contacts(zhang)
        write_pipeline.write(connection, sql, [qian.pk])
        with elevated("test"), write_pipeline.bypass():
            assert Client.objects.filter(pk=qian.pk).exists()


def test_what_is_asked_between_does_not_wait_for_all_that_waits(lin, zhang):
    with acting(lin), act("test.ahead"), write_pipeline.pipelined_writes():
        for _ in range(3):
            contacts(zhang)
        with write_pipeline.bypass():
            assert Contact.objects.filter(client=zhang).count() in range(3 * MANY + 1)
        write_pipeline.wait_for_writes()
        assert Contact.objects.filter(client=zhang).count() == 3 * MANY


def test_a_blind_index_has_no_second_index_for_like():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%%\\_index varchar_pattern_ops%%'")
        assert cursor.fetchall() == []
