"""On PostgreSQL the database itself restricts readers to their clients, whatever SQL is sent."""

import pytest
from django.db import DatabaseError, connection, transaction

from dakehu.foundation import row_security
from dakehu.foundation.access import query_guard
from dakehu.foundation.access.actor import acting_as
from tests.cast import acting

pytestmark = pytest.mark.django_db


def raw(sql: str, params=()):
    """Run SQL under the application's role, bypassing the ORM and the guard of statements."""
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else cursor.rowcount
    finally:
        connection.execute_wrappers = wrappers


def test_row_security_is_really_active_for_the_applications_role():
    assert row_security.active()


def test_every_client_table_has_a_policy():
    covered = {row[0] for row in raw("SELECT tablename FROM pg_policies WHERE policyname = 'dakehu_scope'")}
    assert covered == {m._meta.db_table for m in query_guard.scoped_models()}


def test_raw_sql_shows_wang_none_of_lins_clients(lin, wang, zhang):
    with acting(lin):
        assert raw("SELECT id FROM clients_client WHERE id = %s", [zhang.pk]) == [(zhang.pk,)]
    with acting(wang):
        assert raw("SELECT id FROM clients_client WHERE id = %s", [zhang.pk]) == []
        assert raw("SELECT id FROM clients_coverage WHERE client_id = %s", [zhang.pk]) == []


def test_raw_sql_without_an_actor_shows_nothing(zhang):
    assert raw("SELECT id FROM clients_client") == []


def test_raw_sql_cannot_change_another_teams_client(wang, zhang):
    with acting(wang):
        assert raw("UPDATE clients_client SET name = 'X' WHERE id = %s", [zhang.pk]) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            raw(
                "INSERT INTO clients_clienttag (client_id, tag_id, row_version, created_at, changed_at) "
                "VALUES (%s, 1, 1, now(), now())",
                [zhang.pk],
            )


def test_a_sideways_join_that_the_orm_cannot_see_stays_inside_the_scope(lin, wang, zhang):
    with acting(lin):
        from dakehu.foundation.gates import perform

        perform("clients.tag", {"client": zhang.code, "name": "重点"})
    with acting(wang):
        found = raw("SELECT c.client_id FROM clients_tag t JOIN clients_clienttag c ON c.tag_id = t.id")
    assert found == []


def test_a_wall_hides_from_the_lead_in_raw_sql_too(lin, zhou, he, zhang):
    from dakehu.foundation.gates import perform

    with acting(zhou):
        assert raw("SELECT id FROM clients_client WHERE id = %s", [zhang.pk])
    with acting(he):
        perform("clients.set_information_wall", {"client": zhang.code, "walled": "是", "reason": "保密"})
    with acting(zhou):
        assert not raw("SELECT id FROM clients_client WHERE id = %s", [zhang.pk])
    with acting(lin):
        assert raw("SELECT id FROM clients_client WHERE id = %s", [zhang.pk])


def test_the_session_is_told_anew_after_a_rollback(lin, wang, zhang):
    with acting(lin):
        try:
            with transaction.atomic():
                raw("SELECT 1")
                raise RuntimeError
        except RuntimeError:
            pass
        assert raw("SELECT id FROM clients_client WHERE id = %s", [zhang.pk])
    with acting(wang):
        assert not raw("SELECT id FROM clients_client WHERE id = %s", [zhang.pk])


def test_a_change_of_actor_after_an_error_does_not_hide_the_error(lin, wang, zhang):
    with acting(wang) as another:
        pass  # read Wang's actor before the error: after it the database answers no query
    with acting(lin), pytest.raises(DatabaseError, match="no_such_table"), transaction.atomic():
        try:
            raw("SELECT * FROM no_such_table")
        except DatabaseError:
            with acting_as(another), pytest.raises(DatabaseError):
                raw("SELECT 1")
            raise
    with acting(wang):
        assert raw("SELECT id FROM clients_client WHERE id = %s", [zhang.pk]) == []


def test_the_application_may_not_touch_written_audit_entries():
    with pytest.raises(DatabaseError), transaction.atomic():
        raw("UPDATE foundation_auditentry SET body = ''")
    with pytest.raises(DatabaseError), transaction.atomic():
        raw("DELETE FROM foundation_auditentry")


def test_no_statement_of_the_desk_is_compiled():
    assert raw("SHOW jit") == [("off",)]
