"""Read and work with a desk from Python: tables as polars, pandas, Arrow or DuckDB, actions by name.

    from dakehu.client import Desk

    desk = Desk("https://desk.example", token)
    frame = desk.clients(filters={"assets.ge": 1_000_000}, order="-assets").polars()
    desk.perform("service.log_interaction", client=12, channel="call", held_at="2026-11-01 09:30", summary="问候")

Needs httpx and pyarrow; polars, pandas and duckdb only for the methods of those names. It uses the HTTP API and
depends on nothing else of the desk.
"""

from dakehu.client.catalogue import Entry, Parameter
from dakehu.client.desk import Desk
from dakehu.client.errors import DeskError, Incomplete, NotThere, Refused, Unavailable
from dakehu.client.result import Column, Result

__all__ = [
    "Column",
    "Desk",
    "DeskError",
    "Entry",
    "Incomplete",
    "NotThere",
    "Parameter",
    "Refused",
    "Result",
    "Unavailable",
]
