"""A page about a client queries no table without rows of the client, and still finds all rows that exist."""

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.models import Consent, Contact, Coverage
from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.domains.team.models import Branch
from dakehu.foundation.access import client_tables
from dakehu.foundation.access.client_tables import reading_client
from dakehu.foundation.database.kept_statements import kept_statement
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
CONTACT = {"held_at": "2026-01-05 10:00", "summary": "电话"}


def answers(client):
    """Return the results of each kind of query that pages send."""
    mine = FollowUp.objects.filter(client=client)
    return [
        list(mine.exclude(state="done").order_by("due_on")[:5]),
        list(FollowUp.objects.select_related("owner").filter(client_id=client.pk)),
        list(FollowUp.objects.filter(client_id__among=[client.pk])),
        mine.exists(),
        mine.count(),
        mine.first(),
        list(mine.values("state").annotate(number=Count("pk"))),
        list(clients.tags(client=client)),
    ]


def test_a_table_without_rows_of_the_client_is_not_queried(lin, zhang):
    with acting(lin):
        usual = answers(zhang)
        with reading_client(zhang), CaptureQueriesContext(connection) as asked:
            assert answers(zhang) == usual == [[], [], [], False, 0, None, [], []]
        assert len(asked) == 0


def test_rows_that_are_there_are_found_and_a_count_of_nothing_is_an_answer(lin, zhang):
    with acting(lin):
        perform("service.log_interaction", {"client": zhang.pk, **CONTACT})
        with reading_client(zhang):
            assert Interaction.objects.filter(client=zhang).count() == 1
            assert Coverage.objects.filter(client=zhang).exists()
            assert FollowUp.objects.filter(client=zhang).aggregate(number=Count("pk")) == {"number": 0}
            assert not Interaction.objects.filter(client=zhang).exclude(summary="电话").exists()


def test_rows_of_another_client_are_queried_as_usual(lin, zhang):
    with acting(lin):
        other = perform("clients.create", {"name": "何先生", "code": "N001", "phone": "13800001111"})
        with reading_client(zhang):
            before = Contact.objects.filter(client=zhang).count()
            assert Contact.objects.filter(client=other).count() == 1
            assert Contact.objects.filter(client__in=[zhang, other]).count() == before + 1
            assert (Contact.objects.filter(client=zhang) | Contact.objects.filter(client=other)).count() == before + 1


def test_what_an_action_writes_is_found_afterwards(lin, zhang):
    with acting(lin), reading_client(zhang):
        assert not Interaction.objects.filter(client=zhang).exists()
        perform("service.log_interaction", {"client": zhang.pk, **CONTACT})
        assert Interaction.objects.filter(client=zhang).exists()


def test_a_reader_with_another_reach_does_not_rely_on_it(lin, zhang):
    with acting(lin), reading_client(zhang), as_system(), CaptureQueriesContext(connection) as asked:
        assert not Consent.objects.filter(client=zhang).exists()
    assert any("clients_consent" in one["sql"] and "EXISTS" not in one["sql"][:20] for one in asked)


def test_what_is_worked_out_of_the_client_is_worked_out_once_while_the_client_is_read(lin, zhang):
    asked = []

    def compute():
        asked.append(1)
        return len(asked)

    with acting(lin):
        with reading_client(zhang):
            assert [client_tables.computed_once(zhang, "count", compute) for _ in range(3)] == [1, 1, 1]
            with as_system():
                assert client_tables.computed_once(zhang, "count", compute) == 2
        assert [client_tables.computed_once(zhang, "count", compute) for _ in range(2)] == [3, 4]


def test_a_kept_statement_answers_anew_and_is_refused_for_client_data(lin):
    names = kept_statement(Branch, lambda code: Branch.objects.filter(code=code).values_list("name", "row_version"))
    with as_system():
        assert names("B77") == []
        made = perform("team.create_branch", {"code": "B77", "name": "上海营业部"})
        assert names("B77") == [("上海营业部", made.row_version)]
    with pytest.raises(ValueError, match="who asks"):
        kept_statement(Contact, Contact.objects.all)
