"""A person who can only send SQL under the application's role cannot widen the reach of a session."""

import pytest
from django.db import DatabaseError, connection, transaction

from dakehu.foundation.access import keys, reach_proof
from tests.cast import acting

pytestmark = pytest.mark.django_db


def raw(sql: str, params=()):
    """Run SQL that bypasses the ORM and the tripwire, under the application's role and the current actor."""
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else cursor.rowcount
    finally:
        connection.execute_wrappers = wrappers


SEEN = "SELECT count(*) FROM clients_client WHERE id = %s"


def test_the_desk_itself_sees_what_its_actor_may(lin, wang, zhang):
    with acting(lin):
        assert raw(SEEN, [zhang.pk]) == [(1,)]
    with acting(wang):
        assert raw(SEEN, [zhang.pk]) == [(0,)]


@pytest.mark.parametrize(
    "lift",
    [
        "SET dakehu.reach = 'system'",
        "SET dakehu.reach = 'across'",
        "SET dakehu.reach = 'all'",
        "SET LOCAL dakehu.reach = 'system'",
        "SELECT set_config('dakehu.reach', 'system', false)",
        "SELECT set_config('dakehu.reach', 'covered', false), set_config('dakehu.covers', '{lin}', false)",
        "SELECT set_config('dakehu.user', '{lin}', false), set_config('dakehu.covers', '{lin}', false)",
        "SELECT set_config('dakehu.reach', 'system', false), set_config('dakehu.proof', '', false)",
    ],
)
def test_a_reach_that_is_set_by_hand_shows_nothing(lin, wang, zhang, lift):
    with acting(wang):
        raw("SELECT 1")
        raw(lift.format(lin=lin.pk))
        assert raw(SEEN, [zhang.pk]) == [(0,)]
        assert raw("SELECT count(*) FROM clients_contact") == [(0,)]
        assert raw("UPDATE clients_client SET name = 'X' WHERE id = %s", [zhang.pk]) == 0


def test_a_proof_of_another_session_or_another_reach_proves_nothing(lin, wang, zhang):
    with acting(wang):
        raw("SELECT 1")
        pid = connection.connection.info.backend_pid
        ((own,),) = raw("SELECT current_setting('dakehu.proof')")
        elsewhere = reach_proof.proof(pid + 1, "system", "", "")
        for found in (own, elsewhere):
            raw(
                "SELECT set_config('dakehu.reach', 'system', false), set_config('dakehu.covers', '', false), "
                "set_config('dakehu.user', '', false), set_config('dakehu.proof', %s, false)",
                [found],
            )
            assert raw(SEEN, [zhang.pk]) == [(0,)]
        raw("SELECT set_config('dakehu.proof', %s, false)", [reach_proof.proof(pid, "system", "", "")])
        assert raw(SEEN, [zhang.pk]) == [(1,)]  # the walk above fails only because it lacks the proof


def test_a_database_is_asked_before_a_new_desk_has_keys_and_shows_nothing_then(lin, zhang, tmp_path, settings):
    """`dakehu migrate` of a new desk reads the database first, and creates the keys in its migrations."""
    with acting(lin):
        connection._session_actor = None
        home, settings.DAKEHU_HOME = settings.DAKEHU_HOME, str(tmp_path)
        keys.forget_cached()
        assert raw(SEEN, [zhang.pk]) == [(0,)]
        settings.DAKEHU_HOME = home
        assert raw(SEEN, [zhang.pk]) == [(1,)]


@pytest.mark.parametrize(
    "peek",
    [
        "SELECT secret FROM dakehu_reach_secret",
        "UPDATE dakehu_reach_secret SET secret = ''",
        "INSERT INTO dakehu_reach_secret (one, secret) VALUES (true, '')",
        "DELETE FROM dakehu_reach_secret",
        "CREATE OR REPLACE FUNCTION dakehu_reach() RETURNS text LANGUAGE sql AS $$ SELECT 'system'::text $$",
        "DROP FUNCTION dakehu_reach() CASCADE",
        "ALTER TABLE clients_client DISABLE ROW LEVEL SECURITY",
        "DROP POLICY dakehu_scope ON clients_client",
    ],
)
def test_the_secret_and_the_function_are_out_of_the_applications_reach(wang, peek):
    with acting(wang), pytest.raises(DatabaseError), transaction.atomic():
        raw(peek)


def test_a_row_for_compliance_is_not_there_for_the_manager_of_its_client_in_the_database_either(lin, an, he, zhang):
    from datetime import timedelta

    from dakehu.domains.service.models import Moment
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.base import clock
    from tests.cast import as_system

    with as_system(), act("test.fire"):
        Moment(
            client=zhang,
            kind="M38",
            fired_on=clock.today(),
            due_at=clock.now() + timedelta(days=1),
            priority=1,
            compliance_only=True,
        ).save()
    for user, seen in ((lin, 0), (an, 0), (he, 1)):
        with acting(user):
            assert raw("SELECT count(*) FROM service_moment") == [(seen,)]
