"""Queries as Arrow: the same rows, masks and rights as the JSON answers, typed, recorded once."""

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from django.test import Client as Browser

from dakehu.exchange.arrow import rows as arrow_rows
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.api import arrow
from tests.cast import acting

ACCEPT = "application/vnd.apache.arrow.stream"


def got(user, path, status=200, scopes=None, **asked):
    with acting(user):
        token = perform(
            "team.create_token", {"name": "Python", "read_only": True, **({"scopes": scopes} if scopes else {})}
        )
    answer = Browser().get(
        f"/api/v1/{path}", asked, headers={"Authorization": f"Bearer {token['token']}", "Accept": ACCEPT}
    )
    body = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == status, body
    return body


def table(user, path, **asked):
    body = got(user, path, **asked)
    with pa.ipc.open_stream(body) as reader:
        return reader.read_all()


@pytest.fixture
def rich(lin, zhang, qian):
    """Twelve clients of Lin's and one of Wang's; the ids of Lin's."""
    with acting(lin):
        return [zhang.pk] + [
            perform(
                "clients.create",
                {
                    "name": f"{'张李王欧阳'[n % 4]}{n}",
                    "code": f"K{n:04}",
                    "assets": "1234567.89" if n == 1 else str(n * 100_000) if n % 5 else "",
                    "birth_on": f"196{n % 3}-05-{n + 1:02}" if n % 3 else "",
                    "branch": "SH01" if n % 2 else "",
                    "anyway": True,
                },
            ).pk
            for n in range(11)
        ]


def as_json(rows):
    """Rows of the JSON answer in the shape of the Arrow columns: keys by name, missing texts as None."""
    made = []
    for row in rows:
        plain = {}
        for name, value in row.items():
            if name in ("row_version", "why_missing"):
                continue
            if isinstance(value, dict):
                plain[f"{name}_id"], value = value["id"], value["name"]
            plain[name] = value if value != "" else None
        made.append(plain)
    return made


def shown(value):
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.postgres
@pytest.mark.django_db
def test_every_cell_is_the_one_of_the_json_answer_for_every_role(rich, lin, zhou, wang, he, an, admin):
    for user in (lin, zhou, wang, he, an, admin):
        with acting(user):
            expected = as_json(ask("clients.list", {})["rows"])
        found = table(user, "clients").to_pylist()
        assert len(found) == len(expected), user.username
        for row, wanted in zip(found, expected, strict=True):
            for name, value in wanted.items():
                cell = shown(row[name])
                if isinstance(value, str) and isinstance(row[name], Decimal):
                    assert Decimal(cell) == Decimal(value), (user.username, name)
                else:
                    assert cell == value, (user.username, name)


@pytest.mark.django_db
def test_types_labels_and_units_come_from_the_field_specs(rich, lin, an):
    schema = table(lin, "clients").schema
    assets = schema.field("assets")
    assert assets.type == pa.decimal128(18, 2)
    assert assets.metadata[b"zh"] and assets.metadata[b"en"] and assets.metadata[b"unit"] == b"CNY"
    assert schema.field("birth_on").type == pa.date32()
    assert schema.field("figures__twr").metadata[b"unit"] == b"%"
    assert {one["value"] for one in json.loads(schema.field("kind").metadata[b"choices"])} >= {"person"}
    masked = table(an, "clients").schema.field("assets")
    assert masked.type == pa.string() and masked.metadata[b"masked"] == b"true"


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_amount_of_one_client_is_exact(rich, lin):
    found = table(lin, "clients", **{"assets.eq": "1234567.89", "columns": "assets,name"})
    assert found.to_pylist()[0]["assets"] == Decimal("1234567.89") and found.column_names == ["assets", "name"]


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_long_answer_comes_in_batches_in_order_and_says_that_it_is_whole(rich, lin, monkeypatch):
    monkeypatch.setattr(arrow_rows, "BATCH", 5)
    monkeypatch.setattr(arrow, "BATCH", 5)
    body = got(lin, "clients", order="-assets", limit=12)
    with pa.ipc.open_stream(body) as reader:
        batches = []
        while True:
            try:
                batches.append(reader.read_next_batch_with_custom_metadata())
            except StopIteration:
                break
    assert [batch.batch.num_rows for batch in batches] == [5, 5, 2, 0]
    assert batches[-1].custom_metadata[b"complete"] == b"true"
    with acting(lin):
        rows = ask("clients.list", {"order": "-assets", "limit": 12})["rows"]
    assert [row["id"] for row in rows] == [n for batch in batches for n in batch.batch.column("id").to_pylist()]


@pytest.mark.django_db
def test_long_streams_are_counted_and_given_back(rich, lin, monkeypatch):
    monkeypatch.setattr(arrow, "BATCH", 5)
    places = [arrow._places.acquire(blocking=False) for _ in range(arrow.AT_ONCE)]
    assert all(places)
    assert b"messages" in got(lin, "clients", status=429)
    for _ in places:
        arrow._places.release()
    for _ in range(arrow.AT_ONCE + 1):
        got(lin, "clients")


@pytest.mark.django_db
def test_each_table_leaves_one_line_without_what_was_looked_for(rich, lin, he):
    table(lin, "clients", text="张", **{"name.has": "李", "columns": "name"})
    with acting(he):
        lines = [row for row in ask("team.audit", {}) if row["action"] == "team.record_arrow_pull"]
    assert len(lines) == 1 and "李" not in json.dumps(lines[0], ensure_ascii=False, default=str)


@pytest.mark.django_db
def test_wang_gets_nothing_of_lins_client_and_a_narrow_token_gets_no_more_than_its_scope(rich, lin, wang):
    assert table(wang, "clients").num_rows == 1
    got(wang, "queries/service.client_interactions", status=404, client=rich[0])
    got(lin, "clients", status=403, scopes=["service.read"])


@pytest.mark.django_db
def test_answers_that_are_no_list_of_rows_are_tables_too_or_say_how(rich, lin, an):
    assert table(lin, "queries/clients.segments").num_rows
    assert table(lin, "queries/clients.overview", part="figures").num_rows
    assert "nothing" in got(lin, "queries/clients.list", status=400, columns="nothing").decode()
    assert "part" in got(lin, "queries/ledger.portfolio", status=406, client=rich[0]).decode()
    assert got(an, "clients", status=400, order="assets")
