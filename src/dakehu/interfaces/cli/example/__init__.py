"""The demonstration brokerage: invented people, products and talks, and the workbook a broker would keep of them.

Everything here is made up from a fixed seed. Nobody real is meant: mobile numbers hold 0000 in the middle, mail goes to
example.com, identity numbers carry the code of a whole province, which no person's number does.
"""

from dakehu.interfaces.cli.example.book import EXAMPLE, EXAMPLE_DAY, OWN_TABLE, write_book, write_own_table

__all__ = ["EXAMPLE", "EXAMPLE_DAY", "OWN_TABLE", "write_book", "write_own_table"]
