"""Seconds and peak memory of exporting many clients to XLSX, compared with openpyxl (write_only) and XlsxWriter
(constant_memory).

    .venv/bin/python benchmarks/export_workbook.py [ROWS]      (100,000 by default)

The first line is `dakehu export` on a desk of that many clients on SQLite: read within scope, decrypted and masked to
the reader's clearance, with needs and empty sheets, lists, validations, formulas, pivots and row keys. The second is
only its writer with rows already in memory; the peers write the same rows as plain cells. Each line is a separate
process.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from benchmarks import list_million  # noqa: E402  (the repository must be importable first)
from benchmarks.made_clients import HEADINGS, clients  # noqa: E402


def write_with_dakehu(path: Path, rows: list[list[str]]) -> None:
    import polars as pl

    from dakehu.exchange.workbook import writing

    kinds = {"测评日期": "date", "开户日期": "date", "资产规模": "money"}
    columns = [writing.ColumnSpec(f"f{i}", heading, kinds.get(heading, "text")) for i, heading in enumerate(HEADINGS)]  # type: ignore[arg-type]
    frame = pl.DataFrame(
        {c.key: pl.Series(values, dtype=pl.String) for c, values in zip(columns, zip(*rows, strict=True), strict=True)}
    )
    frame = frame.with_columns(
        pl.col(c.key).str.to_date() if c.kind == "date" else pl.col(c.key).cast(pl.Float64)
        for c in columns
        if c.kind in ("date", "money")
    )
    writing.write(writing.BookSpec("大客户管理表", [writing.SheetSpec("基本信息", "客户", columns, frame)], []), path)


def openpyxl_write_only(path: Path, rows: list[list[str]]) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("基本信息")
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append([*row[:9], float(row[9]), row[10]])
    book.save(path)


def xlsxwriter_constant_memory(path: Path, rows: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("基本信息")
        sheet.write_row(0, 0, HEADINGS)
        for at, row in enumerate(rows, 1):
            sheet.write_row(at, 0, [*row[:9], float(row[9]), row[10]])


WAYS: dict[str, Any] = {
    "dakehu, its writer alone": write_with_dakehu,
    "openpyxl, write_only": openpyxl_write_only,
    "XlsxWriter, constant_memory": xlsxwriter_constant_memory,
}


def child(way: str, count: int) -> None:
    rows = list(clients(count))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as folder:
        path = Path(folder) / "out.xlsx"
        begun = time.perf_counter()
        WAYS[way](path, rows)
        taken = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(json.dumps([round(taken, 2), before, peak, path.stat().st_size >> 10]))


def measure_export(count: int) -> list[float]:
    """Run `dakehu export` on a seeded desk, including program start: seconds, 0, peak MB, file KB."""
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as folder:
        env = {key: value for key, value in os.environ.items() if not key.startswith("DAKEHU_")}
        env |= {
            "DJANGO_SETTINGS_MODULE": "dakehu.project.settings",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
            "DAKEHU_HOME": folder,
        }
        subprocess.run(
            [sys.executable, list_million.__file__, "--child", "sqlite", folder, str(count)],
            env=env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        path, begun = Path(folder) / "out.xlsx", time.perf_counter()
        run = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "dakehu.interfaces.cli.main",
                "export",
                str(path),
                "--reason",
                "benchmark",
                "--json",
            ],
            env=env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(run.pid, 0)
        taken = time.perf_counter() - begun
        if status:
            raise SystemExit(f"dakehu export ended with {status}")
        return [round(taken, 2), 0, used.ru_maxrss >> 10, path.stat().st_size >> 10]


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], int(sys.argv[3]))
        return 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(f"{count:,} rows; load at the start {os.getloadavg()[0]:.1f}")
    print(f"{'':30} {'seconds':>8} {'MB of the rows':>15} {'peak MB':>8} {'file KB':>8}")
    for name in ("dakehu export", *WAYS):
        if name in WAYS:
            run = subprocess.run(
                [sys.executable, __file__, "--child", name, str(count)], stdout=subprocess.PIPE, text=True, check=True
            )
            report = json.loads(run.stdout.splitlines()[-1])
        else:
            report = measure_export(count)
        seconds, before, peak, size = report
        print(f"{name:30} {seconds:>8} {before:>15,} {peak:>8,} {size:>8,}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
