"""Write workbooks: plain specifications and polars frames in, an .xlsx file out. No Django."""

from dakehu.exchange.workbook.writing.book import write, write_bytes
from dakehu.exchange.workbook.writing.encryption import encrypt_file
from dakehu.exchange.workbook.writing.error_workbook import CellError, FaultyTable, write_errors
from dakehu.exchange.workbook.writing.pivot_check import check_indices
from dakehu.exchange.workbook.writing.spec import (
    BookSpec,
    CannotWrite,
    ColumnSpec,
    PageSpec,
    PivotSpec,
    PivotValue,
    SheetSpec,
    Slices,
)
from dakehu.exchange.workbook.writing.statistics import InvestmentKeys, return_columns, statistics_page

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
