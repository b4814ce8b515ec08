"""`dakehu.client` against a served desk: each role gets what the desk shows it, and nothing more."""

import logging
from contextlib import ExitStack
from decimal import Decimal

import polars as pl
import pytest

from dakehu.client import Desk, NotThere, Refused
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces import rate_limits
from tests.cast import acting, as_system
from tests.client.conftest import token_of


def test_each_role_gets_what_the_desk_shows_it_and_acts_as_itself(
    served, lin, zhou, wang, he, an, admin, zhang, qian, caplog, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    users = {user.username: user for user in (lin, zhou, wang, he, an, admin)}
    desks = {name: Desk(served, token_of(user), language="en") for name, user in users.items()}
    with ExitStack() as closing:
        for desk in desks.values():
            closing.enter_context(desk)
        _check(desks, users, zhang, monkeypatch)
        token = desks["lin"]._transport._client.auth._header.removeprefix("Bearer ")
        assert token not in caplog.text and token not in repr(desks["lin"]) + repr(vars(desks["lin"]._transport))


def _check(desks, users, zhang, monkeypatch):
    counts = {}
    for name, desk in desks.items():
        found = desk.clients()
        with acting(users[name]):
            assert len(found) == ask("clients.list", {"limit": 1})["count"], name
        counts[name] = len(found)
        assert desk.clients(limit=1, columns="name").polars().shape == (min(1, counts[name]), 1)
    assert counts == {"lin": 16, "zhou": 16, "wang": 1, "he": 17, "an": 17, "admin": 17}

    _tables_in_every_shape(desks["lin"])
    _masked_stays_masked(desks)
    _queries_and_actions_are_described(desks["lin"])
    _lin_acts_and_wang_cannot(desks, zhang)
    _waits_where_the_desk_asks_for_it(desks["lin"], monkeypatch)


def _tables_in_every_shape(desk):
    found = desk.clients(filters={"assets.ge": 1_000_000}, order="-assets")
    frame = found.polars()
    assert frame.schema["assets"] == pl.Decimal(18, 2) and frame["assets"].is_sorted(descending=True)
    assert found.arrow()["assets"][0].as_py() == Decimal("3500000.50")
    assert found.pandas()["assets"].dtype == "float64" and found.pandas().attrs["units"]["assets"] == "CNY"
    assert found.duckdb().aggregate("count(*)").fetchall() == [(frame.height,)]
    assert sum(batch.num_rows for batch in desk.clients().batches()) == 16
    assert found.labels("zh")["assets"] == "资产规模" and found.units["figures__twr"] == "%"
    assert found.polars(labels="zh")["客户类型"].unique().to_list() == ["个人"]
    assert desk.clients(filters={"name": "没有此人"}).polars().shape[0] == 0


def _masked_stays_masked(desks):
    clear, masked = desks["lin"].clients(order="code"), desks["an"].clients(order="code")
    hidden = {column.name for column in masked.columns if column.is_masked}
    assert {"name", "assets", "birth_on", "employer"} <= hidden
    assert not any(column.is_masked for column in clear.columns if column.name == "assets")
    open_names = set(clear.polars()["name"])
    assert open_names.isdisjoint(masked.polars()["name"])
    with pytest.raises(Refused, match="assets"):
        desks["an"].clients(filters={"assets.ge": 1}).arrow()


def _queries_and_actions_are_described(desk):
    entry = desk.queries["clients.list"]
    assert (entry.zh, entry.en) == ("客户列表", "Clients") and "visible clients" in entry.doc
    log = desk.actions["service.log_interaction"]
    assert {one.name for one in log.parameters if one.is_required} >= {"client"} and "summary" in str(log)
    assert desk.query("clients.segments").polars().height and desk.ask("team.me")


def _lin_acts_and_wang_cannot(desks, zhang):
    told = {"client": zhang.pk, "channel": "call", "held_at": "2026-11-01 09:30", "summary": "从 Python 登记"}
    assert desks["lin"].perform("service.log_interaction", **told)["summary"] == "从 Python 登记"
    with as_system():
        assert model_of("service.Interaction").objects.filter(summary="从 Python 登记").count() == 1
    with pytest.raises(NotThere):
        desks["wang"].perform("service.log_interaction", **told)
    with pytest.raises(Refused, match="held_at") as refused:
        desks["lin"].perform("service.log_interaction", **{**told, "held_at": "昨天的昨天"})
    assert refused.value.status == 400 and "held_at" in refused.value.messages


def _waits_where_the_desk_asks_for_it(desk, monkeypatch):
    waited = []
    monkeypatch.setattr("dakehu.client.transport.time.sleep", lambda seconds: waited.append(seconds))
    answers = iter([7, 3, 0])
    monkeypatch.setattr(rate_limits._limiter, "take", lambda key, *_: next(answers) if key.startswith("person") else 0)
    assert desk.ask("team.me")
    assert waited == [7.0, 3.0]
