"""The header above every tab of a client: identity, ways to contact, notable facts."""

from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger import queries as ledger
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import render_row, render_rows

# How a client is reached: the icon, the label, and the reason recorded in the audit with the opened value.
REACH = {
    "call": {
        "icon": "phone",
        "word": bilingual("拨打电话", "Call"),
        "reason": bilingual("致电客户", "Calling the client"),
    },
    "mail": {
        "icon": "mail",
        "word": bilingual("写邮件", "Write a mail"),
        "reason": bilingual("给客户写邮件", "Writing to the client"),
    },
    "wechat": {
        "icon": "message-circle",
        "word": bilingual("复制微信号", "Copy the WeChat ID"),
        "reason": bilingual("微信联系客户", "Contacting the client on WeChat"),
    },
}


def head_of(client: Any) -> dict[str, Any]:
    """Return the header above every tab, with the client's contacts."""
    today = clock.today()
    contacts = clients.contact_rows(client)
    shown = render_row(client, shown=True)
    serving = render_rows(clients.serving_rows(client), shown=True)
    return {
        "client": client,
        "shown": shown,
        "worth": ledger.client_worth(client=client),
        "serving": serving,
        "labels": list(clients.tags(client=client)),
        "blockers": clients.blockers(client=client),
        "risk_days": (client.risk_valid_to - today).days if client.risk_valid_to else None,
        "quiet_days": (today - client.last_contact_on).days if client.last_contact_on else None,
        "next_days": (client.next_contact_on - today).days if client.next_contact_on else None,
        "reach": [{**row, **REACH[row["way"]]} for row in clients.ways_among(contacts)],
        "contacts": render_rows(contacts, shown=True),
        "crumbs": [{"label": bilingual("客户", "Clients"), "url": "/clients/"}],
        "page_title": shown["name"],
    }


def peek_of(client: Any) -> dict[str, Any]:
    """Return the client summary next to a line of today's list: identity, ways to contact, what forbids contact."""
    return {
        "client": client,
        "shown": render_row(client, ("name", "code", "segment", "risk_level", "assets", "last_contact_on"), shown=True),
        "blockers": clients.blockers(client=client),
        "reach": [{**row, **REACH[row["way"]]} for row in clients.ways_to_reach(client=client)],
    }
