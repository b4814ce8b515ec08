"""Writing workbooks: plain specifications and polars frames in, a finished .xlsx out. No Django here."""

from .book import write, write_bytes
from .crypt import encrypt_file
from .errors_book import CellError, FaultyTable, write_errors
from .pivot_check import check_indices
from .spec import (
    BookSpec,
    CannotWrite,
    ColumnSpec,
    PageSpec,
    PivotSpec,
    PivotValue,
    SheetSpec,
    Slices,
)
from .statistics import InvestmentKeys, return_columns, statistics_page

__all__ = [
    "BookSpec",
    "CannotWrite",
    "CellError",
    "ColumnSpec",
    "FaultyTable",
    "InvestmentKeys",
    "PageSpec",
    "PivotSpec",
    "PivotValue",
    "SheetSpec",
    "Slices",
    "check_indices",
    "encrypt_file",
    "return_columns",
    "statistics_page",
    "write",
    "write_bytes",
    "write_errors",
]
