"""`dakehu connect` imports rows once; credentials are read from a file or the environment and never printed."""

import json

import pytest

from dakehu.domains.clients.models import Client
from dakehu.exchange.connectors.models import Connection
from dakehu.foundation.audit.models import AuditEntry
from dakehu.interfaces.cli.main import main
from tests.cast import as_system
from tests.exchange.connectors.desks import fill, fill_fxiaoke, fxiaoke, without_waiting, zoho  # noqa: F401
from tests.homes import own_home

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SECRETS = ("application-secret-9", "grant-of-nobody-7")


@pytest.fixture(autouse=True)
def home(settings, tmp_path, teams, lin):
    own_home(settings, tmp_path / "home")


def run(capsys, *words) -> tuple[int, dict, str]:
    status = main(["connect", *words, "--json"])
    out, err = capsys.readouterr()
    return status, json.loads(out), out + err


def test_zoho_comes_in_once_and_goes_again(capsys, tmp_path, zoho):  # noqa: F811
    fill(zoho)
    given = tmp_path / "zoho.json"
    given.write_text(json.dumps({"app_id": "app", "app_secret": "secret", "grant": "good"}))
    status, report, _ = run(capsys, "zoho", "pull", "--api", zoho.url, "--credentials", str(given))
    assert (status, report["created"], report["aside"]) == (0, 19, 0)
    status, again, _ = run(capsys, "zoho", "pull", "--api", zoho.url)
    assert (status, again["created"], again["updated"]) == (0, 0, 0)
    main(["undo", str(report["batch"]), "--json"])
    capsys.readouterr()
    with as_system():
        assert not Client.objects.exists()
    status, listed, _ = run(capsys, "list")
    assert [row["name"] for row in listed["connections"]] == ["zoho"]
    status, removed, _ = run(capsys, "remove", "zoho")
    assert removed == {"removed": "zoho"}


@pytest.mark.parametrize("style", ["standard", "corporate"])
def test_fxiaoke_comes_in_by_either_sign_in(capsys, monkeypatch, fxiaoke, style):  # noqa: F811
    fill_fxiaoke(fxiaoke, accounts=3)
    for name, value in {"APP_ID": "app", "APP_SECRET": "secret", "GRANT": "good", "ACTS_FOR": "FSUID_LIN"}.items():
        monkeypatch.setenv(f"DAKEHU_CONNECT_{name}", value)
    status, report, _ = run(capsys, "fxiaoke", "pull", "--api", fxiaoke.url, "--sign-in", style)
    assert (status, report["created"]) == (0, 8)
    assert run(capsys, "fxiaoke", "pull", "--api", fxiaoke.url)[1]["created"] == 0


def test_secrets_are_in_no_answer_audit_entry_or_log(capsys, monkeypatch, caplog, zoho):  # noqa: F811
    for name, value in {"APP_ID": "app", "APP_SECRET": SECRETS[0], "GRANT": SECRETS[1]}.items():
        monkeypatch.setenv(f"DAKEHU_CONNECT_{name}", value)
    with caplog.at_level("DEBUG"):
        status, _, seen = run(capsys, "zoho", "pull", "--api", zoho.url)
    assert status == 1
    seen += run(capsys, "list")[2] + caplog.text
    given = [f"app_secret={SECRETS[0]}", f"grant={SECRETS[1]}"]
    new = ["name=二", "kind=zoho", "address=https://www.zohoapis.com.cn", "app_id=app"]
    for words in (["connections.add", *new, *given], ["connections.replace_secrets", "connection=二", *given]):
        assert main(["do", *words, "--reason", "test", "--json"]) == 0
        seen += "".join(capsys.readouterr())
    with as_system():
        seen += str(list(AuditEntry.objects.values()))
        row = Connection.objects.get(name="zoho")
        assert row.app_secret.same_as(SECRETS[0])
        seen += f"{row.app_secret} {row.grant!r} {row.__dict__}"
    for secret in SECRETS:
        assert secret not in seen


def test_a_connection_that_is_not_there_says_what_to_give(capsys):
    status, report, _ = run(capsys, "zoho", "pull")
    assert status == 1
    assert "--credentials" in str(report["refused"])
