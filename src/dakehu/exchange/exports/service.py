"""The way out: the empty template, and the filled workbook of any clients in scope, masked to the reader's clearance."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

import polars as pl
from django.core.validators import MaxValueValidator, MinValueValidator

from dakehu.domains.ledger.queries import RISK_FREE
from dakehu.domains.team.permissions import Permission
from dakehu.exchange.exports import figure_columns
from dakehu.exchange.imports.dry_run import Progress
from dakehu.exchange.roundtrip import row_keys
from dakehu.exchange.sheets import frames
from dakehu.exchange.sheets.definitions import ROW_KEY, Worksheet, worksheets
from dakehu.exchange.workbook import writing
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS, act, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.i18n import language as reading_language
from dakehu.foundation.files import store as files
from dakehu.foundation.gates.input import field_behind, spec_behind
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.jobs.progress import no_progress
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

TITLE = bilingual("大客户管理表", "Key client table")
LISTED = 500  # names in a drop-down
PARAMETERS = (
    Parameter("clients", required=False, kind="json", spec=FieldSpec("客户", "Clients")),
    Parameter("password", required=False, spec=FieldSpec("打开密码", "File password")),
)


def write_template(path: Path, *, language: str | None = None) -> Path:
    """The empty workbook: five sheets with their lists and rules, and nothing of anybody in it."""
    return writing.write(_book({}, language or reading_language()), Path(path))


@action(
    "workbook.export",
    needs=Permission.EXPORT,
    zh="导出表格",
    en="Export a workbook",
    parameters=PARAMETERS,
    is_public=False,
)
def write_filled(
    *,
    path: Path,
    clients: Iterable[int] | None = None,
    password: str | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
) -> dict[str, int]:
    """Write the workbook of `clients` (numbers; None: all in scope) to `path`; returns {part: rows}. The audit keeps
    who took how much, never what. Clients out of scope are left out as if they did not exist."""
    chosen = model_of("clients.Client").objects.order_by("code")
    if clients is not None:
        chosen = chosen.filter(pk__among=list(clients))
    numbers = list(chosen.values_list("pk", flat=True))
    speaking = language or reading_language()
    with TemporaryFile(prefix="dakehu-") as aside:  # without a name: a kill leaves nothing of it
        filled = _read(numbers, speaking, aside, progress)
        progress(0.7, bilingual("正在写入工作簿", "Writing the workbook"))
        try:
            writing.write(_book(filled, speaking, password or ""), Path(path))
        except writing.CannotWrite as cannot:
            raise Refused(bilingual(cannot.zh, cannot.en)) from cannot
    counts = {name: one.spool.height for name, one in filled.items()}
    add_audit_note(file=Path(path).name, locked=bool(password), counts=counts)
    return counts


def _read(clients: list[int], language: str, aside: IO[bytes], progress: Progress) -> "dict[str, FilledWorkbook]":
    """The rows of every sheet, put aside, and what an import will compare with kept."""
    filled = {}
    for done, (name, part) in enumerate(worksheets().items()):
        progress(0.1 + 0.12 * done, bilingual("正在读取{title}", "Reading {title}", title=str(part.title)))
        laid = figure_columns.PlacedColumns(language) if name == "clients" else None
        filled[name] = FilledWorkbook(name, frames.column_renderers(part, language), laid, frames.Spool(aside))
        filled[name].fill(frames.slices(part, clients, filled[name].told))
    export = row_keys.save_export({name: one.exported() for name, one in filled.items()})
    for one in filled.values():
        one.export = export
    return filled


class FilledWorkbook:
    """The rows of a sheet, put aside while they are read, and told again slice by slice: as they are exported, and with the
    sealed key of each row."""

    def __init__(
        self,
        name: str,
        told: dict[str, frames.ColumnRenderer],
        laid: figure_columns.PlacedColumns | None,
        spool: frames.Spool,
    ) -> None:
        self.name, self.told, self.laid, self.spool, self.export = name, told, laid, spool, ""

    def fill(self, slices: Iterable[pl.DataFrame]) -> None:
        for some in slices:
            self.spool.add(some if self.laid is None else self.laid.beside(some))

    def exported(self) -> Iterator[pl.DataFrame]:
        """What an import compares with: the columns of the sheet, without those that are only beside them."""
        for some in self.spool.read():
            yield frames.finish(self.told, some if self.laid is None else some.drop(self.laid.names()))

    def rows(self) -> Iterator[pl.DataFrame]:
        """What is written: columns beside the clients where anybody has figures, and the keys."""
        begin = 0
        for some in self.spool.read():
            frame = frames.finish(self.told, some)
            if self.laid is not None:
                frame = frames.finish(self.laid.told, frame) if self.laid.some else frame.drop(self.laid.names())
            keys = row_keys.row_key(self.export, self.name, frame, begin)
            begin += frame.height
            yield frame.with_columns(pl.Series(ROW_KEY, keys, dtype=pl.String))


def _book(filled: dict[str, FilledWorkbook], language: str, password: str = "") -> writing.BookSpec:
    sheets = {name: _sheet(part, filled.get(name), language) for name, part in worksheets().items()}
    today, invested = clock.today(), sheets["investments"]
    kinds = invested.frame["product_kind"] if "investments" in filled else pl.Series(dtype=pl.String)
    keys = writing.InvestmentKeys(
        "invested_on",
        "amount",
        "value",
        "product",
        "horizon",
        "risk_preference",
        "product_kind" if kinds.is_not_null().any() or not len(kinds) else None,
    )
    sheets["investments"] = replace(
        invested, columns=[*invested.columns, *writing.return_columns(keys, today, language)]
    )
    page = writing.statistics_page(
        sheets["investments"], keys, as_of=today, risk_free_rate=RISK_FREE, language=language
    )
    clients = sheets["clients"]
    if figure_columns.REASON in clients.frame.columns:
        sheets["clients"] = replace(clients, columns=[*clients.columns, *figure_columns.columns(language)])
    if filled:
        sheets = {name: _with_key(worksheets()[name], sheet) for name, sheet in sheets.items()}
    return writing.BookSpec(
        TITLE.in_(language),
        list(sheets.values()),
        [page],
        language=language,
        created=clock.local(clock.now()),
        generated_by=str(bilingual("由 dakehu 生成", "Made by dakehu")),
        file_password=password,
    )


def _sheet(part: Worksheet, filled: FilledWorkbook | None, language: str) -> writing.SheetSpec:
    """A sheet whose rows are read slice by slice; but the investments, which the statistics want as a whole."""
    columns = [_column(part, parameter, language) for parameter in frames.is_exportable(part)]
    title, frame, slices = part.title.in_("zh"), pl.DataFrame(), None
    if filled is not None and part.name == "investments":
        frame = pl.concat(filled.rows())
    elif filled is not None:
        frame, slices = next(filled.rows()), writing.Slices(filled.spool.height, filled.rows)
    return writing.SheetSpec(title, part.title.in_(language), columns, frame, slices=slices)


def _with_key(part: Worksheet, sheet: writing.SheetSpec) -> writing.SheetSpec:
    """The sheet with its row keys last, out of sight. Not locked: Excel sorts and deletes no row with a locked cell."""
    column = writing.ColumnSpec(ROW_KEY, part.spec(ROW_KEY).heading, hidden=True)
    return replace(sheet, columns=[*sheet.columns, column])


def _column(part: Worksheet, parameter: Parameter, language: str) -> writing.ColumnSpec:
    facts, behind, kind = spec_behind(parameter), field_behind(parameter), frames.kind(parameter)
    required = {t.name for t in ACTIONS[part.create].parameters if t.required}
    choices: list[str] = []
    if kind == "choice" and hasattr(behind.choice_set, "many"):
        kind = "text"  # Excel's lists take one value only
    elif kind == "choice":
        choices = [m.label_in(language) for m in behind.choice_set]
    elif behind is not None and behind.is_relation:
        choices = list(frames.client_names(behind.remote_field.model).values())[:LISTED]
    low, high = _limits(behind) if kind in ("money", "rate", "integer") else (None, None)
    if kind == "text" and behind is not None and not choices and getattr(behind, "max_length", None):
        high = behind.max_length
    help_text = facts.help_en if language == "en" else facts.help_zh
    example = (f"Example: {facts.example}" if language == "en" else f"示例：{facts.example}") if facts.example else ""
    own_code = parameter.name == "client_code"
    return writing.ColumnSpec(
        parameter.name,
        facts.heading,
        "choice" if choices else kind,
        choices=choices,
        required=parameter.name in required or own_code,
        unique=part.name == "clients" and parameter.name == "code",
        minimum=low,
        maximum=high,
        help=" ".join(filter(None, (help_text, example))),
        listed_in=(worksheets()["clients"].title.in_("zh"), "code") if own_code else None,
        mark="due" if parameter.name == "due_on" and _has_state(part) else "",
        open_while=("state", [_sheet_specs(part, language)])
        if parameter.name == "due_on" and _has_state(part)
        else None,
    )


def _has_state(part: Worksheet) -> bool:
    return any(parameter.name == "state" for parameter in part.parameters)


def _sheet_specs(part: Worksheet, language: str) -> str:
    return str(field_behind(part.parameter("state")).choice_set("planned").label_in(language))


def _limits(behind: Any) -> tuple[float | None, float | None]:
    low = next((float(v.limit_value) for v in behind.validators if type(v) is MinValueValidator), None)
    high = next((float(v.limit_value) for v in behind.validators if type(v) is MaxValueValidator), None)
    return low, high


# --- in the background -------------------------------------------------------------------------------


def start_export(clients: list[int] | None = None, password: str | None = None, language: str | None = None) -> int:
    """Write the workbook in the background; the job's result names the file to download (files.read)."""
    if not current_actor().may(Permission.EXPORT):
        raise NotAllowed(bilingual("导出表格", "export a workbook"), Permission.EXPORT)
    with act("workbook.start_export"):
        lock = files.save("password", password.encode(), days=1).key if password else ""
    return jobs.start("workbook.export", clients=clients, lock=lock, language=language or reading_language())


@jobs.job("workbook.export")
def export(progress: Progress, *, clients: list[int] | None, lock: str, language: str) -> dict[str, Any]:
    password = files.read(lock)[1].decode() if lock else None
    name = f"{TITLE.in_(language)}-{clock.today():%Y%m%d}.xlsx"
    with TemporaryDirectory(prefix="dakehu-") as folder, act("workbook.export"):
        path = Path(folder) / name
        counts = write_filled(path=path, clients=clients, password=password, language=language, progress=progress)
        kept = files.save(name, path.read_bytes(), days=7)
    return {"file": kept.key, "name": name, "counts": counts}
