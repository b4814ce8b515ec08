"""One feature, every interface: "log an interaction and plan the next contact".

The same row is entered through the web page, the API, the command line and an imported workbook. It makes the same
interaction and the same follow-up, and is refused with the same messages, because no interface has a label, a
serializer or a permission check of its own.
"""

import html
import json
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client as Browser

from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.exchange.imports import service as imports
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform, render_row
from dakehu.foundation.gates.input import spec_behind
from dakehu.interfaces.cli.main import main
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

LOG = ACTIONS["service.log_interaction"]
BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"


def day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def the_row() -> dict[str, str]:
    """Return what Lin enters: keyed by the action's parameter names, in users' words."""
    return {
        "held_at": f"{day(-1)} 10:30",
        "channel": "电话",
        "purpose": "年度回顾",
        "summary": "客户询问债券基金,偏好稳健",
        "result": "已寄资料",
        "promise": "周五前发方案",
        "promise_due_on": day(4),
        "next_on": day(9),
        "next_subject": "听取对方案的意见",
    }


# --- the interfaces: each takes (user, client, row) and returns its refusal messages, or none ---------


def by_web(user: Any, client: Any, row: dict[str, str], **_: Any) -> list[str] | str:
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    response = browser.post(f"/clients/{client.pk}/actions/{LOG.name}", row)
    return [] if response.status_code == 302 else html.unescape(response.content.decode())


def by_api(user: Any, client: Any, row: dict[str, str], **_: Any) -> list[str]:
    with acting(user):
        token = perform("team.create_token", {"name": "试验"})["token"]
    response = Browser().post(
        "/api/v1/interactions",
        json.dumps({"client": client.code, **row}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert response.status_code in (201, 400, 403, 404), response.content
    return [text for texts in response.json().get("messages", {}).values() for text in texts]


def by_command(user: Any, client: Any, row: dict[str, str], *, capsys: Any, **_: Any) -> list[str]:
    values = [f"client={client.code}", *(f"{name}={value}" for name, value in row.items())]
    status = main(["do", LOG.name, *values, "--as", user.username, "--json", "--lang", "zh"])
    report = json.loads(capsys.readouterr().out)
    assert status == (1 if "refused" in report else 0)
    return [text for texts in report.get("refused", {}).values() for text in texts]


def by_import(user: Any, client: Any, row: dict[str, str], *, tmp_path: Any, **_: Any) -> list[str]:
    """Import a workbook with one row of 客户服务记录, whose headings are those of the field facts."""
    parameters = {parameter.name: spec_behind(parameter).zh for parameter in LOG.parameters}
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "客户服务记录"
    sheet.append(["客户号", *(parameters[name] for name in row)])
    sheet.append([client.code, *row.values()])
    path = tmp_path / "服务记录.xlsx"
    book.save(path)
    with acting(user, "import"):
        report = imports.run_import(path)
    assert report["imported"] is not bool(report["faults"]), report
    return [fault["zh"] for fault in report["faults"]]


DOORS = {"web": by_web, "api": by_api, "cli": by_command, "import": by_import}


def everything() -> list[dict[str, Any]]:
    """Return all interactions and plans, without ids and row versions."""
    with as_system():
        rows = [*Interaction.objects.order_by("pk"), *FollowUp.objects.order_by("pk")]
        return [
            {k: v for k, v in render_row(row, shown=True).items() if k not in ("id", "row_version")} for row in rows
        ]


@pytest.fixture
def directly(lin, zhang):
    """What the action itself makes of the row: the reference for every interface."""
    from django.db import transaction

    with transaction.atomic():
        mark = transaction.savepoint()
        with acting(lin):
            perform(LOG.name, {"client": zhang.pk, **the_row()})
        made = everything()
        transaction.savepoint_rollback(mark)
    return made


@pytest.mark.parametrize("door", DOORS)
def test_the_same_row_makes_the_same_record_and_plan_through_every_door(door, lin, zhang, directly, capsys, tmp_path):
    assert not DOORS[door](lin, zhang, the_row(), capsys=capsys, tmp_path=tmp_path)
    made = everything()
    assert made == directly and len(made) == 2
    assert made[0]["staff"] == made[1]["owner"] == "林晓" and made[1]["subject"] == "听取对方案的意见"
    with as_system():
        zhang.refresh_from_db()
        assert (zhang.last_contact_on.isoformat(), zhang.next_contact_on.isoformat()) == (day(-1), day(9))
        entry = AuditEntry.objects.order_by("-pk")[0]
        assert (entry.actor_name, entry.door) == ("林晓", door)


FAULTS = {
    "a time in the future": {"held_at": "2099-01-01 10:00"},
    "no summary": {"summary": ""},
    "a channel that there is not": {"channel": "信鸽"},
    "a next contact before this one": {"next_on": "2001-01-01"},
    "more days ahead than anybody plans": {"next_in_days": "99999999"},
    "a day promised for, and no promise": {"promise": ""},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("door", DOORS)
def test_the_same_fault_is_refused_with_the_same_sentence_through_every_door(door, fault, lin, zhang, capsys, tmp_path):
    row = {**the_row(), **FAULTS[fault]}
    with acting(lin), pytest.raises(Refused) as measure:
        perform(LOG.name, {"client": zhang.pk, **row})
    expected = [text for texts in measure.value.as_plain().values() for text in texts]
    said = DOORS[door](lin, zhang, row, capsys=capsys, tmp_path=tmp_path)
    assert [text for text in expected if text not in said] == [], said
    assert everything() == []


@pytest.mark.parametrize("door", DOORS)
def test_another_teams_client_is_not_there_through_any_door(door, wang, zhang, capsys, tmp_path):
    said = DOORS[door](wang, zhang, the_row(), capsys=capsys, tmp_path=tmp_path)
    assert said and "张三" not in str(said)
    assert everything() == []


def test_web_and_api_answer_404_for_another_teams_client(wang, zhang):
    browser = Browser()
    browser.force_login(wang, backend=BACKEND)
    body = json.dumps({"client": zhang.pk, **the_row()})
    for path in ("interactions", f"do/{LOG.name}"):
        assert browser.post(f"/api/v1/{path}", body, content_type="application/json").status_code == 404
    assert browser.get(f"/api/v1/queries/service.timeline?client={zhang.pk}").status_code == 404
    assert browser.post(f"/clients/{zhang.pk}/actions/{LOG.name}", the_row()).status_code == 404


@pytest.mark.parametrize("door", DOORS)
def test_who_may_not_log_may_not_log_through_any_door(door, an, zhang, capsys, tmp_path):
    said: Any = ""
    try:
        said = DOORS[door](an, zhang, the_row(), capsys=capsys, tmp_path=tmp_path)
    except Refused as refusal:
        said = str(refusal)
    assert said and everything() == []
