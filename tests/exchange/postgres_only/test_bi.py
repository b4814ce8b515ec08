"""A user of an SQL login sees in PostgreSQL what the same user sees on the desk, read-only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from dakehu.domains.clients import masks
from dakehu.domains.ledger.models import Figures
from dakehu.domains.team.queries import actor_of
from dakehu.exchange.bi import install
from dakehu.exchange.bi.views import sets_without_view, views
from dakehu.exchange.odata.entity_sets import entity_sets, snake
from dakehu.foundation.access.actor import Reach, acting_as, current_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.records.replacement import replace_rows
from tests.cast import acting, as_system, enter
from tests.foundation.test_replacement import frame

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres_only]
NAMES = ("张三", "欧阳静怡", "欧阳", "诸葛", "Jane Smith", "O'Neil", "J", "王", "李\u3000四", "  赵六 ", "Zhang 三")


def _address(name: str, user: str = "", password: str = "") -> str:
    base = urlsplit(os.environ[name])
    port = f":{base.port}"
    login = f"{user}:{password}" if user else f"{base.username}:{base.password}"
    return f"postgresql://{login}@{base.hostname}{port}/{connection.settings_dict['NAME']}"


@pytest.fixture
def sql_access(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Switch SQL access on as the owner of the tables, yield the owner's connection, and switch it off again."""
    monkeypatch.setattr(settings, "SQL_ACCESS", True)
    with psycopg.connect(_address("DAKEHU_OWNER_URL"), autocommit=True) as owner:
        install.install(owner.execute, str(settings.DATABASES["default"]["USER"]))
        yield owner
        install.remove(owner.execute)
        owner.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")


@contextmanager
def signed_in(made: dict[str, Any]) -> Iterator[Any]:
    with psycopg.connect(_address("DAKEHU_OWNER_URL", made["login"], made["password"]), autocommit=True) as one:
        yield one


def rows(made: dict[str, Any], sql: str) -> list[Any]:
    with signed_in(made) as one:
        return one.execute(sql).fetchall()


def test_a_login_sees_what_its_person_sees_and_ends_with_its_token(sql_access, lin, zhou, wang, he, an, zhang, qian):
    with acting(lin):
        perform("clients.change", {"client": zhang.pk, "assets": "3000000"})
        perform(
            "service.log_interaction",
            {"client": zhang.pk, "channel": "call", "held_at": "2026-11-01 08:00", "summary": "问候"},
        )
    for client in (zhang.pk, None):
        meeting = {"subject": "三季度检视", "starts_at": "2026-12-01 10:00", "ends_at": "2026-12-01 11:00"}
        with acting(lin):
            perform("service.plan_meeting", {**meeting, **({"client": client} if client else {})})
    made, listed = {}, {view.name for view in views()}
    assert {"clients", "figures", "interactions", "meetings"} <= listed
    for user in (lin, zhou, wang, he, an):
        with acting(user):
            made[user.username] = perform("bi.create_login", {})
            desk = {snake(name): _numbers(one) for name, one in entity_sets().items() if snake(name) in listed}
        for view, numbers in desk.items():
            found = {number for (number,) in rows(made[user.username], f"SELECT id FROM bi.{view}")}
            assert found == numbers, (user.username, view)
    assert rows(made["wang"], "SELECT count(*) FROM bi.interactions") == [(0,)]
    assert rows(made["lin"], "SELECT summary, channel, channel_label FROM bi.interactions") == [
        ("问候", "call", "电话")
    ]
    lin_row = "SELECT name, assets, assets_band, branch_id, summary FROM bi.clients JOIN bi.interactions ON client_id = clients.id"
    assert rows(made["lin"], lin_row.replace(", branch_id", "")) == [("张三", 3000000, "100–500 万", "问候")]
    assert rows(made["an"], "SELECT name, assets, assets_band FROM bi.clients WHERE code = 'C0001'") == [
        ("张*", None, "100–500 万")
    ]
    assert rows(made["an"], "SELECT summary FROM bi.interactions") == [("•••",)]
    # A filter on a masked column finds nothing in any form.
    assert rows(made["an"], "SELECT 1 FROM bi.clients WHERE name = '张三' OR assets > 0") == []
    with signed_in(made["lin"]) as one:
        _reads_only(one)
    with psycopg.connect(_address("DAKEHU_DATABASE_URL")) as desk:  # the application's role is no user's login
        assert desk.execute("SELECT count(*) FROM bi.clients").fetchall() == [(0,)]
    _ends(sql_access, made, lin, zhou)


def _numbers(one: Any) -> set[int]:
    """Return the ids of a list's rows; without rows that have no client, whose owner only the program determines."""
    listed = one.rows().order_by()
    path = getattr(one.model, "client_path", None)
    if path and path != "pk" and current_actor().reach != Reach.ACROSS_WALLS:
        listed = listed.exclude(**{path: None})
    return set(listed.values_list("pk", flat=True))


def _reads_only(one: Any) -> None:
    one.execute("SET default_transaction_read_only = off")
    one.execute("SELECT set_config('dakehu.reach', 'system', false), set_config('dakehu.user', '1', false)")
    assert one.execute("SELECT count(*) FROM bi.clients").fetchall() == [(1,)]
    for sql in (
        "SELECT 1 FROM public.clients_client",
        "SELECT 1 FROM public.team_token",
        "SELECT public.dakehu_walled()",
        "SELECT * FROM dakehu_bi.login",
        "SELECT * FROM dakehu_bi.reader()",
        "SELECT dakehu_bi.create_login(1, 'SCRAM-SHA-256$1')",
        "UPDATE bi.clients SET name = 'X'",
        "DELETE FROM bi.interactions",
        "CREATE TABLE bi.mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE OR REPLACE VIEW bi.clients AS SELECT 1 AS id",
        "SET ROLE dakehu_owner",
        "ALTER ROLE CURRENT_USER SUPERUSER",
    ):
        with pytest.raises(psycopg.Error) as refused:
            one.execute(sql)
        assert refused.value.sqlstate in ("42501", "0A000", "55000"), (sql, refused.value)
    readable = one.execute(
        "SELECT DISTINCT table_schema FROM information_schema.table_privileges WHERE grantee IN ('PUBLIC', current_user) "
        "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    assert readable == [("bi",)]


def _ends(owner: Any, made: dict[str, Any], lin: Any, zhou: Any) -> None:
    with acting(lin):
        again = perform("bi.create_login", {})
        assert again["login"] == made["lin"]["login"]
        with pytest.raises(psycopg.OperationalError):
            rows(made["lin"], "SELECT 1")
        assert rows(again, "SELECT count(*) FROM bi.clients") == [(1,)]
        said = ask("bi.access", {})
        assert said["login"] == again["login"]
        assert said["left_out"] == [str(one.label) for one in sets_without_view()]
        with signed_in(again) as running:
            perform("team.revoke_token", {"token": ask("bi.access", {})["token"]})
            with pytest.raises(psycopg.Error):  # an open session cannot read any more
                _codes(running)
    with as_system():
        perform("team.change_user", {"user": zhou.pk, "is_active": False})
    for login in (again, made["zhou"]):
        with pytest.raises(psycopg.OperationalError):
            rows(login, "SELECT 1")
    left = owner.execute(
        "SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)", [[again["login"], made["zhou"]["login"]]]
    )
    assert left.fetchall() == [(0,)]


def _codes(session: Any) -> list[Any]:
    return session.execute("SELECT code FROM bi.clients").fetchall()


def test_nobody_makes_a_login_for_somebody_else_nor_by_a_token_nor_by_a_name(sql_access, lin, wang, admin, zhang):
    odd = enter("x'; DROP TABLE team_user; --\"", "怪名", "manager")
    with acting(odd):
        made = perform("bi.create_login", {})
        assert made["login"] == f"{connection.settings_dict['NAME']}_bi_{odd.pk}"
    assert rows(made, "SELECT count(*) FROM bi.clients") == [(0,)]
    with acting(admin), pytest.raises(NotAllowed):
        perform("bi.create_login", {})
    through_token = replace(actor_of(lin), extra={"token": clock.today()})
    with acting_as(through_token), pytest.raises(NotAllowed):
        perform("bi.create_login", {})
    with acting(lin):
        token = perform("team.create_token", {"name": "SQL", "scopes": ["sql"]})["id"]
        assert ask("bi.access", {})["login"] is None  # a token alone creates no login
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        with acting(wang), pytest.raises(Exception, match="no good token"), connection.cursor() as cursor:
            cursor.execute("SELECT dakehu_bi.create_login(%s, 'SCRAM-SHA-256$4096:a$b:c')", [token])
        with acting(wang), pytest.raises(Exception, match="person whose it is"), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('dakehu.user', %s, false)", [str(lin.pk)])
            cursor.execute("SELECT dakehu_bi.create_login(%s, 'SCRAM-SHA-256$4096:a$b:c')", [token])
    finally:
        connection.execute_wrappers = wrappers
        connection.close()


def test_names_are_masked_as_on_the_desk_every_column_is_described_and_views_survive_a_replaced_table(
    sql_access, lin, zhang
):
    for name in NAMES:
        (found,) = sql_access.execute("SELECT dakehu_bi.mask_name(%s)", [name]).fetchone()
        assert found == masks.mask_name(name), name
    described = sql_access.execute(
        "SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'bi'::regnamespace AND a.attnum > 0"
    ).fetchall()
    assert {view.name for view in views()} == {name for name, _, _ in described}
    for view, column, comment in described:
        assert comment and any("\u4e00" <= letter <= "\u9fff" for letter in comment), (view, column)
    with as_system(), act("test.replace"):  # the table of figures is swapped while a view reads it
        replace_rows(Figures, [frame(zhang)])
    with acting(lin):
        made = perform("bi.create_login", {})
    assert rows(made, "SELECT client_id FROM bi.figures") == [(zhang.pk,)]
    comment = "SELECT col_description('bi.figures'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'bi.figures'::regclass"
    assert sql_access.execute(f"{comment} AND attname = 'profit'").fetchone()[0].startswith("累计盈亏")


def test_a_desk_that_has_not_switched_it_on_says_so(lin):
    with acting(lin), pytest.raises(Refused, match="DAKEHU_SQL_ACCESS"):
        perform("bi.create_login", {})
