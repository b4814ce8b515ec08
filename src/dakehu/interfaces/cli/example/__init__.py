"""The demonstration brokerage: invented people, products and conversations, and the workbook a broker would keep.

Everything is generated from a fixed seed. No real person is meant: mobile numbers contain 0000 in the middle, mail goes to
example.com, identity numbers have a province code, which no person's number has.
"""

from dakehu.interfaces.cli.example.book import EXAMPLE, EXAMPLE_DAY, OWN_TABLE, write_book, write_own_table

__all__ = ["EXAMPLE", "EXAMPLE_DAY", "OWN_TABLE", "write_book", "write_own_table"]
