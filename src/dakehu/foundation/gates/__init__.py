"""The only ways for data: in by `accept` (and `perform`), found by `narrow`, out by `present` (and `ask`)."""

from dakehu.foundation.gates.concurrent_edit import Saved, perform_over
from dakehu.foundation.gates.filtering import narrow
from dakehu.foundation.gates.input import CellError, accept, accept_columns
from dakehu.foundation.gates.output import Column, columns_of, present, present_one, unread
from dakehu.foundation.gates.pagination import Page, counted, page_of
from dakehu.foundation.gates.registry import QUERIES, Query, ask, perform, query

__all__ = [
    "QUERIES",
    "CellError",
    "Column",
    "Page",
    "Query",
    "Saved",
    "accept",
    "accept_columns",
    "ask",
    "columns_of",
    "counted",
    "narrow",
    "page_of",
    "perform",
    "perform_over",
    "present",
    "present_one",
    "query",
    "unread",
]
