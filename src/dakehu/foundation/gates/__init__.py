"""The only paths of data: input by `accept` (and `perform`), filtering by `narrow`, output by `present` (and `ask`)."""

from dakehu.foundation.gates.concurrent_edit import SaveResult, perform_with_merge
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.input import CellError, parse_columns, parse_input
from dakehu.foundation.gates.output import Column, columns_of, fetched_fields, render_row, render_rows
from dakehu.foundation.gates.pagination import Page, count_rows, page_of
from dakehu.foundation.gates.registry import QUERIES, Query, ask, observe_reading, perform, query

__all__ = [
    "QUERIES",
    "CellError",
    "Column",
    "Page",
    "Query",
    "SaveResult",
    "ask",
    "columns_of",
    "count_rows",
    "fetched_fields",
    "filter_rows",
    "observe_reading",
    "page_of",
    "parse_columns",
    "parse_input",
    "perform",
    "perform_with_merge",
    "query",
    "render_row",
    "render_rows",
]
