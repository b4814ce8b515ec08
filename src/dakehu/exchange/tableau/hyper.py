"""Write a `.hyper` file with Tableau's engine, which runs as a separate process while writing.

It sends no usage data, writes no log, and ends with the process that started it. It requires the extra.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dakehu.exchange.tableau.tables import ExtractColumn, ExtractTable
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

PACKAGE, SCHEMA = "tableauhyperapi", "public"
DIGITS = 18  # of an exact number: more needs a file version that older Tableau versions cannot read

Rows = Iterator[Iterator[tuple[Any, ...]]]


def is_installed() -> bool:
    """Return whether the engine is installed."""
    return find_spec(PACKAGE) is not None


def require_installed() -> None:
    """Raise Refused with installation instructions if the engine is missing."""
    if not is_installed():
        raise Refused(
            bilingual(
                "导出 Tableau 文件需要附加组件。请管理员在工作台的机器上运行：pip install 'dakehu[tableau]'",
                "Files for Tableau need an extra. Ask your administrator to run on the desk's machine: pip install 'dakehu[tableau]'",
            )
        )


def write_hyper(path: Path, tables: list[ExtractTable], rows_of: Callable[[ExtractTable], Rows]) -> dict[str, int]:
    """Write the tables to `path`; return {table: rows}. Raises Refused if a value does not fit the file."""
    hyper: Any = import_module(PACKAGE)

    counts = {}
    try:
        with _engine(hyper) as endpoint, hyper.Connection(endpoint, path, hyper.CreateMode.CREATE_AND_REPLACE) as line:
            line.catalog.create_schema_if_not_exists(SCHEMA)
            for table in tables:
                columns = [hyper.TableDefinition.Column(c.heading, _type(hyper, c)) for c in table.columns]
                definition = hyper.TableDefinition(hyper.TableName(SCHEMA, table.name), columns)
                line.catalog.create_table(definition)
                counts[table.name] = _insert(hyper, line, definition, rows_of(table))
    except hyper.HyperException as error:
        raise Refused(
            bilingual(
                "Tableau 的引擎没有写出文件：{why}",
                "Tableau's engine did not write the file: {why}",
                why=str(error.main_message)[:200],
            )
        ) from error
    return counts


def _insert(hyper: Any, line: Any, definition: Any, rows: Rows) -> int:
    number = 0
    with hyper.Inserter(line, definition) as inserter:
        for batch in rows:
            listed = list(batch)
            inserter.add_rows(listed)
            number += len(listed)
        inserter.execute()
    return number


@contextmanager
def _engine(hyper: Any) -> Iterator[Any]:
    """Yield the engine's endpoint, without usage data and without a log in the working folder."""
    with hyper.HyperProcess(
        hyper.Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, "dakehu", parameters={"log_config": ""}
    ) as process:
        yield process.endpoint


def _type(hyper: Any, column: ExtractColumn) -> Any:
    kinds = hyper.SqlType
    return {
        "number": kinds.big_int,
        "money": lambda: kinds.numeric(DIGITS, 2),
        "rate": kinds.double,
        "decimal": kinds.double,
        "date": kinds.date,
        "datetime": kinds.timestamp,
        "bool": kinds.bool,
    }.get(column.kind, kinds.text)()
