"""Configure the app of linked online sheets."""

from dakehu.foundation.domain_config import DomainConfig


class SheetsSyncConfig(DomainConfig):
    """Linked sheets: their tables, permissions, actions, queries and jobs register themselves."""

    name = "dakehu.exchange.sheets_sync"
    label = "sheets_sync"
