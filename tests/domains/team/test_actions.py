"""Staff, passwords, tokens and views."""

from datetime import timedelta

import pytest

from dakehu.domains.team import queries as team
from dakehu.domains.team import rules
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_weak_password_is_refused_with_the_rule_it_breaks(admin):
    with acting(admin), pytest.raises(Refused) as refusal:
        perform("team.add_user", {"username": "new", "name": "新人", "role": "客户经理", "password": "12345678"})
    assert refusal.value.as_plain()["password"]


def test_the_rule_that_a_password_breaks_is_said_in_the_readers_language(admin):
    with acting(admin), pytest.raises(Refused) as refusal, in_language("zh"):
        perform("team.add_user", {"username": "new", "name": "新人", "role": "客户经理", "password": "1234"})
    with in_language("zh"):
        said = refusal.value.as_plain()["password"]
    assert any("至少 10 个字符" in text for text in said) and not any("password" in text for text in said)


def test_a_user_name_is_taken_once(admin, lin):
    with acting(admin), pytest.raises(Refused):
        perform("team.add_user", {"username": "lin", "name": "另一位", "role": "客户经理", "password": PASSWORD})


def test_lin_changes_the_password_only_with_the_current_one(lin):
    with acting(lin):
        with pytest.raises(Refused):
            perform("team.change_my_password", {"current": "wrong", "password": "Another-horse-7"})
        perform("team.change_my_password", {"current": PASSWORD, "password": "Another-horse-7"})


def test_whoever_left_acts_no_more(admin, lin):
    with acting(admin):
        perform("team.change_user", {"user": "lin", "is_active": "否"})
        with pytest.raises(NotFound):
            team.actor_for(lin.pk)
        with pytest.raises(Refused):
            perform("team.change_user", {"user": "admin", "is_active": "否"})


def test_a_token_never_holds_more_than_its_owner_and_is_shown_once(lin):
    with acting(lin):
        with pytest.raises(Refused):
            perform("team.create_token", {"name": "脚本", "scopes": ["team.write"]})
        made = perform("team.create_token", {"name": "脚本", "scopes": ["client.read"]})
        assert made["token"] not in str(ask("team.tokens", {}))
    user, row = team.token_user(made["token"])
    narrowed = rules.with_scopes(team.actor_of(user), row.scopes, row.expires_on)
    assert narrowed.may("client.read")
    assert not narrowed.may("client.write")


def test_a_revoked_or_expired_token_opens_nothing(lin):
    with acting(lin):
        made = perform("team.create_token", {"name": "脚本", "expires_on": clock.today() + timedelta(days=1)})
        perform("team.revoke_token", {"token": made["id"]})
        with pytest.raises(Refused):
            perform("team.create_token", {"name": "x", "expires_on": clock.today() + timedelta(days=800)})
    assert team.token_user(made["token"]) is None
    assert not rules.is_token_valid(expires_on=clock.today() - timedelta(days=1), revoked=False, today=clock.today())


def test_a_view_is_mine_or_shared_with_my_team_and_only_mine_to_drop(lin, zhou, wang):
    with acting(lin):
        mine = perform(
            "team.save_view", {"page": "clients", "name": "重点客户", "shared": "是", "state": {"order": "-assets"}}
        )
    with acting(zhou):
        assert [v["name"] for v in ask("team.views", {"page": "clients"})["rows"]] == ["重点客户"]
        with pytest.raises(NotFound):
            perform("team.delete_view", {"view": mine.pk})
    with acting(wang):
        assert ask("team.views", {"page": "clients"})["count"] == 0


def test_only_the_administrator_adds_staff(lin, zhou):
    for user in (lin, zhou):
        with acting(user), pytest.raises(NotAllowed):
            perform("team.add_user", {"username": "x", "name": "x", "role": "客户经理", "password": PASSWORD})


def test_the_system_reads_roles_described_in_both_languages(lin):
    with acting(lin):
        assert {r["role"] for r in ask("team.roles", {})} == {"manager", "lead", "compliance", "analyst", "admin"}
