"""The desk connects to PostgreSQL as a role to which row security really applies."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def answer(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def test_the_application_is_no_superuser_and_cannot_pass_row_security():
    assert answer("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user") == (
        False,
        False,
        False,
    )


def test_the_application_owns_no_table():
    assert answer("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == (0,)
    assert answer("SELECT count(*) > 0 FROM pg_tables WHERE tableowner = 'dakehu_owner'") == (True,)
