"""The Zoho CRM server of the tests is verified by the vendor's SDK, its answers by the vendor's OpenAPI files."""

import json
import logging
import warnings
from pathlib import Path

import httpx
import pytest

from tests.exchange.connectors.desks import fill, without_waiting, zoho  # noqa: F401

OPENAPI = Path(__file__).parents[3] / "../shared/data/connect/zoho-oas"


def test_the_vendors_own_sdk_reads_every_account(zoho, tmp_path):  # noqa: F811
    sdk = pytest.importorskip(
        "zohocrmsdk", reason="the vendor's SDK zohocrmsdk8_0 7.0.0 is not installed: it read nothing"
    )
    assert sdk
    fill(zoho, accounts=2300)
    logging.getLogger("SDKLogger").disabled = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert _read_by_sdk(zoho.url, tmp_path) == {f"浦江实业{number:04}" for number in range(1, 2301)}
    assert any("page_token" in query for _, path, query in zoho.calls if path == "/crm/v8/Accounts")


def _read_by_sdk(root: str, home: Path) -> set[str]:
    from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
    from zohocrmsdk.src.com.zoho.api.authenticator.store.file_store import FileStore
    from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, Initializer, ParameterMap
    from zohocrmsdk.src.com.zoho.crm.api.dc.data_center import DataCenter
    from zohocrmsdk.src.com.zoho.crm.api.record import GetRecordsParam, RecordOperations
    from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig

    Initializer.initialize(
        environment=DataCenter.Environment(root, f"{root}/oauth/v2/token", root),
        token=OAuthToken(client_id="app", client_secret="secret", refresh_token="good"),
        store=FileStore(str(home / "token.txt")),
        sdk_config=SDKConfig(auto_refresh_fields=True, pick_list_validation=False),
        resource_path=str(home),
    )
    names: set[str] = set()
    token = None
    while True:
        asked = ParameterMap()
        asked.add(GetRecordsParam.fields, "Account_Name,Annual_Revenue,Owner,Modified_Time")
        if token:
            asked.add(GetRecordsParam.page_token, token)
        answer = RecordOperations("Accounts").get_records(asked, HeaderMap()).get_object()
        names |= {row.get_key_value("Account_Name") for row in answer.get_data()}
        if not answer.get_info().get_more_records():
            return names
        token = answer.get_info().get_next_page_token()


@pytest.fixture(scope="module")
def judge():
    """Return a function (file, schema, answer) → faults, by the vendor's own schemas.

    An answer is validated by the schema of success, as operations also allow an error schema that accepts anything.
    A null is treated as missing; the files allow few of the nulls that the vendor sends.
    """
    if not OPENAPI.exists():
        pytest.skip("The vendor's OpenAPI is not here (../shared/data/connect/zoho-oas): nothing was judged.")
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: answers went unjudged")
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT4

    documents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in OPENAPI.glob("*.json")}
    registry = Registry().with_resources(
        (f"file:///{name}", Resource.from_contents(one, default_specification=DRAFT4))
        for name, one in documents.items()
    )

    def faults(file: str, schema: str, answer: object) -> list[str]:
        validator = jsonschema.Draft4Validator(
            {"$ref": f"file:///{file}#/components/schemas/{schema}"}, registry=registry
        )
        return [
            f"{list(fault.absolute_path)} {fault.message}" for fault in validator.iter_errors(without_nulls(answer))
        ]

    return faults


def without_nulls(value):
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


@pytest.fixture
def ask(zoho):  # noqa: F811
    fill(zoho)
    zoho.deleted["Accounts"] = [str(4150868000000000099)]
    headers = {"Authorization": f"Zoho-oauthtoken {zoho.token}"}

    def run(name: str) -> tuple[str, str, object]:
        file, schema, method, address, body = ASKED[name]
        return file, schema, httpx.request(method, zoho.url + address, headers=headers, json=body).json()

    return run


BULK = {"query": {"module": {"api_name": "Accounts"}, "fields": ["Account_Name"], "page": 1}, "file_type": "csv"}
WRITTEN = {"data": [{"id": str(4150868000000005001), "Title": "总监"}], "trigger": []}
ASKED = {
    "rows": ("record.json", "Response_Wrapper", "GET", "/crm/v8/Accounts?fields=Account_Name,Owner&per_page=5", None),
    "deleted": ("record.json", "Deleted_Records_Wrapper", "GET", "/crm/v8/Accounts/deleted?type=all", None),
    "users": ("users.json", "Response_Wrapper", "GET", "/crm/v8/users?type=AllUsers", None),
    "upsert": ("record.json", "Success_Response", "POST", "/crm/v8/Contacts/upsert", WRITTEN),
    "bulk": ("bulk_read.json", "Success_Response", "POST", "/crm/bulk/v8/read", BULK),
}


def one_of(name: str, answer: dict) -> object:
    """Return the part of an answer that the schema describes."""
    return answer["data"][0] if name in ("upsert", "bulk") else answer


@pytest.mark.parametrize("name", list(ASKED))
def test_answers_fit_the_vendors_schemas(judge, ask, name):
    file, schema, answer = ask(name)
    faults = judge(file, schema, one_of(name, answer))
    # The server omits fields of a user that the connector never reads (locale, role, …); the vendor's pattern of a mail
    # address matches its own examples only.
    forgiven = ("is a required property", "'email'") if name == "users" else ()
    assert [fault for fault in faults if not any(text in fault for text in forgiven)] == []


@pytest.mark.parametrize("name", list(ASKED))
def test_the_judge_finds_a_planted_fault(judge, ask, name):
    file, schema, answer = ask(name)
    wrong = {"status": "perhaps"} if name in ("upsert", "bulk") else {"info": "a text"}
    assert judge(file, schema, {**one_of(name, answer), **wrong})


def test_modules_and_fields_are_of_the_vendors_types(judge, zoho):  # noqa: F811
    headers = {"Authorization": f"Zoho-oauthtoken {zoho.token}"}
    for file, name in (("modules.json", "modules"), ("fields.json", "fields")):
        rows = httpx.get(f"{zoho.url}/crm/v8/settings/{name}?module=Contacts", headers=headers).json()[name]
        faults = [fault for row in rows for fault in judge(file, name, row)]
        assert [fault for fault in faults if "is a required property" not in fault] == []
