"""Open user files (xlsx, xls, xlsb, ods, csv, tsv; encrypted or not) and find their tables. Pure: no Django."""

from dakehu.exchange.workbook.reading.book import Book, Limits, Sheet, open_book
from dakehu.exchange.workbook.reading.errors import BookRefused, NeedsPassword, TooLarge, Unopenable, WrongPassword
from dakehu.exchange.workbook.reading.headings import Lexicon
from dakehu.exchange.workbook.reading.table_detection import (
    SEARCH,
    Column,
    Table,
    Term,
    detect_tables,
    signature,
    signature_of,
)

__all__ = [
    "SEARCH",
    "Book",
    "BookRefused",
    "Column",
    "Lexicon",
    "Limits",
    "NeedsPassword",
    "Sheet",
    "Table",
    "Term",
    "TooLarge",
    "Unopenable",
    "WrongPassword",
    "detect_tables",
    "open_book",
    "signature",
    "signature_of",
]
