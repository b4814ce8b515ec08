"""Generated edit scripts on a linked sheet: the desk equals an independent model, a second run transfers nothing, undo
restores the desk. Every third script meets a quota error, every third loses an answer in the middle of writing.

A few scripts run here; `scripts/drive_linked_sheets.py` runs 100.
"""

import copy
import os
from collections import Counter

import pytest
from django.db import transaction

from dakehu.exchange.sheets_sync.models import LinkedSheet, SheetRun
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.exchange.editscripts import FIELDS
from tests.exchange.sheets_sync.desks import link, sync
from tests.exchange.sheets_sync.sheet_scripts import SHEETS, SheetScript
from tests.exchange.test_roundtrip import desk, rows_of  # noqa: F401
from tests.exchange.test_undo import seen

pytestmark = pytest.mark.django_db
FIRST = int(os.environ.get("DAKEHU_SHEET_FIRST", "0"))
SCRIPTS = int(os.environ.get("DAKEHU_SHEET_SCRIPTS", "4"))


def plain(value):
    return "" if value is None else value


def sync_in_trouble(user, row, google, seed):
    """Synchronise; with every third script the quota is exhausted first, with every third an answer is lost."""
    if seed % 3 == 1:
        google.refuse_next = 30
    if seed % 3 == 2:
        google.breaks_after = 1
    if seed % 3:
        with pytest.raises(Refused):
            sync(user, row)
        google.refuse_next = google.breaks_after = 0
    return sync(user, row)


def goes_round(lin, admin, google, person, row, seed):
    with as_system():
        script = SheetScript(seed, person)
    with acting(admin):
        perform("sheets.change", {"sheet": row.pk, "prefer": script.prefer, "deletes": script.delete_missing})
    script.edit()
    with acting(lin):
        script.colleagues()
    before = seen()
    report = sync_in_trouble(lin, row, google, seed)
    assert report["state"] == "done" and report["aside"] == 0, (seed, report)
    with as_system():
        stand, fresh = script.expected()
        for part in SHEETS:
            now = rows_of(part)
            wrong = {
                (key, name): (now.get(key, {}).get(name), wanted)
                for key, line in stand[part].items()
                for name, wanted in line.items()
                if now.get(key, {}).get(name) != wanted
            }
            assert not wrong, (seed, part, wrong)
            names = list(fresh[part][0]) if fresh[part] else []
            names = [n for n in (*FIELDS[part], "client_id") if n in names]
            born = Counter(
                tuple(plain(line[n]) for n in names) for key, line in now.items() if key not in script.base[part]
            )
            wanted = Counter(tuple(plain(line[n]) for n in names) for line in fresh[part])
            assert born == wanted or not (born or fresh[part]), (seed, part)
    again = sync(lin, row)
    assert (again["pulled"], again["pushed"], again["left"], again["batch"]) == (0, 0, 0, None), (seed, again)
    imported = SheetRun.objects.filter(batch_ref__isnull=False).values_list("batch_ref", flat=True).order_by("-pk")
    with acting(lin):
        for batch in imported:
            perform("workbook.undo", {"batch": batch})
    assert seen() == before, seed
    sync(lin, row)
    again = sync(lin, row)
    assert (again["pulled"], again["pushed"]) == (0, 0), (seed, again)
    assert seen() == before, seed


def test_an_edited_sheet_makes_the_desk_what_the_model_says_and_a_second_run_moves_nothing(
    desk,  # noqa: F811
    admin,
    google,
    person,
):
    row = link(admin, desk, google)
    sync(desk, row)
    book = google.book
    for seed in range(FIRST, FIRST + SCRIPTS):
        google.book = copy.deepcopy(book)
        with transaction.atomic():
            goes_round(desk, admin, google, person, LinkedSheet.objects.get(pk=row.pk), seed)
            transaction.set_rollback(True)
