"""Replacing all rows of a derived table is atomic and keeps its indexes, its row security and its audit."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from django.db import connection, transaction

from dakehu.analytics.figures import COLUMNS, Column, Reason
from dakehu.analytics.figures import Figures as Computed
from dakehu.analytics.month_ends import MonthEnds
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.models import Closing, Figures
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import WriteOutsideAction
from dakehu.foundation.gates import perform
from dakehu.foundation.records.replacement import replace_rows, replaceable_models
from dakehu.foundation.schema.fields import model_of
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = date(2026, 11, 27)


def frame(*clients, worth=1.0):
    """Return rows of figures for the clients, each with all values equal to `worth`."""
    count = len(clients)
    values, reasons = np.full((count, COLUMNS), worth), np.zeros((count, COLUMNS), np.uint8)
    values[:, Column.XIRR], reasons[:, Column.XIRR] = np.nan, Reason.TOO_SHORT
    months = MonthEnds(np.full((count, 13), 12.4), np.full((count, 13), np.nan), np.zeros(count))
    ids = np.array([client.pk if hasattr(client, "pk") else client for client in clients], np.int64)
    return close_rows.frame(ids, Computed(values, reasons), months, np.arange(20000, 23000, dtype=np.int32), DAY)


def replace(*frames):
    with as_system(), act("test.replace"):
        return replace_rows(Figures, frames)


def indexes():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Figures._meta.db_table)
    return {name: (kept["columns"], kept["unique"]) for name, kept in found.items() if "autoindex" not in name}


def test_rows_are_all_new_and_say_what_the_frame_says(zhang, qian):
    replace(frame(zhang, qian))
    assert replace(frame(qian, worth=1487.256), frame(zhang, worth=2.5)) == 2
    with as_system():
        first, second = Figures.objects.order_by("pk")
        assert (first.client_id, first.market_value, first.roi) == (
            qian.pk,
            Decimal("1487.26"),
            Decimal("1487.25600000"),
        )
        assert (second.client_id, second.closed_sales, second.first_on) == (zhang.pk, 2, date(2024, 10, 6))
        assert second.xirr is None and second.reasons == {"xirr": "too_short"}
        assert second.month_values == [12] * 13 and second.month_inflows == [None] * 13
        assert second.as_of == DAY and second.row_version == 1 and second.created_at is not None


def test_the_audit_counts_the_rows_that_went_and_came(zhang, qian):
    replace(frame(zhang, qian))
    with as_system():
        before = sorted(Figures.objects.values_list("pk", flat=True))
    replace(frame(zhang))
    with as_system():
        after = Figures.objects.get().pk
        change = AuditEntry.objects.order_by("-pk").first().body
    assert f'"removed":[[{before[0]},{before[-1]}]]' in change.replace(" ", "")
    assert f'"created":[[{after},{after}]]' in change.replace(" ", "") and after > before[-1]


def test_the_audit_names_the_rows_that_went_where_some_had_gone_before(zhang, qian, lin):
    with acting(lin):
        third = perform("clients.create", {"name": "孙小姐", "code": "C0009"})
    replace(frame(zhang, qian, third))
    with as_system(), act("test.remove"):
        Figures.objects.get(client=qian).delete()
    with as_system():
        first, last = Figures.objects.order_by("pk").values_list("pk", flat=True)
    replace()
    with as_system():
        change = AuditEntry.objects.order_by("-pk").first().body
    assert f'"removed":[[{first},{first}],[{last},{last}]]' in change.replace(" ", "") and last == first + 2


def test_indexes_constraints_and_numbering_are_as_before(zhang, qian):
    before = indexes()
    assert "figures_by_roi" in before
    replace(frame(zhang))
    replace(frame(zhang))
    assert indexes() == before
    with as_system(), act("test.add"):
        row = Figures(client=qian, as_of=DAY)
        row.save()
        assert row.pk > Figures.objects.get(client=zhang).pk


def test_a_replacement_that_fails_leaves_the_old_rows(zhang, qian):
    replace(frame(zhang))
    before = indexes()

    def broken():
        yield frame(qian)
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"), transaction.atomic(), as_system(), act("test.replace"):
        replace_rows(Figures, broken())
    with as_system():
        assert list(Figures.objects.values_list("client_id", flat=True)) == [zhang.pk] and indexes() == before


def test_an_empty_replacement_empties_the_table(zhang):
    replace(frame(zhang))
    assert replace() == 0
    with as_system():
        assert not Figures.objects.exists()


def test_readers_see_their_own_clients_as_before(zhang, qian, lin, wang):
    replace(frame(zhang, qian))
    for reader, client in ((lin, zhang), (wang, qian)):
        with acting(reader):
            assert list(Figures.objects.values_list("client_id", flat=True)) == [client.pk]


def test_only_the_system_replaces_and_only_what_is_declared(zhang, lin):
    assert Figures in replaceable_models()
    with as_system(), pytest.raises(WriteOutsideAction):
        replace_rows(Figures, [frame(zhang)])
    with as_system(), act("test.replace"), pytest.raises(TypeError, match="replaceable"):
        replace_rows(Closing, [pl.DataFrame()])
    with as_system(), act("test.replace"), pytest.raises(TypeError, match="replaceable"):
        replace_rows(model_of("clients.Client"), [pl.DataFrame()])


def test_a_sum_beyond_the_table_is_missing_with_its_reason(zhang):
    replace(frame(zhang, worth=2e15))
    with as_system():
        row = Figures.objects.get()
    assert row.market_value is None and row.reasons["market_value"] == "too_large" and str(row.why_missing("roi"))
