"""The key of a link's service account, decrypted with an audit record."""

import json
from typing import Any

from dakehu.exchange.connectors.source import source_refusal
from dakehu.exchange.sheets_sync.models import LinkedSheet
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base.i18n import bilingual


def open_key(link: LinkedSheet) -> dict[str, Any]:
    """Return the key. Raises Refused while it is missing."""
    if link.service_key is None:
        raise source_refusal(
            bilingual(
                "“{name}”还没有服务账号密钥。请管理员在“更换密钥”中填写。",
                "“{name}” has no key of a service account. An administrator enters it under “Replace the key”.",
                name=link.name,
            )
        )
    with elevated("sign in to an online sheet"), act("sheets.open_key"):
        facts: dict[str, Any] = json.loads(link.service_key.open())
    return facts
