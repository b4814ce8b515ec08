"""Users who are not signed in can read and do only what a domain declares open to them."""

from dataclasses import replace

import pytest
from django.db import Error, connection, transaction
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import include, path

from dakehu.foundation.access.actor import (
    acting_as,
    current_actor,
    elevated,
    serving_strangers,
    stranger_actor,
    system_actor,
)
from dakehu.foundation.access.query_guard import scoped_models
from dakehu.foundation.actions.registry import ACTIONS, act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import NoActor, NotAllowed, Unscoped
from dakehu.foundation.gates import QUERIES, ask
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.resources import resources
from tests.cast import as_system
from tests.rows import add_smallest_row

STRANGER = replace(stranger_actor("web"), request_id="r1")

# A desk that mistakenly serves the list of clients and the names of staff under URLs that are open to all.
urlpatterns = [
    path("book/clients/", lambda request: HttpResponse(str(model_of("clients.Client").objects.count()))),
    path("book/listed/", lambda request: HttpResponse(str(ask("clients.list", {})))),
    path("s/staff", lambda request: HttpResponse(str(list(model_of("team.User").objects.all())))),
    path("", include("dakehu.project.urls")),
]


def count_seen(model):
    """Return the number of rows of a table visible to the current actor; 0 where the statement is refused."""
    try:
        return model.objects.count()
    except Unscoped:
        return 0


def count_past_the_program(model):
    """Return the number of rows the database itself shows, bypassing the ORM and the guard of statements."""
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            return cursor.fetchone()[0]
    finally:
        connection.execute_wrappers = wrappers


@pytest.fixture
def shown(lin, zhang):
    """Return the tables of all resources with a row in each: one without a client, where the table allows it."""
    models = {one.model: model_of(one.model) for one in resources()}
    with as_system(), act("test.rows"):
        for model in models.values():
            for values in ({}, {"client": zhang}):
                try:
                    with transaction.atomic():
                        add_smallest_row(model, lin, **values)
                    break
                except (Error, TypeError):  # a constraint of the table requires more, such as a client
                    continue
    return models


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_stranger_sees_no_row_of_any_resource_whatever_sql_is_sent(shown, on_postgres):
    with as_system():
        filled = {name for name, model in shown.items() if count_seen(model)}
    assert len(filled) > 0.95 * len(shown)
    with acting_as(STRANGER):
        assert {name for name, model in shown.items() if count_seen(model)} == set()
        if on_postgres:  # row security alone, without the program's checks
            protected = {model._meta.label: model for model in scoped_models()}
            assert {name for name, model in protected.items() if count_past_the_program(model)} == set()
            assert filled & protected.keys()


@pytest.mark.django_db
@pytest.mark.postgres
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM team_user",
        'SELECT 1 FROM "clients_client", clients_coverage',
        "UPDATE clients_client SET name = 'X'",
        "DELETE FROM foundation_auditentry",
    ],
)
def test_no_statement_of_a_stranger_may_name_a_table_of_the_desk(sql):
    with acting_as(STRANGER), connection.cursor() as cursor:
        with pytest.raises(Unscoped):
            cursor.execute(sql)
        cursor.execute("SELECT count(*) FROM django_session")  # required for signing in


@pytest.mark.django_db
def test_a_stranger_may_ask_no_query_and_perform_no_action_but_those_declared_open():
    allowed = []
    with acting_as(STRANGER):
        for entry in [*QUERIES.values(), *ACTIONS.values()]:
            if getattr(entry, "open_to_strangers", ""):
                entry.check_allowed()
                continue
            try:
                entry.body()
                allowed.append(entry.name)
            except NotAllowed:
                continue
    assert allowed == []


def test_no_action_that_is_open_to_strangers_is_called_by_name():
    assert {one.name for one in ACTIONS.values() if one.open_to_strangers and one.is_public} == set()


def test_a_stranger_holds_no_permission_not_even_that_of_everybody_signed_in():
    assert not STRANGER.may("") and not STRANGER.may("clients.read")


def test_a_stranger_is_never_elevated():
    with acting_as(STRANGER), pytest.raises(NoActor), elevated("see past a scope"):
        pass


def test_serving_strangers_acts_as_the_desk_for_a_stated_purpose_and_changes_nobody_else():
    desk = system_actor("set the stage of a test")
    for actor, expected in ((STRANGER, ("system", "sign-in", "web", "r1")), (desk, ("system", desk.reason, "", ""))):
        with acting_as(actor), serving_strangers("sign-in"):
            served = current_actor()
        assert (served.name, served.reason, served.door, served.request_id) == expected


@pytest.mark.django_db
def test_a_page_put_under_an_open_address_by_mistake_shows_nothing(settings, lin, zhang):
    settings.ROOT_URLCONF = __name__
    browser = Browser(raise_request_exception=False)
    assert browser.get("/book/clients/").content == b"0"
    assert browser.get("/book/listed/").status_code == 403
    answer = browser.get("/s/staff")
    assert answer.status_code == 500 and "林晓" not in answer.content.decode()


@pytest.mark.django_db
def test_the_audit_says_of_a_failed_sign_in_what_it_always_said(lin):
    Browser().post("/sign-in", {"username": "lin", "password": "Wrong-horse-9"})
    with as_system():
        entry = AuditEntry.objects.get(action="team.record_failed_sign_in")
    assert (entry.actor_name, entry.actor_ref, entry.door, entry.reason) == ("system", None, "web", "sign-in")
    assert entry.request_id
