"""The systems that a connection can read: how each is opened, and where its tables are imported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dakehu.exchange.connectors import fxiaoke, fxiaoke_tables, zoho, zoho_tables
from dakehu.exchange.connectors.landings import Landing
from dakehu.exchange.connectors.source import Account, CrmSource


@dataclass(frozen=True)
class Kind:
    """A system: how to open it, its landings by table, the prefix of its clients' codes, what it accepts.

    `receives` lists what may be written back, {"table.column": field}; `logs_to` is the column that receives the text of
    new service records, "" for none, and `log_row` makes such a row.
    """

    open: Callable[[Account], CrmSource]
    landings: dict[str, Landing]
    code_prefix: str
    receives: dict[str, str]
    logs_to: str = ""
    log_row: Callable[[str, str, str], dict[str, Any]] = lambda text, record, table: {}


def _landings_by_table(landings: tuple[Landing, ...]) -> dict[str, Landing]:
    return {landing.table: landing for landing in landings}


KINDS: dict[str, Kind] = {
    "zoho": Kind(
        zoho.ZohoSource,
        _landings_by_table(zoho_tables.LANDINGS),
        "ZH",
        {
            "Accounts.Account_Name": "name",
            "Contacts.Title": "occupation",
            "Contacts.Date_of_Birth": "birth_on",
            "Tasks.Due_Date": "due_on",
            "Tasks.Subject": "subject",
        },
    ),
    "fxiaoke": Kind(
        fxiaoke.FxiaokeSource,
        _landings_by_table(fxiaoke_tables.LANDINGS),
        "FX",
        {"ActiveRecordObj.active_record_content": "summary"},
        logs_to="ActiveRecordObj.active_record_content",
        log_row=fxiaoke_tables.log_row,
    ),
}
