"""Whole columns written without an object for each row: the same rows, sealed values and indexes as single saves."""

from datetime import date
from decimal import Decimal

import pytest

from dakehu.domains.clients.models import Client, Contact, History
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import WriteOutsideAction
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.records.bulk import record_columns
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
AWKWARD = 'a "quoted" \\ back, {brace} NULL'


def test_columns_make_the_rows_that_single_saves_make(lin, zhang):
    with acting(lin), act("test.columns"), elevated("test"):
        Contact(client=zhang, kind="mobile", value="13800001234", remark=AWKWARD).save()
        (number, other) = record_columns(
            Contact,
            2,
            {
                "client_id": [zhang.pk] * 2,
                "kind": ["mobile", "mail"],
                "value": ["13800001234", "x@example.com"],
                "remark": [AWKWARD, None],
            },
        )
        single, whole = Contact.objects.get(pk=number - 1), Contact.objects.get(pk=number)
        own = ("id", "value", "created_at", "changed_at")
        plain = [
            {f.attname: getattr(row, f.attname) for f in Contact._meta.fields if f.attname not in own}
            for row in (single, whole)
        ]
        assert plain[0] == plain[1]
        assert whole.value.open() == "13800001234"
        assert Contact.objects.get(pk=other).remark == ""


def test_every_kind_of_value_arrives_as_it_was(lin, qian):
    given = {
        "code": ["N1", "N2"],
        "name": ["{曾}", "李,四"],
        "birth_on": [date(1980, 2, 29), None],
        "assets": [Decimal("12.50"), None],
        "id_number": [None, "310101198001010032"],
        "walled": [True, False],
    }
    with acting(lin), act("test.columns"), elevated("test"):
        first, second = (Client.objects.get(pk=n) for n in record_columns(Client, 2, given))
        assert (first.name, first.birth_on, first.assets, first.id_number, first.walled, first.kind) == (
            "{曾}",
            date(1980, 2, 29),
            Decimal("12.50"),
            None,
            True,
            "person",
        )
        assert (second.name, second.birth_on, second.id_number.open()) == ("李,四", None, "310101198001010032")
        index = Client._meta.get_field("id_number_index").index_of("310101198001010032")
        assert (first.id_number_index, second.id_number_index) == ("", index)
        known = {"risk": ["C3", {"a": 'b"'}]}
        (row,) = record_columns(History, 1, {"client_id": [first.pk], "as_of_on": [date(2026, 1, 2)], "known": [known]})
        assert History.objects.get(pk=row).known == known


def test_columns_are_written_in_acts_only_and_leave_one_entry_with_runs(lin, zhang):
    columns = {"client_id": [zhang.pk] * 3, "kind": ["mobile"] * 3, "value": ["13800001234"] * 3}
    with acting(lin):
        with pytest.raises(WriteOutsideAction):
            record_columns(Contact, 3, columns)
        with act("test.columns") as made, elevated("test"), undo.recording_undo() as kept:
            numbers = [*record_columns(Contact, 3, columns), *record_columns(Contact, 3, columns)]
            assert kept.created["clients.Contact"].numbers.runs == [(numbers[0], numbers[-1])]
        (change,) = made.changes
        assert change.after["created"] == [(numbers[0], numbers[-1])]
    with as_system():
        assert f'"created": [[{numbers[0]}, {numbers[-1]}]]' in AuditEntry.objects.get(action="test.columns").body


def test_numbers_are_kept_as_runs():
    made = IdRanges([5, 1, 2, 3, 9])
    assert made.runs == [(1, 3), (5, 5), (9, 9)] and len(made) == 5 and list(made) == [1, 2, 3, 5, 9]
    assert 2 in made and 4 not in made and 0 not in made and 10 not in made
    assert made.remove(2) and not made.remove(4) and made.runs == [(1, 1), (3, 3), (5, 5), (9, 9)]
    assert list(IdRanges.of([(1, 5)]).parts(2)) == [(1, 2), (3, 4), (5, 5)]


def test_among_finds_what_in_finds(lin, zhang, qian):
    with as_system():
        for column, values in (("code", ["C0001", "no such"]), ("pk", [zhang.pk, 0]), ("pk", [])):
            by_in = Client.objects.filter(**{f"{column}__in": values})
            assert list(Client.objects.filter(**{f"{column}__among": values})) == list(by_in)
        assert Contact.objects.filter(client__among=[zhang.pk]).count() == Contact.objects.filter(client=zhang).count()
