"""The cast of the tests. Lin serves Zhang; Zhou leads Lin's team; Wang is on another team and must not see Zhang; He is
compliance and sees every client; An analyses masked data; Admin administers the desk; the system acts with a reason.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from dakehu.domains.team.queries import actor_of
from dakehu.foundation.access.actor import Actor, acting_as, system_actor
from dakehu.foundation.gates import perform

PASSWORD = "Correct-horse-9"
# For tests that seal or sign without a row: the keys of the test desk are created with its database.
needs_keys = pytest.mark.usefixtures("django_db_setup")


@contextmanager
def acting(user: Any, door: str = "test") -> Iterator[Actor]:
    """Run the block as this member of staff, with their current rights."""
    with acting_as(replace(actor_of(user), door=door)) as actor:
        yield actor


def as_system() -> Any:
    return acting_as(system_actor("set the stage of a test", "test"))


def enter(username: str, name: str, role: str, team: str = "") -> Any:
    """Create a member of staff with the product's action; the first password is recorded as changed."""
    from dakehu.foundation.actions.registry import act

    with as_system():
        user = perform(
            "team.add_user", {"username": username, "name": name, "role": role, "team": team, "password": PASSWORD}
        )
        with act("test.settle"):
            user.must_change = False
            user.save()
    return user


@pytest.fixture
def teams(db: None) -> dict[str, Any]:
    with as_system():
        perform("team.create_branch", {"code": "SH01", "name": "上海陆家嘴营业部", "city": "上海"})
        perform("team.create_branch", {"code": "BJ01", "name": "北京金融街营业部", "city": "北京"})
        return {
            "east": perform("team.create_team", {"name": "东区一队", "branch": "SH01"}),
            "north": perform("team.create_team", {"name": "北区一队", "branch": "BJ01"}),
        }


@pytest.fixture
def lin(teams: dict[str, Any]) -> Any:
    return enter("lin", "林晓", "manager", "东区一队")


@pytest.fixture
def zhou(teams: dict[str, Any], lin: Any) -> Any:
    return enter("zhou", "周宁", "lead", "东区一队")


@pytest.fixture
def wang(teams: dict[str, Any]) -> Any:
    return enter("wang", "王强", "manager", "北区一队")


@pytest.fixture
def he(teams: dict[str, Any]) -> Any:
    return enter("he", "何静", "compliance")


@pytest.fixture
def an(teams: dict[str, Any]) -> Any:
    return enter("an", "安然", "analyst")


@pytest.fixture
def admin(teams: dict[str, Any]) -> Any:
    return enter("admin", "管理员", "admin")


@pytest.fixture
def zhang(lin: Any) -> Any:
    """Zhang San, Lin's client."""
    with acting(lin):
        return perform("clients.create", {"name": "张三", "code": "C0001", "gender": "男"})


@pytest.fixture
def qian(wang: Any) -> Any:
    """Qian Er, Wang's client."""
    with acting(wang):
        return perform("clients.create", {"name": "钱二", "code": "C0002", "gender": "女"})
