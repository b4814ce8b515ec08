"""Every public name of 0.1.0 still works as an action, a query, a URL and in displayed texts."""

import ast
import json
from pathlib import Path

import pytest
from django.urls import reverse

from dakehu.domains.team.roles import ROLES
from dakehu.foundation.actions.labels import act_label, act_labels
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.renamed import Kind, current_name, declare_renamed, names_with_former, renamed_pairs
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.jobs.queue import JOBS
from dakehu.foundation.schema.names import find_names, find_place
from dakehu.interfaces.api import openapi
from dakehu.interfaces.web.urls.moved import MOVED
from tests.architecture.pages import browser_of
from tests.cast import acting

SOURCE = Path(__file__).parents[2] / "src" / "dakehu"
KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "desks" / "0.1.0.json").read_text(encoding="utf-8"))
BASED_ON = {Kind.ACTION: act_labels, Kind.QUERY: lambda: QUERIES, Kind.JOB: lambda: JOBS}


def test_a_former_name_stands_for_something_that_is_there_and_is_itself_gone():
    for kind, known in BASED_ON.items():
        for old, new in renamed_pairs(kind):
            assert new in known(), (kind, old)
            assert old not in known(), (kind, old)
            assert old in names_with_former(kind, new)
    for _, new in renamed_pairs(Kind.MODEL):
        assert find_names(new) is not None, new


def test_a_present_name_is_not_renamed_again():
    for kind in Kind:
        assert [new for _, new in renamed_pairs(kind) if current_name(kind, new) != new] == []


def test_a_name_cannot_be_declared_with_two_meanings():
    with pytest.raises(ValueError, match="declared"):
        declare_renamed(Kind.QUERY, {"clients.one": "clients.list"})


@pytest.mark.parametrize("name", sorted({*KEPT["audit_actions"], *KEPT["audit_inner_actions"]}))
def test_every_act_of_the_kept_desk_has_a_label(name):
    assert act_label(name).zh != current_name(Kind.ACTION, name)


@pytest.mark.parametrize("label", sorted(KEPT["audit_models"]))
def test_every_table_and_place_of_the_kept_desk_has_a_name(label):
    assert find_names(label) is not None or find_place(label) is not None


def test_every_act_that_is_opened_by_hand_has_a_label():
    opened = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "act" and node.args:
                opened |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    assert "workbook.upload" in opened
    assert {name for name in opened if name not in act_labels()} == set()


@pytest.mark.django_db
def test_lin_asks_and_performs_by_names_of_0_1_0(lin, zhang):
    with acting(lin):
        assert ask("clients.one", {"client": zhang.pk}) == ask("clients.detail", {"client": zhang.pk})
        assert perform("clients.note_needs", {"client": zhang.pk, "goal": "养老"}).goal == "养老"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/api/v1/q/clients.detail", "/api/v1/queries/clients.one", "/api/v1/q/clients.one", "/api/v1/q/clients.one?x=1"],
)
def test_the_api_answers_former_names_with_a_deprecation_and_the_successor(lin, zhang, address):
    answer = browser_of(lin).get(address, {"client": zhang.pk})
    assert answer.headers["Deprecation"].startswith("@")
    assert answer.headers["Link"] == '</api/v1/queries/clients.detail>; rel="successor-version"'


@pytest.mark.django_db
def test_the_api_answers_present_names_without_a_deprecation(lin, zhang):
    answer = browser_of(lin).get("/api/v1/queries/clients.detail", {"client": zhang.pk})
    assert answer.status_code == 200 and "Deprecation" not in answer.headers


@pytest.mark.django_db
def test_former_names_are_listed_nowhere(lin):
    with acting(lin):
        described = json.dumps(openapi.openapi())
    former = [old for kind in (Kind.ACTION, Kind.QUERY) for old, _ in renamed_pairs(kind)]
    assert [old for old in former if f'"/api/v1/actions/{old}"' in described or f'/queries/{old}"' in described] == []
    assert [old for old in former if old in ACTIONS or old in QUERIES] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "route"), MOVED.items())
def test_an_old_page_leads_to_the_present_one(lin, old, route):
    values = {"client_id": 1, "other_id": 2, "pk": 3, "name": "set", "view_id": 4, "factor_id": 5}
    asked = old
    for name, value in values.items():
        for converter in ("int", "str"):
            asked = asked.replace(f"<{converter}:{name}>", str(value))
    present = reverse(route, kwargs={name: value for name, value in values.items() if f":{name}>" in old})
    browser = browser_of(lin)
    got, posted = browser.get(f"/{asked}?page=2"), browser.post(f"/{asked}")
    assert (got.status_code, got.headers["Location"]) == (301, f"{present}?page=2")
    assert (posted.status_code, posted.headers["Location"]) == (308, present)


@pytest.mark.django_db
def test_the_form_of_an_action_leads_from_its_former_name_to_the_present_one(lin, zhang):
    got = browser_of(lin).get(f"/clients/{zhang.pk}/actions/clients.note_needs")
    assert (got.status_code, got.headers["Location"]) == (301, f"/clients/{zhang.pk}/actions/clients.record_needs")


def test_permissions_of_0_1_0_are_unchanged():
    """Tokens store permission names; none was renamed, so none needs a mapping."""
    held = {str(permission) for role in ROLES.values() for permission in role.permissions}
    assert {"client.read", "client.write", "data.import", "data.export", "ledger.read", "ledger.write"} <= held
