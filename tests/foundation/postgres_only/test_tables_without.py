"""PostgreSQL returns which tables have no rows of a client only to a session that may read the client."""

import pytest

from dakehu.foundation.access import client_tables
from tests.cast import acting

pytestmark = pytest.mark.django_db


def test_nothing_is_said_of_a_client_whom_the_session_may_not_see(lin, wang, zhang):
    with acting(lin):
        assert "service_followup" in client_tables._empty_tables_of(zhang)
    with acting(wang):
        assert client_tables._empty_tables_of(zhang) == frozenset()
