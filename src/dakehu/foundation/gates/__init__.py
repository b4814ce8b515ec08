"""The only ways for data: in by `accept` (and `perform`), found by `narrow`, out by `present` (and `ask`)."""

from dakehu.foundation.gates.accept import CellError, accept, accept_columns
from dakehu.foundation.gates.ask import QUERIES, Query, ask, perform, query
from dakehu.foundation.gates.merging import Saved, perform_over
from dakehu.foundation.gates.narrow import narrow
from dakehu.foundation.gates.pages import Page, counted, page_of
from dakehu.foundation.gates.present import Column, columns_of, present, present_one, unread

__all__ = [
    "QUERIES", "CellError", "Column", "Page", "Query", "Saved", "accept", "accept_columns", "ask", "columns_of", "counted",
    "narrow", "page_of", "perform", "perform_over", "present", "present_one", "query", "unread",
]  # fmt: skip
