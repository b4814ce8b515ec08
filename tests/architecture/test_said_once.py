"""A field is declared once: an editable field is a parameter of an action, a column of a worksheet and on the client page."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from dakehu.exchange.sheets.definitions import worksheets
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.schema.fields import editable_fields, grouped_fields, model_of
from dakehu.foundation.schema.parameters import Fields
from dakehu.interfaces.web.views.action_form import hidden_parameters

ROOT = Path(__file__).parents[2]
DECLARED = [
    (name, item) for name, action in sorted(ACTIONS.items()) for item in action.declared if isinstance(item, Fields)
]
MODELS = sorted({item.model for _, item in DECLARED})
# Written by actions of another form: needs are stored for the client passed separately, a plan is finished or cancelled, a
# consent is given or withdrawn under the notice valid on its day.
BY_OTHER_MEANS = {
    "clients.Needs": {"client"},
    "clients.Consent": {"state", "text_version"},
    "service.FollowUp": {"state"},
    "service.Meeting": {"rrule"},
}


def test_five_tables_of_the_workbook_derive_their_parameters():
    assert {part.model for part in worksheets().values()} <= set(MODELS)


@pytest.mark.parametrize("label", MODELS)
def test_every_editable_field_of_a_table_is_a_parameter_of_an_action(label):
    writable = {p.field for _, item in DECLARED if item.model == label for p in item.parameters()}
    assert set(editable_fields(label)) - writable == BY_OTHER_MEANS.get(label, set())


@pytest.mark.parametrize("part", sorted(worksheets()))
def test_every_editable_field_is_a_column_of_its_worksheet(part):
    sheet = worksheets()[part]
    columns = {p.field or p.name for p in sheet.parameters} | {p.name for p in sheet.parameters}
    assert [name for name in editable_fields(sheet.model) if name not in columns and name != "client"] == []


def test_every_editable_field_of_a_client_stands_in_a_group_of_the_page():
    shown = {name for _, names in grouped_fields(model_of("clients.Client")) for name in names}
    assert set(editable_fields("clients.Client")) <= shown


def test_every_named_group_is_one_of_the_model():
    for model in apps.get_models():
        groups = getattr(model, "field_groups", None)
        if groups is None:
            continue
        specs = [f.spec for f in model._meta.fields if getattr(f, "spec", None) is not None]
        assert {spec.group for spec in specs if spec.group} <= set(groups), model._meta.label


@pytest.mark.long
def test_a_new_field_and_a_new_domain_appear_everywhere():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/prove_architecture.py"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.strip().endswith("field: 1 line + migration; domain: own folder + 2 lines")


def test_a_field_that_is_called_like_a_row_is_asked_in_forms_all_the_same():
    """`tier` names the tier to change, and is a field of checklists; `goal` is a field of a client's needs."""
    for name, field in (("service.change_checklist", "tier"), ("clients.record_needs", "goal")):
        assert field not in hidden_parameters(ACTIONS[name]), name
    assert "tier" in hidden_parameters(ACTIONS["tiers.change_tier"])
