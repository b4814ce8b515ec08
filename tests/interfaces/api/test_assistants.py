"""Assistants (MCP): off by default, one token, the same scope and masks as everywhere, read-only, each call audited."""

import asyncio
import json

import pytest
from django.test import Client as Browser

from dakehu.domains.team.models import Token
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import firm_settings
from dakehu.foundation.gates import QUERIES, ask, perform
from tests.cast import acting, as_system

PROTOCOL = "2025-06-18"


@pytest.fixture(autouse=True)
def switched_on():
    firm_settings.set_source(lambda: {"ASSISTANTS": True})


def token(user, **given):
    with acting(user):
        return perform("team.create_token", {"name": "助手", "read_only": True, **given})["token"]


def sent(key, method, parameters=None, number=1, **headers):
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters or {}}
    given = {"HTTP_AUTHORIZATION": f"Bearer {key}"} if key else {}
    return Browser().post("/mcp", json.dumps(message), content_type="application/json", **given, **headers)


def called(key, query, **arguments):
    answer = sent(key, "tools/call", {"name": query.replace(".", "-"), "arguments": arguments})
    return answer.json()["result"]


@pytest.mark.django_db
@pytest.mark.postgres
def test_nobody_asks_through_an_assistant_before_an_administrator_has_switched_them_on(lin, zhang):
    firm_settings.set_source(dict)
    answer = sent(token(lin), "tools/list")
    assert answer.status_code == 403 and "没有开启" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.postgres
def test_an_assistant_needs_a_token_and_says_who_answers(lin):
    assert sent("", "initialize").status_code == 401
    assert sent("dk_wrong", "initialize").status_code == 401
    made = sent(token(lin), "initialize", {"protocolVersion": PROTOCOL}).json()["result"]
    assert made["protocolVersion"] == PROTOCOL and made["serverInfo"]["name"] == "dakehu"
    assert sent(token(lin), "initialize", {"protocolVersion": "1999-01-01"}).json()["result"]["protocolVersion"] != ""


@pytest.mark.django_db
@pytest.mark.postgres
def test_each_role_is_seen_through_assistant_what_the_api_tells_it_and_nothing_of_another_team(
    lin, wang, he, an, zhang
):
    for user in (lin, wang, he, an):
        with acting(user):
            expected = json.loads(json.dumps(ask("clients.list", {}), default=str))
        seen_through_assistant = called(token(user), "clients.list")["structuredContent"]
        assert seen_through_assistant == expected
    assert called(token(wang), "clients.list")["structuredContent"]["count"] == 0
    refused = called(token(wang), "clients.detail", client=zhang.pk)
    assert refused["isError"] and "张三" not in json.dumps(refused, ensure_ascii=False)


@pytest.mark.django_db
@pytest.mark.postgres
def test_tools_are_the_queries_that_the_reader_may_ask_and_none_writes(lin, an):
    for user in (lin, an):
        with acting(user) as actor:
            expected = {name.replace(".", "-") for name, one in QUERIES.items() if actor.may(one.needs)}
        tools = sent(token(user), "tools/list").json()["result"]["tools"]
        assert {tool["name"] for tool in tools} == expected
        assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
    answer = sent(token(lin), "tools/call", {"name": "clients-create", "arguments": {"name": "李四"}})
    assert answer.json()["error"]["code"] == -32602


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_call_leaves_one_audit_entry_that_names_the_query_and_not_the_words(lin, zhang):
    called(token(lin), "clients.list", text="张三")
    with as_system():
        entry = AuditEntry.objects.get(action="assistants.ask")
    assert json.loads(entry.body)["note"] == {"query": "clients.list", "rows": 1}
    assert "张三" not in entry.body
    assert entry.door == "mcp"


@pytest.mark.django_db
def test_what_is_no_message_is_refused_in_the_protocols_own_shape(lin):
    key = token(lin)
    headers = {"HTTP_AUTHORIZATION": f"Bearer {key}", "content_type": "application/json"}
    for body, code in ((b"{", -32700), (b"[]", -32600), (b'{"jsonrpc":"1.0"}', -32600)):
        assert Browser().post("/mcp", body, **headers).json()["error"]["code"] == code
    assert sent(key, "resources/list").json()["error"]["code"] == -32601
    assert sent(key, "tools/call", {"name": "x", "arguments": []}).json()["error"]["code"] == -32602
    noted = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert Browser().post("/mcp", json.dumps(noted), **headers).status_code == 202
    assert Browser().get("/mcp", **headers).status_code == 405
    assert sent(key, "ping", HTTP_ORIGIN="https://elsewhere.example").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_official_client_lists_and_calls_tools_as_three_roles(live_server, lin, wang, he, zhang):
    client = pytest.importorskip("mcp", reason="the official client (mcp) is not installed").Client
    http = pytest.importorskip("mcp.client.streamable_http")
    import httpx2

    async def asked(key):
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(headers=headers) as session:
            transport = http.streamable_http_client(f"{live_server.url}/mcp", http_client=session)
            async with client(transport) as desk:
                tools = await desk.list_tools()
                found = await desk.call_tool("clients-list", {"limit": 5})
                return {tool.name for tool in tools.tools}, found.structured_content["count"]

    for user, count in ((lin, 1), (wang, 0), (he, 1)):
        names, seen = asyncio.run(asked(token(user)))
        assert "clients-list" in names and seen == count
    assert Token.objects.filter(revoked=False).count() == 3
