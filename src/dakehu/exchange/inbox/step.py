"""The first step of the nightly run: import every file of the folder through the ordinary import, in dependency order.

Clients are imported before the statements that reference them, statements before the prices of their securities, and
the daily feeds, which refer to both, last. A file is archived after its import: if the process was killed in between,
it is imported again by the next run, which finds its rows unchanged.
"""

from pathlib import Path
from typing import Any

from dakehu.exchange.imports import service
from dakehu.exchange.imports.batch_files import open_book
from dakehu.exchange.imports.recognition import recognize
from dakehu.exchange.inbox import files
from dakehu.exchange.inbox.files import InboxFile
from dakehu.exchange.mapping.choices import Choices
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.nightly.run import both_languages
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "exchange.import_files"
CLIENTS, TRADES, PRICES, FEEDS, OTHERS = range(5)  # in this order
PEEK = 1 << 16  # bytes of a text file read to detect its content
COUNTS = ("created", "updated", "unchanged", "skipped", "quarantined", "errors")
SHOWN = 5  # errors of a refused file that are kept in the record; its report has the first two hundred


def import_files(night: Night) -> dict[str, Any]:
    """Import the files of the folder and archive them.

    Returns {files: [{file, state: imported, unchanged or refused, created, updated, …, batch, errors: [{zh, en}], report}],
    waiting: names of files still being written, unchanged}.
    """
    whole, changing = files.separate(files.lying_in(night.folder))
    ordered = sorted(whole, key=lambda one: (_order_of(one), one.name))
    results = []
    for place, one in enumerate(ordered):
        night.progress(place / len(ordered), bilingual("正在导入 {name}", "Importing {name}", name=one.name))
        results.append(_import(one, night.folder))
    return {
        "files": results,
        "waiting": [one.name for one in changing],
        "unchanged": all(one["state"] != "imported" for one in results),
        "words": _summary_sentence(results, len(changing)),
    }


def _order_of(one: InboxFile) -> int:
    """Return the position of a file in the import order, by its content; one that cannot be opened is last."""
    content = one.path.read_bytes() if one.path.suffix.lower() not in (".csv", ".txt") else _beginning(one.path)
    try:
        found = recognize(open_book(content, one.path.name, None), Choices())
    except Refused:
        return OTHERS
    if found.feed is not None:
        return FEEDS
    return TRADES if found.statement else PRICES if found.prices else CLIENTS


def _beginning(path: Path) -> bytes:
    """Return the first lines of a text file."""
    with path.open("rb") as stream:
        content = stream.read(PEEK)
    return content if len(content) < PEEK else content[: content.rfind(b"\n") + 1]


def _import(one: InboxFile, folder: Path) -> dict[str, Any]:
    """Import and archive a file; a refused file gets a report next to it."""
    try:
        report = service.run_import(one.path, profile=one.profile or None)
        errors = [] if report.get("imported") else _errors(report)
    except Refused as refusal:
        report = {}
        errors = [both_languages(words) for texts in refusal.messages.values() for words in texts]
    result = {"file": one.name, **{name: report[name] for name in COUNTS if report.get(name)}}
    if report.get("imported"):
        files.archive_file(one, folder, files.TAKEN, clock.today())
        is_new = any(report.get(name) for name in COUNTS if name not in ("unchanged", "skipped"))
        return {**result, "state": "imported" if is_new else "unchanged", "batch": report.get("batch")}
    target = files.archive_file(one, folder, files.REFUSED, clock.today())
    _write_report(target, errors)
    return {
        **result,
        "state": "refused",
        "errors": _places(report) or errors[:SHOWN],
        "report": _report_of(target).name,
    }


def _errors(report: dict[str, Any]) -> list[dict[str, str]]:
    """Return the errors of a dry run as {zh, en}: place, what is wrong, and the remedy."""
    return [
        {
            code: f"{fault['sheet']} {fault['cell']} {fault[code]} {fault['remedy_' + code]}".strip()
            for code in ("zh", "en")
        }
        for fault in report.get("faults", [])
    ] or [both_languages(bilingual("文件中没有可导入的内容。", "There is nothing to import in the file."))]


def _places(report: dict[str, Any]) -> list[dict[str, str]]:
    """Return where the errors of a file are, without values: readers of the record may lack access to clients."""
    faults = report.get("faults", [])
    if not faults:
        return []
    places = ", ".join(f"{fault['sheet']} {fault['cell']}" for fault in faults[:SHOWN])
    count = report.get("errors") or len(faults)
    return [
        both_languages(
            bilingual(
                "{n} 处错误，位于 {places}；原因和改法见旁边的说明文件。",
                "{n} errors, at {places}; the report beside the file says why and what to do.",
                n=count,
                places=places,
            )
        )
    ]


def _report_of(target: Path) -> Path:
    """Return the path of the report next to a refused file."""
    return target.with_name(f"{target.name}.report.txt")


def _write_report(target: Path, errors: list[dict[str, str]]) -> None:
    """Write why a file was refused next to it, in both languages."""
    lines = [both_languages(_NOTHING_IMPORTED), *errors]
    text = "\n".join(f"{line['zh']}\n{line['en']}\n" for line in lines)
    report = _report_of(target)
    report.touch(mode=0o600)
    report.write_text(text, encoding="utf-8")


_NOTHING_IMPORTED = bilingual(
    "这个文件没有导入任何内容。请按下面的说明更正后放回文件夹，下次处理时会重新读取。",
    "Nothing of this file was imported. Correct it as said below and put it back into the folder; the next run reads it.",
)


def _summary_sentence(results: list[dict[str, Any]], waiting: int) -> Bilingual:
    """Return what happened to the files in one sentence."""
    counts = {state: sum(one["state"] == state for one in results) for state in ("imported", "unchanged", "refused")}
    if not results and not waiting:
        return bilingual("文件夹中没有文件。", "There were no files.")
    return bilingual(
        "导入 {imported} 个，没有变化 {unchanged} 个，退回 {refused} 个，仍在写入 {waiting} 个。",
        "{imported} imported, {unchanged} without a change, {refused} refused, {waiting} still being written.",
        waiting=waiting,
        **counts,
    )


def _has_files(folder: Path) -> bool:
    """Return whether the folder contains any file."""
    return bool(files.lying_in(folder))


declare_step(
    NightlyStep(STEP, "导入文件夹中的文件", "Import the files", order=10, run=import_files, is_waiting=_has_files)
)
