"""The details of one client: which fields people may write, and the fields derived from them."""

from typing import Any

from dakehu.domains.clients import rules
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.clients.models import Client
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import editable_fields

READ_IN_FULL = bilingual(
    "查看完整内容会记入操作日志，不能撤销。", "Viewing it in full is recorded in the audit trail and cannot be undone."
)


def client_fields() -> tuple[str, ...]:
    """Return the editable fields of a client except the code, custom fields included."""
    return tuple(name for name in editable_fields("clients.Client") if name != "code")


def set_details(client: Client, values: dict[str, Any]) -> None:
    """Set values on a client, and the fields derived from them.

    Derived are pinyin, the standard ID number, the end of the risk test, the day and the source of the assets. Raises Refused for an ID number that cannot
    be right.
    """
    before = (client.assets, client.assets_on)
    for name, value in values.items():
        column: Any = Client._meta.get_field(name)
        if (value is None and not column.null) or (value == "" and not column.blank):
            value = column.get_default()
        setattr(client, name, value)
    client.pinyin, client.initials = rules.pinyin_of(client.name)
    number = values.get("id_number")
    if number:
        client.id_type = client.id_type or rules.guess_id_type(str(client.kind), number)
        try:
            client.id_number = rules.check_id_number(str(client.id_type), number)
        except BadIdentifier as error:
            raise refusal("id_number", error.zh, error.en) from None
    if client.assets != before[0] and client.assets_on == before[1]:
        client.assets_on = None if client.assets is None else clock.today()
    if (client.assets, client.assets_on) != before:
        client.assets_source = ""
    if "risk_tested_on" in values or "risk_valid_to" in values:
        client.risk_valid_to = rules.risk_valid_to(client.risk_tested_on, values.get("risk_valid_to"))
