"""The functions that swap a derived table on PostgreSQL are for the system only and keep row security enabled."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from dakehu.domains.ledger.models import Figures
from dakehu.foundation import row_security
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import chain
from dakehu.foundation.database import table_swap
from dakehu.foundation.records.replacement import replace_rows
from tests.cast import acting, as_system
from tests.foundation.test_replacement import frame

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def call(name, table):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}(%s)", [table])


@pytest.mark.parametrize("name", [table_swap.BEGIN, table_swap.END])
def test_a_person_cannot_exchange_a_table_whatever_the_role(name, admin):
    with acting(admin), pytest.raises(ProgrammingError, match="only the system"):
        call(name, "ledger_figures")


def test_no_other_table_can_be_exchanged():
    for table in ("clients_client", "foundation_auditentry", "pg_class"):
        with as_system(), pytest.raises(ProgrammingError, match="only the system"):
            call(table_swap.BEGIN, table)


def test_row_security_and_rights_are_those_of_before(zhang):
    rights = "SELECT relacl::text, relrowsecurity, relowner FROM pg_class WHERE relname = 'ledger_figures'"
    with connection.cursor() as cursor:
        cursor.execute(rights)
        before = cursor.fetchone()
        with as_system(), act("test.replace"):
            replace_rows(Figures, [frame(zhang)])
        cursor.execute(rights)
        after = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_policies WHERE tablename = 'ledger_figures'")
        assert cursor.fetchone() == (1,)
    assert (
        sorted(before[0].strip("{}").split(",")) == sorted(after[0].strip("{}").split(",")) and before[1:] == after[1:]
    )
    assert row_security.active()


LOCKS = """
    SELECT count(*) FILTER (WHERE locktype = 'advisory' AND NOT granted),
        count(*) FILTER (WHERE relation = to_regclass('ledger_figures') AND mode = 'AccessExclusiveLock' AND granted)
    FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


@pytest.mark.django_db(transaction=True)
def test_who_reads_figures_does_not_wait_with_them_for_the_turn_of_another_act(zhang):
    with as_system(), act("test.replace"):
        replace_rows(Figures, [frame(zhang)])
    is_held, may_end = Event(), Event()

    def write_for_long():
        with transaction.atomic():
            chain.wait_for_turn()
            is_held.set()
            may_end.wait(timeout=60)
        connection.close()

    def publish():
        with as_system(), act("test.replace"):
            replace_rows(Figures, [frame(zhang, worth=2.0)])
        connection.close()

    with ThreadPoolExecutor(2) as others:
        try:
            others.submit(write_for_long)
            assert is_held.wait(timeout=60)
            published = others.submit(publish)
            waiting = locked = 0
            while not waiting:
                assert not published.done()
                with connection.cursor() as cursor:
                    cursor.execute(LOCKS)
                    waiting, locked = cursor.fetchone()
            assert not locked
            with as_system(), connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
                assert [row.market_value for row in Figures.objects.all()] == [1]
                cursor.execute("RESET lock_timeout")
        finally:
            may_end.set()
        published.result(timeout=60)
    with as_system():
        assert [row.market_value for row in Figures.objects.all()] == [2]
