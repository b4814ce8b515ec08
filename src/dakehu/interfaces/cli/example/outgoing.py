"""A linked sheet and a webhook of the demonstration: both switched off, since it may send nothing."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from dakehu.foundation.gates import perform

ACCOUNT = "yanshi@example.iam.gserviceaccount.com"


def add_outgoing(acting: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Link a sheet of Lin's clients and add an endpoint that Lin agrees to. acting(username) acts as that person."""
    with acting("admin"):
        perform(
            "sheets.add",
            {
                "name": "林晓的客户表（演示）",
                "spreadsheet": "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
                "owner": "lin",
                "service_key": _service_key(),
            },
        )
        made = perform(
            "webhooks.add",
            {
                "name": "OA 待办（演示）",
                "address": "https://oa.example.com/hooks/dakehu",
                "owner": "lin",
                "events": "interaction.logged,request.opened,request.moved",
            },
        )
    with acting("lin"):
        perform("webhooks.confirm", {"endpoint": made["endpoint"]})


def _service_key() -> str:
    """Return a key in the form of a service account's, for a fictitious account."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    facts = {
        "type": "service_account",
        "project_id": "example",
        "private_key_id": "1",
        "private_key": private.decode(),
        "client_email": ACCOUNT,
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(facts)
