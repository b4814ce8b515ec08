"""The functions that exchange a derived table on PostgreSQL serve the system alone and keep row security on."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from dakehu.domains.ledger.models import Figures
from dakehu.foundation import row_security
from dakehu.foundation.actions.registry import act
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
