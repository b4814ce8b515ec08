"""Users read only their own clients, and nothing can be read without an actor."""

import pytest
from django.db import connection

from dakehu.domains.clients.models import Client, Contact
from dakehu.foundation.access.actor import system_actor
from dakehu.foundation.base.errors import NoActor, NotAllowed, Refused, Unscoped, WriteOutsideAction
from dakehu.foundation.gates import ask, perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_query_without_an_actor_raises():
    for question in (
        lambda: Client.objects.all(),
        lambda: Client.objects.exists(),
        lambda: Client.objects.exclude(pk=1),
    ):
        with pytest.raises(NoActor):
            question()


def test_lin_sees_zhang_and_wang_does_not(lin, wang, zhang):
    with acting(lin):
        assert Client.objects.filter(pk=zhang.pk).exists()
    with acting(wang):
        assert not Client.objects.filter(pk=zhang.pk).exists()
        with pytest.raises(Refused):
            ask("clients.detail", {"client": zhang.code})


def test_zhou_who_leads_the_team_sees_zhang_too(zhou, zhang):
    with acting(zhou):
        assert Client.objects.filter(pk=zhang.pk).exists()


def test_he_sees_everybody_and_may_not_log_a_service(he, zhang):
    with acting(he):
        assert Client.objects.filter(pk=zhang.pk).exists()
        with pytest.raises(NotAllowed):
            perform("service.log_interaction", {"client": zhang.code, "held_at": "2026-01-05 10:00", "summary": "电话"})


def test_a_wall_hides_a_client_from_the_lead_and_the_analyst_but_not_from_lin_or_compliance(lin, zhou, an, he, zhang):
    with acting(he):
        perform("clients.set_information_wall", {"client": zhang.code, "walled": "是", "reason": "项目保密"})
    for user, sees in ((lin, True), (he, True), (zhou, False), (an, False)):
        with acting(user):
            assert Client.objects.filter(pk=zhang.pk).exists() is sees


def test_rows_that_hang_on_a_client_follow_the_client(lin, wang, zhang):
    with acting(lin):
        contact = perform("clients.add_contact", {"client": zhang.code, "kind": "手机", "value": "13900001234"})
        assert list(zhang.contacts.filter(pk=contact.pk)) == [contact]
    with acting(wang):
        assert not Contact.objects.filter(pk=contact.pk).exists()
        assert not zhang.contacts.exists()


def test_saving_a_row_of_another_teams_client_is_refused(lin, wang, zhang):
    from dakehu.foundation.actions.registry import act

    with acting(wang), pytest.raises(Refused), act("test"):
        Contact(client_id=zhang.pk, kind="mobile", value="13900001234").save()


def test_raw_sql_on_client_tables_trips_the_wire_for_an_ordinary_actor(wang, zhang):
    with acting(wang), connection.cursor() as cursor, pytest.raises(Unscoped):
        cursor.execute("SELECT name FROM clients_client")


def test_nothing_is_written_outside_an_act(lin, zhang):
    with acting(lin):
        for write in (
            lambda: Client.objects.update(name="X"),
            lambda: Client.objects.all().delete(),
            lambda: Client.objects.bulk_create([]),
            lambda: zhang.save(),
            lambda: zhang.delete(),
        ):
            with pytest.raises(WriteOutsideAction):
                write()


def test_the_system_acts_only_with_a_reason():
    with pytest.raises(ValueError, match="reason"):
        system_actor(" ")


def test_a_handed_over_client_leaves_the_old_managers_sight(admin, lin, wang, zhang):
    with acting(admin):
        perform("clients.assign", {"client": zhang.code, "user": wang.username})
    with acting(lin):
        assert not Client.objects.filter(pk=zhang.pk).exists()
    with acting(wang):
        assert Client.objects.filter(pk=zhang.pk).exists()
