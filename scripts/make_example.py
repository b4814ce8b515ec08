"""Regenerate the example workbooks, as of their fixed day."""

from pathlib import Path

from dakehu.interfaces.cli.example import EXAMPLE, EXAMPLE_DAY, OWN_TABLE, write_book, write_own_table

FOLDER = Path(__file__).parents[1] / "examples"

if __name__ == "__main__":
    for made in (write_book(FOLDER / EXAMPLE, EXAMPLE_DAY), write_own_table(FOLDER / OWN_TABLE, EXAMPLE_DAY)):
        print(made, made.stat().st_size)
