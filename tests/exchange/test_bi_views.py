"""Views of schema bi have the columns that lists show; a list with its own access rule has none. No server is needed."""

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal

from dakehu.exchange.bi import install
from dakehu.exchange.bi import views as bi
from dakehu.exchange.bi.views import literal, sets_without_view, views
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import QUERIES, ask, perform
from tests.cast import acting

pytestmark = pytest.mark.django_db


def sql_of(name):
    return next(view for view in views() if view.name == name).create[0]


def test_a_list_that_shows_some_role_less_than_scope_has_no_view(monkeypatch):
    assert {"clients", "figures", "interactions"} <= {view.name for view in views()}
    listed = QUERIES["tiers.schemes"]
    own = type(listed)(**{**listed.__dict__, "body": lambda: listed.body().filter(name=str(current_actor().user_id))})
    monkeypatch.setitem(QUERIES, "tiers.schemes", own)
    assert "TierSchemes" in [one.name for one in sets_without_view()]
    assert "tier_schemes" not in [view.name for view in views()]


def test_personal_columns_are_shown_by_clearance_only_and_sealed_ones_to_nobody():
    sql = sql_of("clients")
    assert 'THEN nullif("clients_client"."name", \'\') ELSE dakehu_bi.mask_name(' in sql
    assert 'CASE WHEN reader.clearance >= 2 THEN "clients_client"."assets" ELSE NULL END AS "assets"' in sql
    assert 'CASE WHEN "clients_client"."id_number" IS NOT NULL THEN \'•••\' END AS "id_number"' in sql
    for view in views():
        assert view.condition.startswith("reader.roles && ARRAY[")
        for column in view.columns:
            assert column.comment


def test_rows_of_no_client_are_for_readers_across_walls_only():
    for view in (one for one in views() if "IS NOT NULL AND (reader.reach" in one.condition):
        assert "IS NULL OR" not in view.condition


def test_migrations_make_the_views_anew(monkeypatch):
    told = []
    monkeypatch.setattr(install, "_is_owner", lambda using: told.append(using))
    emit_pre_migrate_signal(0, False, "default")
    emit_post_migrate_signal(0, False, "default")
    assert told == ["default", "default"]


def test_a_text_of_a_view_is_never_code():
    assert literal("O'Neil; DROP TABLE x") == "'O''Neil; DROP TABLE x'"
    assert bi.quote_name('a"b') == '"a""b"'
    with pytest.raises(ValueError, match="backslash"):
        literal("a\\' OR 1=1")


def test_a_desk_on_sqlite_says_that_it_has_no_sql(lin, on_postgres):
    if on_postgres:
        return
    with acting(lin):
        assert "SQLite" in ask("bi.access", {})["why_not"]
        with pytest.raises(Refused, match="SQLite"):
            perform("bi.create_login", {})
