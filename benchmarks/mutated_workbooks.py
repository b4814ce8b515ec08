"""Read and dry-run thousands of broken files: no crash, no hang, no excessive memory, and every refusal with a text.

    .venv/bin/python benchmarks/mutated_workbooks.py [COUNT [SEED [FOLDER]]]      (2,000 takes some minutes)

Real files from ../shared/data and generated ones (xlsx, xls, ods, csv, encrypted, HTML named .xls) are broken by seeded
mutations (benchmarks/mutations.py). Each is opened, guessed and dry-run, in a monitored process:
it must not die, use more than 10 s of processor time or grow beyond 1 GB. A refusal must name the file, sheet or
field and the remedy. FOLDER stores the files that failed. Exits with 1 if any did.
"""

import json
import os
import random
import re
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from dakehu.foundation.access.actor import acting_as, system_actor

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import mutations  # noqa: E402
from made_clients import HEADINGS, clients  # noqa: E402

DATA = ROOT / "../shared/data"
SECONDS, MEGABYTES, PATIENCE = 10, 1000, 600
REMEDY = re.compile("请|可选|联系|密码")
HTML = "<html><table><tr><td>客户号</td><td>客户姓名</td></tr><tr><td>A1</td><td>张三</td></tr></table></html>"


def sound_files(folder: Path, *, office: bool = True) -> list[tuple[str, bytes]]:
    """Return (name, content) of files to break; `office` False omits those that LibreOffice has to convert."""
    found = [
        (p.name, _truncate_content(p.read_bytes())) for p in sorted((DATA / "broker_exports/samples").glob("*.csv"))
    ]
    for name in (
        "far-trans/customer_information.csv",
        "cn_trade_statement/jiaogedan_2019_2020.csv",
        "sentiment/waimai_10k.csv",
        "vcard/gmail-list.vcf",
    ):
        if (DATA / name).exists():
            found.append((Path(name).name, _truncate_content((DATA / name).read_bytes())))
    if (DATA / "sentiment/news_seed.xlsx").exists():
        found += [("news_seed.xlsx", (DATA / "sentiment/news_seed.xlsx").read_bytes())]
    lines = [HEADINGS, *clients(200)]
    found += [("made.csv", "\n".join(",".join(row) for row in lines).encode()), ("web.xls", HTML.encode())]
    books = [_small_book(folder / "small.xlsx", lines), _template(folder / "template.xlsx")]
    if office and shutil.which("soffice"):
        for ending in ("xls", "ods"):
            subprocess.run(
                [
                    "soffice",
                    "--headless",
                    f"-env:UserInstallation=file://{folder}/office",
                    "--convert-to",
                    ending,
                    "--outdir",
                    str(folder),
                    *map(str, books),
                ],
                check=True,
                capture_output=True,
                timeout=180,
            )
            books += [folder / f"{stem}.{ending}" for stem in ("small", "template")]
    found += 3 * [(p.name, p.read_bytes()) for p in books]
    return [*found, ("locked.xlsx", _encrypt_file(folder / "small.xlsx", folder / "locked.xlsx"))]


def _truncate_content(content: bytes) -> bytes:
    return content if len(content) < 60_000 else content[: content.find(b"\n", 50_000) + 1]


def _small_book(path: Path, lines: list[list[str]]) -> Path:
    """Write a book with dates as dates, money as numbers, a formula, a title over merged cells, a second sheet."""
    from datetime import date

    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet("基本信息"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range(0, 0, 0, 5, "客户基本信息")
        sheet.write_row(1, 0, lines[0])
        for at, row in enumerate(lines[1:], 2):
            sheet.write_row(at, 0, row[:8])
            sheet.write_datetime(at, 8, date.fromisoformat(row[8]), day)  # type: ignore[arg-type]
            sheet.write_number(at, 9, float(row[9]))
            sheet.write_formula(at, 10, f'TEXT(I{at + 1},"yyyy-mm-dd")', None, row[8])
        other = book.add_worksheet("投资历史")
        other.write_row(0, 0, ["客户号", "投资日期", "投资金额", "投资产品"])
        other.write_row(1, 0, ["B00000001", "2023-01-15", "5", "股票"])
    return path


def _template(path: Path) -> Path:
    from dakehu.exchange.exports import service as exports

    return exports.write_template(path, language="zh")


def _encrypt_file(path: Path, to: Path) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    with path.open("rb") as plain, to.open("wb") as out:
        OOXMLFile(plain).encrypt("secret", out)
    return to.read_bytes()


# --- the reading process -------------------------------------------------------------------------


def read_on_demand() -> None:
    """For each path on a line of standard input, print one line of JSON with the result of reading it."""
    import django

    django.setup()
    from dakehu.exchange.imports import service as imports
    from dakehu.foundation.base.errors import Refused

    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # protects the machine's memory
    for line in sys.stdin:
        path = Path(line.strip())
        Path("/proc/self/clear_refs").write_text("5")  # the peak is reset for each file
        begun, report = time.process_time(), {}
        try:
            with acting_as(system_actor("mutated workbooks", "cli")):
                done = imports.run_import(path, dry_run=True)
            report = {"end": "read", "faults": [[f["cell"], f["zh"], f["remedy_zh"]] for f in done["faults"]]}
        except Refused as refused:
            report = {"end": "refused", "words": " ".join(str(w) for said in refused.as_plain().values() for w in said)}
        except MemoryError:
            report = {"end": "crash", "words": "MemoryError"}
        except BaseException as fault:
            import traceback

            report = {"end": "crash", "words": "".join(traceback.format_exception(fault))[-1500:]}
        peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
        report |= {"seconds": round(time.process_time() - begun, 2), "mb": int(peak.group(1)) >> 10 if peak else 0}
        print(json.dumps(report, ensure_ascii=False), flush=True)


class Reader:
    """The reading process; restarted after each crash."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> dict[str, Any]:
        if self.child is None or self.child.poll() is not None:
            self.child = subprocess.Popen(
                [sys.executable, __file__, "--read"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        child = self.child
        child.stdin.write(f"{path}\n")  # type: ignore[union-attr]
        child.stdin.flush()  # type: ignore[union-attr]
        if not select.select([child.stdout], [], [], PATIENCE)[0]:
            child.kill()
            child.wait()
            return {"end": "hang", "seconds": PATIENCE, "mb": 0}
        line = child.stdout.readline()  # type: ignore[union-attr]
        if not line:
            child.wait()
            return {"end": "crash", "words": f"the process died ({child.returncode})", "seconds": 0, "mb": 0}
        return dict(json.loads(line))

    def close(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self.child = None


def wrong_with(report: dict[str, Any]) -> str:
    """Return what went wrong in reading a file; "" if nothing."""
    if report["end"] in ("crash", "hang"):
        return f"{report['end']}: {report.get('words', '')}"
    if report["seconds"] > SECONDS:
        return f"slow: {report['seconds']} s"
    if report["mb"] > MEGABYTES:
        return f"memory: {report['mb']} MB"
    if report["end"] == "refused" and not (
        REMEDY.search(report["words"]) and ("“" in report["words"] or "文件" in report["words"])
    ):
        return f"mute refusal: {report['words']}"
    bare = next((f for f in report.get("faults", []) if not (f[0] and f[1] and f[2])), None)
    return f"mute fault: {bare}" if bare else ""


def run(count: int, seed: int, keep: Path | None, *, office: bool = True) -> int:
    """Break `count` files and read them; return how many failed."""
    draw, ends, wrong, worst = random.Random(seed), Counter[str](), 0, {"seconds": 0.0, "mb": 0}
    with tempfile.TemporaryDirectory(prefix="dakehu-mutants-") as name:
        folder, reader = Path(name), Reader()
        sound = sound_files(folder, office=office)
        for number in range(count):
            file, content = sound[number % len(sound)]
            broken, done = content, []
            for _ in range(draw.choice((1, 1, 1, 2))):
                mutation = draw.choice(mutations.mutations_for(broken) if broken else mutations.ANY[-1:])
                try:
                    broken = mutation(broken, draw) or b"\n"
                except Exception:  # too broken for this mutation to parse
                    broken = mutations.flip_bytes(broken, draw)
                done.append(mutation.__name__)
            path = folder / file
            path.write_bytes(broken)
            report = reader.read(path)
            if report["mb"] > MEGABYTES / 2:
                reader.close()  # memory retained by its allocator must not be attributed to the next file
            fault = wrong_with(report)
            ends[report["end"]] += 1
            worst = {key: max(worst[key], report[key]) for key in worst}
            if fault:
                wrong += 1
                print(f"{number} {file} {'+'.join(done)}: {fault}", flush=True)
                if keep:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{number}-{file}").write_bytes(broken)
        reader.close()
    print(
        f"{count} files, seed {seed}: {dict(ends)}; wrong {wrong}; slowest {worst['seconds']} s, largest {worst['mb']} MB"
    )
    return wrong


def main() -> int:
    if sys.argv[1:2] == ["--read"]:
        read_on_demand()
        return 0
    count, seed = (int(n) for n in (sys.argv[1:3] + ["2000", "1"][len(sys.argv[1:3]) :]))
    keep = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(prefix="dakehu-mutants-home-") as home:
        os.environ |= {"DAKEHU_HOME": home, "DJANGO_SETTINGS_MODULE": "dakehu.project.settings"}
        import django
        from django.core.management import call_command

        from dakehu.foundation.database.migration_state import rendered_in_place

        django.setup()
        with rendered_in_place():
            call_command("migrate", verbosity=0)
        return 1 if run(count, seed, keep, office=count > 200) else 0


if __name__ == "__main__":
    sys.exit(main())
