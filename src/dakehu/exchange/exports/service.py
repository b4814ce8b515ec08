"""Export the empty template, or the workbook of visible clients, masked to the reader's clearance."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

import polars as pl
from django.core.validators import MaxValueValidator, MinValueValidator

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.ledger.queries import RISK_FREE
from dakehu.exchange.exports import figure_columns
from dakehu.exchange.imports.dry_run import Progress
from dakehu.exchange.odata.entity_sets import entity_sets
from dakehu.exchange.odata.live_workbook import add_live_sheets
from dakehu.exchange.odata.power_query import live_queries
from dakehu.exchange.roundtrip import row_keys
from dakehu.exchange.sheets import frames
from dakehu.exchange.sheets.definitions import ROW_KEY, Worksheet, exported_worksheets, worksheets
from dakehu.exchange.workbook import writing
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.scope import Scoped
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
from dakehu.foundation.schema.resources import with_worksheet

TITLE = bilingual("大客户管理表", "Key client table")
LISTED = 500  # names in a drop-down
PARAMETERS = (
    Parameter("clients", required=False, kind="json", spec=FieldSpec("客户", "Clients")),
    Parameter("password", required=False, spec=FieldSpec("打开密码", "File password")),
)


def write_template(path: Path, *, language: str | None = None) -> Path:
    """Write the empty workbook: the worksheets that can be imported, with lists and validation rules, without data."""
    return writing.write(_book({}, language or reading_language()), Path(path))


@action(
    "workbook.export",
    needs=Permission.EXPORT,
    zh="导出表格",
    en="Export a workbook",
    parameters=PARAMETERS,
    is_public=False,
    irreversible=bilingual(
        "文件下载后无法收回，导出会记入操作日志。",
        "A downloaded file cannot be called back; the export is recorded in the audit trail.",
    ),
)
def write_filled(
    *,
    path: Path,
    clients: Iterable[int] | None = None,
    password: str | None = None,
    language: str | None = None,
    progress: Progress = no_progress,
    live: str = "",
) -> dict[str, int]:
    """Write the workbook of `clients` (ids; None: all visible) to `path`; return {worksheet: rows}.

    With `live`, the address of OData, it also contains sheets that Excel fills from there. Clients outside the scope
    are skipped as if they did not exist. The audit records who exported how much, not what.
    """
    ids = visible_ids(None if clients is None else list(clients))
    permits.use_permit(ExportWay.WORKBOOK, ids, clients is None)
    file_language = language or reading_language()
    with TemporaryFile(prefix="dakehu-") as spool_file:  # unnamed, so that a killed process leaves nothing behind
        filled = _read(ids, file_language, spool_file, progress, whole=clients is None)
        progress(0.7, bilingual("正在写入工作簿", "Writing the workbook"))
        try:
            if live:
                _write_live(_book(filled, file_language), Path(path), live, password or "")
            else:
                writing.write(_book(filled, file_language, password or ""), Path(path))
        except writing.CannotWrite as error:
            raise Refused(bilingual(error.zh, error.en)) from error
    counts = {name: workbook.spool.height for name, workbook in filled.items()}
    add_audit_note(file=Path(path).name, locked=bool(password), counts=counts, **({"live": live} if live else {}))
    return counts


def _write_live(book: writing.BookSpec, path: Path, root: str, password: str) -> None:
    """Write a workbook with a sheet for each live query. Queries are added after writing, encryption is last."""
    if not current_actor().may(Permission.ODATA):
        raise NotAllowed(bilingual("加入实时查询", "add live queries"), Permission.ODATA)
    with TemporaryDirectory(prefix=".dakehu-", dir=path.parent) as folder:
        draft = writing.write(book, Path(folder) / "book.xlsx")
        add_live_sheets(draft, live_queries(entity_sets().values(), root, book.language), book.language)
        if password:
            writing.encrypt_file(draft, password)
        draft.replace(path)


def _read(
    clients: list[int], language: str, spool_file: IO[bytes], progress: Progress, *, whole: bool
) -> "dict[str, FilledSheet]":
    """Read the rows of every worksheet into the spool, and save what a later import compares with.

    A file of the `whole` book also contains rows without a client, such as prospects.
    """
    filled = {}
    for done, (name, worksheet) in enumerate(exported_worksheets().items()):
        progress(
            min(0.65, 0.1 + 0.03 * done), bilingual("正在读取{title}", "Reading {title}", title=str(worksheet.title))
        )
        figures = figure_columns.FigureColumns(language) if name == "clients" else None
        filled[name] = FilledSheet(
            name, frames.column_renderers(worksheet, language), figures, frames.Spool(spool_file)
        )
        filled[name].fill(frames.slices(worksheet, clients, filled[name].renderers, unattached=whole))
    editable = {name: workbook for name, workbook in filled.items() if name in worksheets()}
    export = row_keys.save_export({name: workbook.exported() for name, workbook in editable.items()})
    for workbook in editable.values():
        workbook.export = export
    return filled


class FilledSheet:
    """The spooled rows of a worksheet, read slice by slice.

    As exported (for a later import), or with figures and row keys (to be written).
    """

    def __init__(
        self,
        name: str,
        renderers: dict[str, frames.ColumnRenderer],
        figures: figure_columns.FigureColumns | None,
        spool: frames.Spool,
    ) -> None:
        """Prepare an empty worksheet."""
        self.name, self.renderers, self.figures, self.spool, self.export = name, renderers, figures, spool, ""

    def fill(self, slices: Iterable[pl.DataFrame]) -> None:
        """Spool the rows."""
        for batch in slices:
            self.spool.add(batch if self.figures is None else self.figures.with_figures(batch))

    def exported(self) -> Iterator[pl.DataFrame]:
        """Yield the columns a later import compares with, without figures."""
        for batch in self.spool.read():
            yield frames.finish(self.renderers, batch if self.figures is None else batch.drop(self.figures.names()))

    def rows(self) -> Iterator[pl.DataFrame]:
        """Yield the rows to write: with figures if any client has some, and with row keys."""
        first = 0
        for batch in self.spool.read():
            frame = frames.finish(self.renderers, batch)
            if self.figures is not None:
                frame = (
                    frames.finish(self.figures.renderers, frame)
                    if self.figures.has_figures
                    else frame.drop(self.figures.names())
                )
            if not self.export:  # read only: never re-imported
                yield frame
                continue
            keys = row_keys.row_keys_of(self.export, self.name, frame, first)
            first += frame.height
            yield frame.with_columns(pl.Series(ROW_KEY, keys, dtype=pl.String))


def _book(filled: dict[str, FilledSheet], language: str, password: str = "") -> writing.BookSpec:
    """Build the workbook."""
    parts = exported_worksheets() if filled else worksheets()
    sheets = {name: _sheet(part, filled.get(name), language) for name, part in parts.items()}
    today, investments = clock.today(), sheets["investments"]
    product_kinds = investments.frame["product_kind"] if "investments" in filled else pl.Series(dtype=pl.String)
    keys = writing.InvestmentKeys(
        "invested_on",
        "amount",
        "value",
        "product",
        "horizon",
        "risk_preference",
        "product_kind" if product_kinds.is_not_null().any() or not len(product_kinds) else None,
    )
    sheets["investments"] = replace(
        investments, columns=[*investments.columns, *writing.return_columns(keys, today, language)]
    )
    statistics = writing.statistics_page(
        sheets["investments"], keys, as_of=today, risk_free_rate=RISK_FREE, language=language
    )
    clients = sheets["clients"]
    if figure_columns.REASON in clients.frame.columns:
        sheets["clients"] = replace(clients, columns=[*clients.columns, *figure_columns.columns(language)])
    if filled:
        sheets = {
            name: sheet if parts[name].is_read_only else _add_key_column(parts[name], sheet)
            for name, sheet in sheets.items()
        }
    return writing.BookSpec(
        TITLE.in_(language),
        list(sheets.values()),
        [statistics],
        language=language,
        created=clock.local(clock.now()),
        generated_by=export_mark() if filled else str(bilingual("由 dakehu 生成", "Made by dakehu")),
        file_password=password,
    )


def export_mark() -> str:
    """Return the text of the page footers and properties of an exported file: who exported it and when."""
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    return str(bilingual("由 dakehu 生成 · {who} {at}", "Made by dakehu · {who} {at}", who=current_actor().name, at=at))


def _sheet(worksheet: Worksheet, filled: FilledSheet | None, language: str) -> writing.SheetSpec:
    """Build a worksheet whose rows are read slice by slice.

    Investments are read whole, because the statistics need them.
    """
    columns = [_column(worksheet, parameter, language) for parameter in frames.exportable_columns(worksheet)]
    title, frame, slices = worksheet.title.in_("zh"), pl.DataFrame(), None
    if filled is not None and worksheet.name == "investments":
        frame = pl.concat(filled.rows())
    elif filled is not None:
        frame, slices = next(filled.rows()), writing.Slices(filled.spool.height, filled.rows)
    return writing.SheetSpec(title, worksheet.title.in_(language), columns, frame, slices=slices)


def _add_key_column(worksheet: Worksheet, sheet: writing.SheetSpec) -> writing.SheetSpec:
    """Add the row keys as a hidden last column.

    Not locked: Excel does not sort or delete rows with a locked cell.
    """
    column = writing.ColumnSpec(ROW_KEY, worksheet.spec(ROW_KEY).heading, hidden=True)
    return replace(sheet, columns=[*sheet.columns, column])


def _column(worksheet: Worksheet, parameter: Parameter, language: str) -> writing.ColumnSpec:
    """Build the specification of a column."""
    spec, model_field, kind = spec_behind(parameter), field_behind(parameter), frames.kind(parameter)
    required = {item.name for item in ACTIONS[worksheet.create].parameters if item.required}
    choices: list[str] = []
    if kind == "choice" and hasattr(model_field.choice_set, "many"):
        kind = "text"  # Excel's lists allow only one value
    elif kind == "choice":
        choices = [member.label_in(language) for member in model_field.choice_set]
    elif (
        model_field is not None
        and model_field.is_relation
        and not isinstance(model_field.remote_field.model.objects, Scoped)
    ):  # a list of client rows would disclose them to the recipient of the file
        choices = list(frames.client_names(model_field.remote_field.model).values())[:LISTED]
    low, high = _limits(model_field) if kind in ("money", "rate", "integer") else (None, None)
    if kind == "text" and model_field is not None and not choices and getattr(model_field, "max_length", None):
        high = model_field.max_length
    help_text = spec.help_en if language == "en" else spec.help_zh
    example = (f"Example: {spec.example}" if language == "en" else f"示例：{spec.example}") if spec.example else ""
    own_code = parameter.name == "client_code"
    return writing.ColumnSpec(
        parameter.name,
        spec.heading,
        "choice" if choices else kind,
        choices=choices,
        required=parameter.name in required or own_code,
        unique=worksheet.name == "clients" and parameter.name == "code",
        minimum=low,
        maximum=high,
        help=" ".join(filter(None, (help_text, example))),
        listed_in=(worksheets()["clients"].title.in_("zh"), "code") if own_code else None,
        caption=spec.en if language == "en" else spec.zh,
        mark="due" if parameter.name == "due_on" and _has_state(worksheet) else "",
        open_while=("state", _open_labels(worksheet, language))
        if parameter.name == "due_on" and _has_state(worksheet)
        else None,
    )


def _has_state(worksheet: Worksheet) -> bool:
    """Return whether rows of a worksheet are open or ended."""
    return any(parameter.name == "state" for parameter in worksheet.parameters)


def _open_labels(worksheet: Worksheet, language: str) -> list[str]:
    """Return the labels of the states in which rows of a worksheet are still open."""
    sheet = next(sheet for _, sheet in with_worksheet() if sheet.name == worksheet.name)
    values = sheet.due_while or (sheet.open_state[1:] if sheet.open_state else ())
    words = field_behind(worksheet.parameter("state")).choice_set
    return [str(words(value).label_in(language)) for value in values]


def _limits(model_field: Any) -> tuple[float | None, float | None]:
    """Return (minimum, maximum) of a number field, None where unlimited."""
    low = next(
        (float(validator.limit_value) for validator in model_field.validators if type(validator) is MinValueValidator),
        None,
    )
    high = next(
        (float(validator.limit_value) for validator in model_field.validators if type(validator) is MaxValueValidator),
        None,
    )
    return low, high


# --- in the background -------------------------------------------------------------------------------


def visible_ids(clients: list[int] | None) -> list[int]:
    """Return the ids of the visible clients among some (None: of all)."""
    rows = model_of("clients.Client").objects.order_by("code")
    return list((rows if clients is None else rows.filter(pk__among=clients)).values_list("pk", flat=True))


def start_export(
    clients: list[int] | None = None, password: str | None = None, language: str | None = None, live: str = ""
) -> int:
    """Export in the background; return the job id.

    The job's result names the file to download (files.read).
    """
    if not current_actor().may(Permission.EXPORT):
        raise NotAllowed(bilingual("导出表格", "export a workbook"), Permission.EXPORT)
    permits.check_export(ExportWay.WORKBOOK, visible_ids(clients), clients is None)
    with act("workbook.start_export"):
        password_file = files.save("password", password.encode(), days=1).key if password else ""
    return jobs.start(
        "workbook.export", clients=clients, lock=password_file, language=language or reading_language(), live=live
    )


@jobs.job("workbook.export")
def export(
    progress: Progress, *, clients: list[int] | None, lock: str, language: str, live: str = ""
) -> dict[str, Any]:
    """Export a workbook as a job."""
    password = files.read(lock)[1].decode() if lock else None
    name = f"{TITLE.in_(language)}-{clock.today():%Y%m%d}.xlsx"
    with TemporaryDirectory(prefix="dakehu-") as folder, act("workbook.export"):
        path = Path(folder) / name
        counts = write_filled(
            path=path, clients=clients, password=password, language=language, progress=progress, live=live
        )
        stored = files.save(name, path.read_bytes(), days=7)
    return {"file": stored.key, "name": name, "counts": counts}
