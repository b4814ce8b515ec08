"""Bulk writes: compared with the stored rows, written in one act, counted correctly."""

from datetime import date
from decimal import Decimal

import pytest

from dakehu.domains.clients.bulk_import import clients as client_import
from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.investments import bulk_import as ledger
from dakehu.domains.ledger.models import Investment
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.errors import NotAllowed, WriteOutsideAction
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, SKIPPED, UNCHANGED, UPDATED, ImportEvaluation
from dakehu.foundation.records.bulk import record_rows
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def row_evaluation(client, columns: dict, **more) -> ImportEvaluation:
    count = len(columns["invested_on"])
    return ledger.evaluate(columns, [client.pk] * count, ImportEvaluation.of(count), **more)


def lots(*amounts: int) -> dict:
    return {
        "invested_on": [date(2023, 1, 15)] * len(amounts),
        "product": ["股票 A"] * len(amounts),
        "amount": [Decimal(a) for a in amounts],
    }


def import_file(client, columns: dict) -> ImportEvaluation:
    made = row_evaluation(client, columns)
    with act("test.take"):
        ledger.import_investments(columns=columns, row_evaluation=made, clients=[client.pk] * len(made.verdicts))
    return made


def test_rows_are_created_then_unchanged_then_updated(lin, zhang):
    with acting(lin):
        assert import_file(zhang, lots(5)).verdicts == [CREATED]
        assert import_file(zhang, lots(5)).verdicts == [UNCHANGED]
        again = import_file(zhang, lots(6))
        assert again.verdicts == [UPDATED]
        assert again.differences == {0: {"amount": (Decimal("5.00"), Decimal(6))}}
        row = Investment.objects.get()
        assert (row.amount, row.row_version) == (6, 2)


def test_two_purchases_of_one_product_on_one_day_stay_two(lin, zhang):
    with acting(lin):
        assert import_file(zhang, lots(5, 7, 7)).verdicts == [CREATED] * 3
        assert import_file(zhang, lots(7, 5, 7)).verdicts == [UNCHANGED] * 3
        assert Investment.objects.count() == 3


def test_modes_skip_what_they_may_not_touch(lin, zhang):
    with acting(lin):
        assert row_evaluation(zhang, lots(5), mode="update").verdicts == [SKIPPED]
        import_file(zhang, lots(5))
        assert row_evaluation(zhang, lots(6), mode="create").verdicts == [SKIPPED]


def test_a_row_without_what_a_single_one_needs_is_at_fault(lin, zhang):
    with acting(lin):
        made = row_evaluation(zhang, {"invested_on": [date(2023, 1, 15)], "product": ["股票 A"]})
    assert [(f.field, f.row) for f in made.faults] == [("amount", 0)]


def test_the_mask_of_a_stored_value_says_nothing(lin, zhang):
    same = row_matching.equality_columns(Client, "name")
    assert same("张三", "张*") and same("张三", "•••") and not same("张三", "李四")
    assert not row_matching.equality_columns(Client, "occupation")("医生", "医*")


def test_taking_in_needs_the_right_of_the_single_row_action(an, zhang):
    with acting(an), pytest.raises(NotAllowed):
        client_import.import_clients(columns={}, evaluation=None)


def test_bulk_rows_are_written_in_acts_only_and_get_their_numbers(lin, zhang):
    with acting(lin):
        row = Investment(client=zhang, invested_on=date(2023, 1, 15), amount=Decimal(5), product="债券")
        with pytest.raises(WriteOutsideAction):
            record_rows(Investment, [row], [], [])
        with act("test.bulk"), elevated("test"):
            record_rows(Investment, [row], [], [])
        assert Investment.objects.get(pk=row.pk).product == "债券"
        with act("test.single"):
            later = Investment(client=zhang, invested_on=date(2023, 1, 16), amount=Decimal(5), product="债券")
            later.save()
        assert later.pk > row.pk
