"""Statements cached per process return to each reader the rows that reader may see, never outdated ones."""

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.models import Client, Contact
from dakehu.domains.growth.models import Campaign
from dakehu.domains.service.models import FollowUp, Task
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import Actor, Reach, acting_as
from dakehu.foundation.access.client_tables import reading_client
from dakehu.foundation.base.errors import NotAllowed, NotFound
from dakehu.foundation.database.kept_statements import kept_rows
from dakehu.foundation.gates import perform, render_row
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_kept_statement_finds_for_each_reader_what_that_reader_sees(lin, wang, zhang):
    by_id = kept_rows(Client, lambda pk: Client.objects.filter(pk=pk))
    for _ in range(2):
        with acting(lin):
            assert by_id(zhang.pk) == [zhang]
        with acting(wang):
            assert by_id(zhang.pk) == list(Client.objects.filter(pk=zhang.pk)) == []
            with pytest.raises(NotFound):
                clients.get_client(zhang.pk)
        with as_system():
            assert by_id(zhang.pk) == [zhang]


def test_a_client_handed_over_is_found_by_the_successor_alone(lin, wang, zhang):
    with acting(lin):
        assert clients.get_client(zhang.pk) == zhang
    with as_system():
        perform("clients.assign", {"client": zhang.pk, "user": wang.pk, "role": "main"})
    with acting(wang):
        assert clients.get_client(zhang.pk) == zhang
    with acting(lin), pytest.raises(NotFound):
        clients.get_client(zhang.pk)


def test_kept_rows_are_as_they_are_now_with_encrypted_values_still_encrypted(lin, zhang):
    with acting(lin):
        before = clients.contact_rows(zhang)
        perform("clients.add_contact", {"client": zhang.pk, "kind": "mobile", "value": "13800001111"})
        after = clients.contact_rows(zhang)
        assert [row.pk for row in after] == [row.pk for row in clients.contacts(client=zhang)]
        assert len(after) == len(before) + 1
        assert [render_row(row) for row in after] == [render_row(row) for row in clients.contacts(client=zhang)]
        assert [row.pk for row in clients.serving_rows(zhang)] == [
            row.pk for row in clients.coverage(client=zhang).filter(until=None)
        ]


def test_rows_that_depend_on_more_than_reach_are_not_kept():
    for model in (Task, Campaign):
        with pytest.raises(ValueError, match="more of the reader than reach"):
            kept_rows(model, lambda pk: model.objects.filter(pk=pk))  # noqa: B023


def test_a_reader_without_the_permission_gets_no_kept_rows(zhang):
    with acting_as(Actor(1, "无权限", reach=Reach.ALL)):
        for read in (lambda: clients.contact_rows(zhang), lambda: clients.serving_rows(zhang), team.users_to_choose):
            with pytest.raises(NotAllowed):
                read()


def test_a_table_without_rows_is_narrowed_ordered_and_summed_up_as_usual(lin, zhang):
    with acting(lin), reading_client(zhang), CaptureQueriesContext(connection) as asked:
        rows = FollowUp.objects.filter(client=zhang)
        assert not rows and not rows[:5].values("subject") and rows.last() is None
        assert list(rows[:3]) == list(rows.filter(state="planned").order_by("due_on")) == []
        assert list(rows.annotate(n=Count("pk")).values_list("n", flat=True)) == []
        assert rows.annotate(n=Count("pk")).aggregate(number=Count("n")) == {"number": 0}
        assert not FollowUp.objects.filter(client_id__among=[zhang.pk]).exists()
        with pytest.raises(FollowUp.DoesNotExist):
            rows.get()
        with pytest.raises(IndexError):
            rows[0]
        assert not Contact.objects.none().exists()
    assert len(asked) == 0
