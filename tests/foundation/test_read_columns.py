"""Whole columns read without an object for each row: the same values on both databases, within the reader's scope."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import act
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
AWKWARD = 'a "quoted", {back}\\slash\n二行 NULL'
SCHEMA = {
    "id": pl.Int64,
    "name": pl.String,
    "remark": pl.String,
    "assets": pl.Float64,
    "born": pl.Date,
    "walled": pl.Boolean,
    "created": pl.Datetime("us", "UTC"),
    "worth": pl.Float64,
}
NAMES = ("pk", "name", "remark", "assets", "birth_on", "walled", "created_at", "figures__market_value")


@pytest.fixture
def three(zhang, qian):
    """Return two clients, one with special characters and one with empty values."""
    with as_system(), act("test.change"):
        zhang.name, zhang.remark, zhang.assets = "张,三", AWKWARD, Decimal("1234567.89")
        zhang.birth_on, zhang.walled = date(1950, 2, 28), False
        zhang.save()
        qian.remark, qian.assets, qian.birth_on = "", None, None
        qian.save()
    return zhang, qian


def test_values_are_those_that_objects_have(three):
    client = model_of("clients.Client")
    with as_system():
        frame = read_columns(client.objects.order_by("pk").values_list(*NAMES), SCHEMA)
        rows = {row["id"]: row for row in frame.iter_rows(named=True)}
        for one in client.objects.all():
            assert rows[one.pk] == {
                "id": one.pk,
                "name": one.name,
                "remark": one.remark,
                "assets": None if one.assets is None else float(one.assets),
                "born": one.birth_on,
                "walled": one.walled,
                "created": one.created_at,
                "worth": None,
            }
    assert frame.schema == pl.Schema(SCHEMA)


def test_what_the_query_asks_for_is_quoted_and_none_gives_an_empty_frame(three):
    client = model_of("clients.Client")
    with as_system():
        found = read_columns(client.objects.filter(remark=AWKWARD).values_list("pk"), {"id": pl.Int64})
        assert found["id"].to_list() == [three[0].pk]
        none = read_columns(client.objects.filter(name="100% '; --").values_list(*NAMES), SCHEMA)
    assert none.is_empty() and none.schema == pl.Schema(SCHEMA)


def test_readers_get_their_own_clients_also_when_elevated_before(three, lin, wang):
    rows = model_of("clients.Client").objects
    with acting(lin):
        with elevated("test"):
            everybody = read_columns(rows.order_by("pk").values_list("pk"), {"id": pl.Int64})
        own = read_columns(rows.all().values_list("pk"), {"id": pl.Int64})
    assert own["id"].to_list() == [three[0].pk] and {one.pk for one in three} <= set(everybody["id"].to_list())
    with acting(wang):
        assert read_columns(rows.all().values_list("pk"), {"id": pl.Int64})["id"].to_list() == [three[1].pk]


def test_a_query_that_no_row_can_meet_reads_as_no_rows(zhang):
    rows = model_of("clients.Client").objects
    with as_system():
        none = read_columns(rows.filter(status__in=()).values_list("pk"), {"client": pl.Int64})
        one = read_columns(rows.values_list("pk"), {"client": pl.Int64})
    assert (none.height, one.rows()) == (0, [(zhang.pk,)])
