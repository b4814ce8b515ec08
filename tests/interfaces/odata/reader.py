"""An OData reader for tests: a token of the scope `odata`, and the client of `dakehu odata check`."""

import gzip
from collections.abc import Mapping
from typing import Any

from django.test import Client as Browser

from dakehu.foundation.gates import perform
from dakehu.interfaces.cli.odata_check.desk import Answer, Desk
from tests.cast import acting


def token_of(user: Any, **given: Any) -> str:
    with acting(user, door="web"):
        made = perform("team.create_token", {"name": "Excel", "scopes": ["odata"], "read_only": True, **given})
    return str(made["token"])


def desk_of(user: Any, foreign: int = 0, **given: Any) -> Desk:
    """Return the desk as `user` reads it, called inside this process."""
    return Desk(_send, "http://testserver/odata/v4/", user.username, token_of(user, **given), foreign)


def _send(method: str, address: str, headers: Mapping[str, str]) -> Answer:
    path = address.removeprefix("http://testserver").replace("/odata/v4/..", "/odata/v4")
    answer = Browser().generic(method, path, headers=dict(headers))
    body, kept = answer.content, {name.lower(): [value] for name, value in answer.items()}
    if body and kept.get("content-encoding") == ["gzip"]:
        body, kept["x-was-encoded"] = gzip.decompress(body), kept.pop("content-encoding")
    return Answer(answer.status_code, kept, body)
