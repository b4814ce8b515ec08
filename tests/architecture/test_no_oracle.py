"""Masked values cannot be confirmed: not by a filter, an order, a search, a look-up, a URL or a refusal.

The walk takes every column that a role is not cleared for, every operator and every interface, queries once with the
stored value and once with another, and counts how often the two answers differ.
"""

import json
import re
from urllib.parse import quote

import pytest
from django.apps import apps
from django.test import Client as Browser

from dakehu.domains.ledger.models import Figures
from dakehu.domains.team.roles import ROLES
from dakehu.foundation.access.scope import scoped_models
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, TooManyRequests
from dakehu.foundation.gates import ask, filter_rows, perform, render_row
from dakehu.foundation.gates.filtering import OPERATORS
from dakehu.foundation.gates.pagination import page_of
from dakehu.foundation.schema.fields import described_fields
from dakehu.foundation.schema.related_columns import extension_columns
from tests.cast import acting, as_system, enter

pytestmark = pytest.mark.django_db
BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"
ID_NUMBER, OTHER_ID = "11010519491231002X", "440524188001010014"
SECRET_NAME = "史一鸣"
LISTS = {
    "clients.Client": "clients.list",
    "ledger.Investment": "ledger.list",
    "service.Interaction": "service.interactions",
    "service.FollowUp": "service.follow_ups",
    "service.Request": "service.requests",
}
# By field class: (stored value, another value).
VALUES = {
    "DecimalField": ("5000000.00", "7000000.00"),
    "DateField": ("1949-12-31", "1950-01-01"),
    "EncryptedTextField": (ID_NUMBER, OTHER_ID),
}
TEXTS = (SECRET_NAME, "钱不知")


@pytest.fixture
def known(lin):
    """A client with a value in every masked column, and one with different values."""
    with acting(lin):
        for place, (name, number) in enumerate(((TEXTS[0], ID_NUMBER), ("赵另有", ""))):
            texts = dict.fromkeys(
                (
                    "employer",
                    "address",
                    "controller",
                    "beneficial_owner",
                    "legal_representative",
                    "income_band",
                    "remark",
                ),
                name,
            )
            made = perform(
                "clients.create",
                {
                    "name": name,
                    "code": f"K000{place}",
                    "assets": 5_000_000 + place,
                    "birth_on": f"1949-12-{31 - place}",
                    **({"id_number": number} if number else {}),
                    **texts,
                    "anyway": True,
                },
            )
            key = {"client": made.code}
            perform("clients.add_contact", {**key, "kind": "手机", "value": f"1381234567{place}", "person": name})
            perform(
                "ledger.add_investment",
                {
                    **key,
                    "invested_on": "2023-01-15",
                    "amount": 5_000_000 + place,
                    "value": 5_000_000 + place,
                    "product": "A",
                    "result": name,
                },
            )
            perform(
                "service.log_interaction",
                {
                    **key,
                    "held_at": "2026-01-05 10:00",
                    "summary": name,
                    "purpose": name,
                    "result": name,
                    "promise": name,
                },
            )
            perform("service.plan_follow_up", {**key, "due_on": "2026-02-02", "subject": name})
            perform("service.open_request", {**key, "kind": "投诉", "subject": name, "detail": name})
            with act("test.figures"):
                sums = dict.fromkeys(
                    ("market_value", "net_inflow", "profit", "realised", "income", "fees"), 5000000 + place
                )
                Figures(client=made, as_of=clock.today(), **sums).save()
            if not place:
                first = made
    return first


@pytest.fixture
def uncleared(teams, lin):
    """{role: member of staff} of every role."""
    return {role: enter(f"x_{role}", f"某{role}", role, "东区一队") for role in ROLES}


def masked_columns(model, clearance):
    columns = [(name, field) for name, field, _ in [*described_fields(model), *extension_columns(model)]]
    return [(name, field) for name, field in columns if field.spec.sensitivity > clearance]


def values_of(field):
    return VALUES.get(type(field).__name__, TEXTS)


def answer_of(do, value):
    """Return what a query reveals: the refusal or the ids of the rows, without the value that was sent."""
    try:
        found = do(value)
    except Refused as refused:
        return str(refused).replace(str(value), "?")
    return found


def seen(response, value):
    body = response.content.decode()
    for said in (str(value), quote(str(value)), json.dumps(str(value))[1:-1], quote(quote(str(value)))):
        body = body.replace(said, "?")
    return response.status_code, re.sub(r'csrf\w*token"?( value|:)?=?\W*[\w-]+|"[\w-]{64}"|[0-9a-f]{32}', "", body)


class Walk:
    """Number of combinations tried, and those whose answer revealed the value."""

    def __init__(self):
        self.tried, self.confirmed = 0, []

    def compare(self, place, ask_with, values):
        true, false = (ask_with(value) for value in values)
        self.tried += 1
        if true != false:
            self.confirmed.append(place)


def walk_gates(walk, role, clearance):
    for label, name in LISTS.items():
        model = apps.get_model(label)
        for column, field in masked_columns(model, clearance):
            values = values_of(field)
            for op in OPERATORS:

                def by_filter(value, key=f"{column}.{op}", name=name):
                    return answer_of(lambda v: [r["id"] for r in ask(name, {"filters": {key: v}})["rows"]], value)

                walk.compare((role, label, column, op, "query"), by_filter, values)
            for down in ("", "-"):
                walk.tried += 1
                rows = answer_of(lambda _, o=down + column, n=name: ask(n, {"order": o}), "")
                if not isinstance(rows, str):
                    walk.confirmed.append((role, label, column, "order", "query"))
                paged = answer_of(lambda _, o=down + column, m=model: page_of(m.objects.all(), o, 10), "")
                if not isinstance(paged, str):
                    walk.confirmed.append((role, label, column, "order", "page"))
    for model in scoped_models():  # models without a published list, through the same gate
        for column, field in masked_columns(model, clearance):
            for op in OPERATORS:
                walk.compare(
                    (role, model._meta.label, column, op, "gate"),
                    lambda v, m=model, k=f"{column}.{op}": answer_of(
                        lambda value: list(filter_rows(m.objects.all(), {k: value}).values_list("pk", flat=True)), v
                    ),
                    values_of(field),
                )
        for field in model._meta.fields:
            if field.is_relation and getattr(field, "spec", None) and field.remote_field.model in scoped_models():
                for op in ("eq", "ne", "has", "starts", "in"):
                    walk.compare(
                        (role, model._meta.label, field.name, op, "key"),
                        lambda v, m=model, k=f"{field.name}.{op}": answer_of(
                            lambda value: list(filter_rows(m.objects.all(), {k: value}).values_list("pk", flat=True)), v
                        ),
                        TEXTS,
                    )


def walk_pages(walk, role, user, clearance):
    browser = Browser(HTTP_ACCEPT="text/html", raise_request_exception=False)
    browser.force_login(user, backend=BACKEND)
    tries = []
    for column, field in masked_columns(apps.get_model("clients.Client"), clearance):
        for op in ("eq", "has", "gt", "in"):
            for place, address in (
                ("API", f"/api/v1/clients?{column}.{op}="),
                ("list", f"/clients/?{column}.{op}="),
                ("grid", f"/clients/rows?{column}.{op}="),
                ("sums", f"/clients/sums?{column}.{op}="),
                ("export", f"/export/?{column}.{op}="),
            ):
                tries.append(((role, column, op, place), address, values_of(field)))
        tries.append(((role, column, "box", "grid"), f"/clients/rows?f.{column}=", values_of(field)))
    for values in (TEXTS, (SECRET_NAME[:2], "钱不"), (ID_NUMBER, OTHER_ID), ("13812345670", "13912345670")):
        for address in (
            "/api/v1/clients/",
            "/api/v1/queries/clients.detail?client=",
            "/api/v1/clients?text=",
            "/palette?q=",
            "/api/v1/queries/clients.search?text=",
            "/clients/rows?q=",
            "/export/?q=",
            "/api/v1/interactions?client.has=",
            "/api/v1/follow-ups?client.starts=",
            "/api/v1/investments?client=",
            "/api/v1/queries/service.timeline?client=",
            "/api/v1/queries/ledger.portfolio?client=",
            "/api/v1/queries/clients.similar_clients?id_number=",
            "/api/v1/queries/clients.similar_clients?name=",
        ):
            tries.append(((role, "clients.Client", address), address, values))
    for place, address, values in tries:
        walk.compare(place, lambda v, a=address: seen(browser.get(a + quote(v)), v), values)
    for action, body in (
        ("clients.create", lambda v: {"name": v, "id_number": ID_NUMBER if v == TEXTS[0] else OTHER_ID}),
        ("clients.hand_over", lambda v: {"filters": {"name": v}, "user": user.username, "role": "main"}),
        ("clients.hand_over", lambda v: {"clients": [v], "user": user.username, "role": "main"}),
        ("clients.assign", lambda v: {"client": v, "user": user.username, "role": "main"}),
        ("service.plan_many", lambda v: {"filters": {"name.has": v}, "due_on": "2026-02-02", "subject": "x"}),
        ("report.create", lambda v: {"client": v}),
    ):
        walk.compare(
            (role, action),
            lambda v, a=action, b=body: answer_of(lambda value: perform(a, b(value)) and "done", v),
            TEXTS,
        )


@pytest.mark.parametrize("role", [name for name, role in ROLES.items() if role.clearance < 3])
def test_no_masked_value_can_be_confirmed(uncleared, known, role, record_property):
    walk, clearance, user = Walk(), ROLES[role].clearance, uncleared[role]
    with acting(user):
        assert known.name not in json.dumps(render_row(type(known).objects.get(pk=known.pk)), ensure_ascii=False)
        walk_gates(walk, role, clearance)
        walk_pages(walk, role, user, clearance)
    record_property("combinations tried", walk.tried)
    print(f"{role}: {walk.tried} combinations tried, {len(walk.confirmed)} confirmed")
    assert walk.confirmed == []
    assert walk.tried > 900


@pytest.mark.postgres
def test_the_walk_finds_what_a_cleared_reader_may_ask(lin, known):
    walk = Walk()
    with acting(lin):

        def by_name(value):
            return answer_of(lambda v: [r["id"] for r in ask("clients.list", {"filters": {"name": v}})["rows"]], value)

        walk.compare("name", by_name, TEXTS)
    assert walk.confirmed == ["name"]


@pytest.mark.postgres
def test_a_look_up_by_an_encrypted_value_is_in_the_audit_without_the_value(lin, known):
    with acting(lin):
        assert ask("clients.list", {"filters": {"id_number": ID_NUMBER}})["count"] == 1
        ask("clients.search", {"text": "13812345670"})
        ask("clients.similar_clients", {"phone": "13812345670"})
    with as_system():
        entries = list(AuditEntry.objects.filter(action="sealed.look_up"))
    assert [e.actor_name for e in entries] == [lin.name] * len(entries)
    assert len(entries) >= 2
    assert not any(ID_NUMBER in e.body or "13812345670" in e.body for e in entries)


@pytest.mark.postgres
def test_a_create_refused_for_a_number_somebody_has_is_in_the_audit(lin, known):
    with acting(lin), pytest.raises(Refused):
        perform("clients.create", {"name": "新来者", "id_number": ID_NUMBER})
    with as_system():
        (entry,) = AuditEntry.objects.filter(action="sealed.look_up")
    assert json.loads(entry.body)["note"]["refused"] == "clients.create"


def test_nobody_looks_up_more_numbers_an_hour_than_the_desk_allows(lin, known, settings):
    settings.LOOKUPS_PER_HOUR = 3
    with acting(lin):
        for place in range(3):
            ask("clients.list", {"filters": {"id_number": f"11010519491231{place:04}"}})
        with pytest.raises(TooManyRequests):
            ask("clients.list", {"filters": {"id_number": ID_NUMBER}})
        with pytest.raises(TooManyRequests):
            ask("clients.search", {"text": "13912345678"})
        with pytest.raises(TooManyRequests):
            perform("clients.create", {"name": "新来者", "id_number": ID_NUMBER})


def test_an_amount_that_is_masked_is_told_as_a_band(an, known):
    with acting(an):
        client, figures = ask("clients.detail", {"client": known.pk}), ask("ledger.figures", {"client": known.pk})
    assert (client["assets"], figures["market_value"]) == ("500–1,000 万", "500–1,000 万")
    assert figures["profit"] == "•••"
