"""Helpers for tests of the import: importing a file by the command line, and reading the result."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dakehu.domains.clients.models import Client, Contact
from dakehu.interfaces.cli.main import main
from tests.cast import as_system

CASES = Path(__file__).parents[1] / "fixtures" / "cases"


@pytest.fixture
def bring(capsys: Any, lin: Any, tmp_path: Path) -> Any:
    """Import a case by its name, or lines of text as a CSV file, or rows as a workbook; return the report."""

    def run(source: str | list[list[Any]], *options: str, name: str = "表.csv") -> dict[str, Any]:
        if isinstance(source, list):
            path = tmp_path / "表.xlsx"
            book = openpyxl.Workbook()
            for row in source:
                book.active.append(row)
            book.save(path)
        elif "\n" in source:
            path = tmp_path / name
            path.write_text(source, encoding="utf-8")
        else:
            path = CASES / source
        main(["import", str(path), "--json", *options])
        return json.loads(capsys.readouterr().out)

    return run


def clients(*columns: str) -> list[Any]:
    with as_system():
        return list(Client.objects.order_by("pk").values_list(*columns, flat=len(columns) == 1))


def contacts(name: str) -> list[str]:
    with as_system():
        return [one.value._plain() for one in Contact.objects.filter(client__name=name).order_by("pk")]


def faults(report: dict[str, Any]) -> dict[int, str]:
    return {fault["row"]: fault["zh"] for fault in report.get("faults", [])}
