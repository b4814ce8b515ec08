"""After a hand-over the former manager sees nothing of the clients, at any interface; a leaver cannot even sign in."""

import json
import re

import pytest
from django.test import Client as Browser

from dakehu.domains.team.models import Token
from dakehu.exchange.calendars import runs as calendars
from dakehu.exchange.mailbox import runs as mailboxes
from dakehu.exchange.sheets_sync import runs as sheets
from dakehu.exchange.sheets_sync.models import LinkedSheet
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import QUERIES, ask, perform
from tests.cast import PASSWORD, acting, as_system, enter
from tests.interfaces.web.browsers import desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NAME, CODE, SECRET = "张三丰", "C0777", "鹤鸣山庄"
PAGES = (
    "/",
    "/cards",
    "/clients/",
    "/clients/rows",
    "/tasks/",
    "/tasks/board/",
    "/hand-overs/",
    "/undo/",
    "/complaints/",
    "/notices/",
    "/tiers/",
    "/calendar/",
    "/export/",
    "/market/",
)


@pytest.fixture
def gu(lin):
    return enter("gu", "顾明", "manager", "东区一队")


@pytest.fixture
def held(lin):
    """Lin's client with data of every kind, and the interfaces that Lin has opened."""
    firm_settings.set_source(lambda: {"ASSISTANTS": True})
    due = clock.today().isoformat()
    with acting(lin):
        client = perform("clients.create", {"name": NAME, "code": CODE, "mail": "zhang@example.com"})
        other = perform("clients.create", {"name": "留任客户", "code": "C0778"})
        perform(
            "service.log_interaction",
            {"client": client.pk, "held_at": "2026-01-05", "summary": SECRET, "promise": SECRET},
        )
        perform("service.plan_follow_up", {"client": client.pk, "due_on": due, "subject": SECRET})
        task = perform("service.create_task", {"client": client.pk, "subject": SECRET, "due_on": due})
        perform("service.open_request", {"client": client.pk, "kind": "咨询", "subject": SECRET})
        perform("team.save_view", {"page": "clients", "name": "我的客户", "state": {"query": "status.eq=active"}})
        token = perform("team.create_token", {"name": "脚本"})["token"]
        feed = perform("calendars.create_feed", {"name": "手机", "names_clients": True})["path"]
        booking = perform("calendars.publish_hours", {"purpose": "回访", "minutes": 60})["path"]
    browser = Browser(HTTP_ACCEPT="text/html")
    browser.post("/sign-in", {"username": "lin", "password": PASSWORD})
    browser.get(f"/clients/{client.pk}/")  # among the clients opened last
    doors = {"token": token, "browser": browser, "feed": feed, "booking": booking, **accounts_of(lin)}
    return {"client": client, "other": other, "task": task, **doors}


def accounts_of(lin):
    """Lin's external accounts that the desk reads and writes in Lin's name, switched on; nothing listens at their addresses."""
    there = {"username": "lin", "password": "secret-9"}
    with acting(lin):
        box = {
            "name": "邮箱",
            "address": "lin@example.com",
            "host": "127.0.0.1",
            "port": 9,
            "protection": "none",
            **there,
        }
        mailbox = perform("mailbox.add", box)
        calendar = perform("calendars.add", {"name": "日历", "url": "http://127.0.0.1:9/", **there})
    with as_system():
        mailbox = perform("mailbox.switch_on", {"mailbox": mailbox.pk})
        calendar = perform("calendars.switch_on", {"calendar": calendar.pk})
        with act("test.link"):
            sheet = LinkedSheet(name="表格", spreadsheet="x" * 44, address="http://127.0.0.1:9/", owner=lin, is_on=True)
            sheet.save()
    return {"mailbox": mailbox, "calendar": calendar, "sheet": sheet}


def handed(lin, receiver, lead, **more):
    raw = {"user": lin.pk, "receiver": receiver.pk, "clients": [CODE], "reason": "调岗"}
    with acting(lead):
        row = perform("service.plan_hand_over", {**raw, **more})
        perform("service.apply_hand_over", {"hand_over": row.pk})
    return row


def through(token, query, **arguments):
    """Return an assistant's answer."""
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": query.replace(".", "-"), "arguments": arguments},
    }
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    return Browser().post("/mcp", json.dumps(asked), content_type="application/json", **headers)


def every_answer(lin, held):
    """Return what Lin gets of the client at every interface: {interface: (status, text)}."""
    browser, token = held["browser"], {"HTTP_AUTHORIZATION": f"Bearer {held['token']}"}
    client, found = held["client"].pk, {}
    for page in (*PAGES, f"/clients/?code.eq={CODE}", f"/clients/rows?code.eq={CODE}", f"/palette?q={CODE}"):
        found[page] = browser.get(page)
    for page in (
        f"/clients/{client}/",
        f"/clients/{client}/peek",
        f"/clients/{client}/report.pdf",
        f"/tasks/{held['task'].pk}/",
        f"/today/task:{held['task'].pk}",
        "/hand-overs/packs/1/",
    ):
        found[page] = browser.get(page)
    for path in (
        "clients",
        f"clients/{client}",
        "interactions",
        "follow-ups",
        "tasks",
        "hand-overs",
        "queries/service.today_list",
    ):
        found[f"api {path}"] = Browser().get(f"/api/v1/{path}", **token)
    for entity in ("Clients", "Interactions", "FollowUps", "Tasks"):
        found[f"odata {entity}"] = Browser().get(f"/odata/v4/{entity}", **token)
    for door in ("feed", "booking"):
        found[door] = Browser().get(held[door])
    for query in ("clients.list", "service.tasks", "service.task_list", "service.hand_over_list"):
        found[f"mcp {query}"] = through(held["token"], query)
    return {door: (answer.status_code, _text(answer)) for door, answer in found.items()}


def _text(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace")


def names_the_client(text):
    said = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return any(word in said for word in (NAME, CODE + '"', SECRET))


def test_who_gave_a_client_away_sees_nothing_of_it_by_any_door(lin, zhou, gu, held):
    before = every_answer(lin, held)
    seen = {door for door, (status, text) in before.items() if status == 200 and names_the_client(text)}
    assert {
        "/",
        f"/clients/rows?code.eq={CODE}",
        "/clients/rows",
        "/tasks/",
        "api clients",
        "odata Clients",
        "mcp clients.list",
    } <= seen
    handed(lin, gu, zhou)
    after = every_answer(lin, held)
    asked_for = {f"/clients/?code.eq={CODE}", f"/palette?q={CODE}"}  # these repeat what was typed
    told = {door for door, (status, text) in after.items() if status == 200 and names_the_client(text)} - asked_for
    assert told == set(), "doors that still tell of the client"
    assert {after[door][0] for door in after if str(held["client"].pk) + "/" in door and "clients/" in door} == {404}
    assert any("留任客户" in text for _, text in after.values())  # the other client is still Lin's
    with acting(lin):
        for query in [one for one in QUERIES.values() if [p.name for p in one.parameters if p.required] == ["client"]]:
            with pytest.raises(Refused):
                ask(query.name, {"client": held["client"].pk})


def works_elsewhere(held):
    """Return why the desk no longer uses Lin's external accounts."""
    said = {}
    for name, work in (("mailbox", mailboxes.pull), ("calendar", calendars.sync), ("sheet", sheets.synchronise)):
        with as_system():
            row = type(held[name]).objects.get(pk=held[name].pk)
            with pytest.raises(Refused) as refused:
                work(row)
        said[name] = str(refused.value)
    return said


def test_a_leaver_is_shut_out_at_every_door_in_the_same_minute(lin, gu, admin, held):
    before = every_answer(lin, held)
    assert (before["feed"][0], before["booking"][0]) == (200, 200) and names_the_client(before["feed"][1])
    with as_system():
        assert mailboxes.filing_actor(held["mailbox"]).user_id == lin.pk
        assert calendars.syncing_actor(held["calendar"]).user_id == lin.pk
    with acting(admin):
        row = perform(
            "service.plan_hand_over", {"user": lin.pk, "receiver": gu.pk, "reason": "离职", "ends_account": True}
        )
        perform("service.apply_hand_over", {"hand_over": row.pk})
    answers = every_answer(lin, held)
    assert {door: status for door, (status, _) in answers.items() if status not in (302, 401)} == {"booking": 404}
    assert all("停用" in text for text in works_elsewhere(held).values())
    assert not [door for door, (_, text) in answers.items() if names_the_client(text) or "留任客户" in text]
    with as_system():
        assert not Token.objects.filter(user=lin, revoked=False).exists()
    with acting(gu):
        assert ask("clients.list", {})["count"] == 2
        packs = ask("service.hand_over", {"hand_over": row.pk})["to_sign"]
        perform("service.sign_packs", {"packs": packs})
    with acting(admin):
        done = perform("service.undo_hand_over", {"hand_over": row.pk, "reason": "留任"})
    assert done["clients"] == 2
    answers = every_answer(lin, held)  # the account is open again; old sessions and tokens stay ended
    ended = {"booking": 200}  # a booking link is signed for the person, and contains no token
    assert {door: status for door, (status, _) in answers.items() if status not in (302, 401)} == ended
    with as_system():
        lin.refresh_from_db()
    assert NAME in _text(desk(lin).get("/clients/rows"))
