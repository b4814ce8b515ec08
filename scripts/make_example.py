"""Write examples/演示大客户管理表.xlsx anew, as of the day on which the example stands."""

from pathlib import Path

from dakehu.interfaces.cli.example import EXAMPLE, EXAMPLE_DAY, write_book

if __name__ == "__main__":
    made = write_book(Path(__file__).parents[1] / "examples" / EXAMPLE, EXAMPLE_DAY)
    print(made, made.stat().st_size)
