"""Addresses of the rows behind a number: the page that lists a query's rows, filtered as the number is."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

# Pages that list the rows of a query themselves, or show more about a state; any other query has the page of rows.
PAGES = {
    "clients.list": "/clients/",
    "service.today_list": "/",
    "team.audit": "/audit/",
    "team.system": "/system/",
    "team.trading_days": "/system/calendar/",
    "team.users": "/staff/",
}


def address_of(rows: Mapping[str, Any] | None) -> str:
    """Return the address of the rows of a number (foundation.schema.cards.rows_at), "" without any."""
    if not rows:
        return ""
    asked = {**rows["filters"], **({"sort": rows["order"]} if rows["order"] else {})}
    page = PAGES.get(rows["query"])
    if page is None or rows["column"]:
        page = f"/rows/{rows['query']}"
        if rows["column"]:
            asked[rows["of"]] = rows["column"]
    return page + ("?" + urlencode(asked) if asked else "")


def with_addresses(content: Any) -> Any:
    """Return the content of a card with `url` added to every `rows` and `rows_at`."""
    if isinstance(content, dict):
        made = {name: with_addresses(value) for name, value in content.items() if name not in ("rows", "rows_at")}
        for name, at in (("rows", "url"), ("rows_at", "url")):
            if name in content:
                rows = content[name]
                if isinstance(rows, list):  # the rows of a table
                    made[name] = with_addresses(rows)
                else:
                    made[at] = address_of(rows)
        return made
    return [with_addresses(one) for one in content] if isinstance(content, list) else content
