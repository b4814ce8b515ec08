"""Open what people send (xlsx, xls, xlsb, ods, csv, tsv; locked or not) and find the tables in it. Pure: no Django."""

from dakehu.doors.workbook.reading.book import Book, Limits, Sheet, open_book
from dakehu.doors.workbook.reading.refusals import BookRefused, NeedsPassword, TooLarge, Unopenable, WrongPassword
from dakehu.doors.workbook.reading.shape import Column, Table, Term, guess, signature

__all__ = [
    "Book", "BookRefused", "Column", "Limits", "NeedsPassword", "Sheet", "Table", "Term", "TooLarge", "Unopenable",
    "WrongPassword", "guess", "open_book", "signature",
]  # fmt: skip
