"""Generated edit scripts: after the import the desk equals an independent model; after the undo it is as before.

A few scripts run here. `make roundtrip` runs 200 through openpyxl and 24 more through LibreOffice.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction

from dakehu.domains.clients.models import Client
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.exchange.editscripts import FIELDS, MODELS, SHEETS, Script, rows_of
from tests.exchange.test_undo import seen

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

AT_ONCE = 10
SCRIPTS = int(os.environ.get("DAKEHU_ROUNDTRIPS", "4"))
OFFICE = int(os.environ.get("DAKEHU_ROUNDTRIPS_OFFICE", "0"))


@pytest.fixture
def desk(lin, admin):
    with acting(admin):
        for model in MODELS.values():
            perform("fields.add", {"zh": "批注", "en": "Jotting", "kind": "text", "model": model})
            perform("fields.add", {"zh": "权重", "en": "Weight", "kind": "amount", "model": model})
    with acting(lin):
        for at, name in enumerate(("欧阳静", "陈默", "苏白", "顾北"), 1):
            code = f"K{at}"
            perform(
                "clients.create",
                {
                    "name": name,
                    "code": code,
                    "phone": f"1391234567{at}",
                    "occupation": "教师",
                    "assets": f"{at}000000.25",
                    "remark": "行一\n行二",
                    "批注": "客户批注",
                    "权重": "2.5",
                },
            )
            for day in range(1, 4):
                perform(
                    "ledger.add_investment",
                    {
                        "client": code,
                        "invested_on": f"2024-0{day}-11",
                        "amount": f"{day}0000.5",
                        "product": f"基金{at}{day}",
                        "result": "持平",
                        "批注": f"批{day}",
                    },
                )
                perform(
                    "service.plan_follow_up", {"client": code, "due_on": f"2027-0{day}-1{at}", "subject": f"回访{day}"}
                )
            perform("service.log_interaction", {"client": code, "held_at": "2025-01-05 10:37", "summary": f"初访{at}"})
            perform("clients.record_needs", {"client": code, "goal": "稳健", "taboos": "晚间来电", "权重": at})
    return lin


def goes_round(lin, folder: Path, seed: int, through: str = "") -> None:
    folder.mkdir()
    with acting(lin):
        exports.write_filled(path=folder / "out.xlsx")
    with as_system():
        script = Script(seed, folder / "out.xlsx")
    script.edit()
    with acting(lin):
        script.colleagues()
        before = seen()
        report = imports.run_import(script.save(through), prefer=script.prefer, delete_missing=script.delete_missing)
        assert report["imported"], (seed, [(f["sheet"], f["cell"], f["value"], f["en"]) for f in report["faults"]])
    with as_system():
        stand, fresh = script.expected()
        for part in SHEETS:
            now = rows_of(part)
            assert {n: row for n, row in now.items() if n in stand[part]} == stand[part], (seed, part)
            names = list(fresh[part][0]) if fresh[part] else []
            names = [n for n in (*FIELDS[part], "client_id") if n in names]
            born = Counter(
                tuple(_plain(row[n]) for n in names) for n_, row in now.items() if n_ not in script.base[part]
            )
            wanted = Counter(tuple(_plain(row[n]) for n in names) for row in fresh[part])
            assert born == wanted or not (born or fresh[part]), (seed, part)
        if any(part == "follow_ups" for part, _ in (*script.edits, *script.taken_out)):
            next_on = dict(Client.objects.values_list("pk", "next_contact_on"))
            assert next_on == script.dates(stand, fresh), seed
    with acting(lin):
        perform("workbook.undo", {"batch": report["batch"]})
    assert seen() == before, seed


def _plain(value):
    return "" if value is None else value


def as_if_never(lin, folder: Path, seed: int, through: str = "") -> None:
    """Run one script and roll the desk back, so that each starts from the same state."""
    with transaction.atomic():
        goes_round(lin, folder, seed, through)
        transaction.set_rollback(True)


@pytest.mark.parametrize("first", range(0, SCRIPTS, AT_ONCE))
def test_an_edited_workbook_makes_the_desk_what_the_model_says_and_undo_makes_it_what_it_was(desk, tmp_path, first):
    for seed in range(first, min(first + AT_ONCE, SCRIPTS)):
        as_if_never(desk, tmp_path / str(seed), seed)


def test_as_many_scripts_go_through_libreoffice_as_were_asked_for(desk, tmp_path):
    for at in range(OFFICE):
        as_if_never(desk, tmp_path / str(at), 1000 + at, ("xlsx", "ods", "both")[at % 3])
