"""The dry run of a file: every row evaluated without writing, every fault with its position and remedy."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dakehu.domains.clients.bulk_import import clients as client_import
from dakehu.domains.clients.bulk_import.evaluation import ClientEvaluation
from dakehu.domains.clients.bulk_import.matching import Ambiguous, ClientMatcher
from dakehu.exchange.mapping.cell_values import CODE, ColumnReading, cell_reader
from dakehu.exchange.mapping.conversion import Grid, Stack, grids, stack
from dakehu.exchange.mapping.mapping import FieldMapping, ImportMapping, check_mapping
from dakehu.exchange.roundtrip.deleted_rows import DeletedRow, deleted_rows
from dakehu.exchange.roundtrip.merge import RoundtripMerge, merge_rows
from dakehu.exchange.sheets.definitions import worksheets
from dakehu.exchange.workbook.reading import Book
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports.row_matching import CREATED, ERROR, SKIPPED
from dakehu.foundation.schema.resources import with_worksheet

Progress = Callable[..., None]
NAMES = ("client_code", "client_name", "client_id_number", "client_phone")


@dataclass
class DryRun:
    """An evaluated file. `stacks` by part; `owners` is the client of each row of the other sheets."""

    plan: ImportMapping
    grids: list[Grid]
    stacks: dict[str, Stack] = field(default_factory=dict)
    clients: ClientEvaluation | None = None
    owners: dict[str, list[int]] = field(default_factory=dict)
    meeting: RoundtripMerge = field(default_factory=RoundtripMerge)
    missing: list[DeletedRow] = field(default_factory=list)

    def faults(self) -> int:
        return sum(len(s.row_evaluation.faults) for s in self.stacks.values())


def run(book: Book, plan: ImportMapping, progress: Progress) -> DryRun:
    """Evaluate every table of the plan. Raises Refused if there is nothing to evaluate."""
    check_mapping(plan)
    return evaluate_sheet(plan, grids(book, plan), progress)


def evaluate_sheet(plan: ImportMapping, found: list[Grid], progress: Progress, *, whole: bool = True) -> DryRun:
    """Evaluate tables. Rows missing compared with the export are determined only if they are the `whole` file."""
    made = DryRun(plan, [*found, *unknown_clients(plan, found)])
    progress(0.1, bilingual("正在识别单元格", "Reading the cells"))
    for name, part in worksheets().items():
        rows = stack(part, made.grids, plan.rates)
        if rows.count:
            made.stacks[name] = rows
    made.meeting = merge_rows(made.stacks, plan)
    made.missing = deleted_rows(made.meeting, made.grids, plan) if whole else []
    progress(0.3, bilingual("正在与现有客户比对", "Comparing with the clients on the desk"))
    people = made.stacks.get("clients")
    if people is not None:
        made.clients = client_import.evaluate(
            people.columns, people.contacts, people.row_evaluation, key=plan.key, mode=plan.mode
        )
        _warn_of_masks(people)
    progress(0.6, bilingual("正在核对其他工作表", "Checking the other sheets"))
    for _, sheet in with_worksheet():
        if sheet.evaluate is not None and sheet.name in made.stacks:
            name, rows = sheet.name, made.stacks[sheet.name]
            made.owners[name] = _owner_rows(made, rows) if sheet.clients != "none" else [0] * rows.count
            sheet.evaluate(rows.columns, made.owners[name], rows.row_evaluation, mode=plan.mode)
            _warn_of_masks(rows)
    progress(0.8, bilingual("比对完成", "Compared"))
    return made


def unknown_clients(plan: ImportMapping, found: list[Grid]) -> list[Grid]:
    """Return unknown clients named in other sheets with a mobile or ID number: rows of a client table, built from
    the columns that identify them, each client once. Empty if the file has a table of clients."""
    if plan.mode == "update" or any(grid.plan.part == "clients" and grid.count for grid in found):
        return []
    made = []
    for grid in found:
        fed = {feed.field: column for column in grid.plan.columns for feed in column.feeds}
        if "client_name" not in fed or not {"client_phone", "client_id_number"} & set(fed):
            continue
        columns = [
            replace(fed[name], feeds=[FieldMapping(name.removeprefix("client_"))], unit="", unit_how="")
            for name in NAMES
            if name in fed
        ]
        rows = _first_of_each_unknown(grid, {name: fed[name].index for name in NAMES if name in fed})
        table = replace(grid.plan, part="clients", columns=columns)
        if rows:
            cells = {c.index: [grid.cells[c.index][row] for row in rows] for c in columns}
            made.append(Grid(table, cells, [grid.lines[row] for row in rows], of=grid.plan))
    return made


def _first_of_each_unknown(grid: Grid, places: dict[str, int]) -> list[int]:
    """Return the first row of each unknown client with a name and a mobile or ID number."""
    texts = {n: [_plain(cell) for cell in grid.cells[places[n]]] if n in places else [""] * grid.count for n in NAMES}
    finder = ClientMatcher()
    finder.learn(
        codes=set(texts["client_code"]),
        ids=texts["client_id_number"],
        mobiles=texts["client_phone"],
        names=set(texts["client_name"]),
    )
    first: dict[tuple[str, ...], int] = {}
    for row in range(grid.count):
        named = tuple(texts[n][row] for n in NAMES)
        if not named[1] or not (named[2] or named[3]) or named in first:
            continue
        try:
            known = finder.find(code=named[0], name=named[1], id_number=named[2], mobile=named[3])
        except Ambiguous:
            continue
        if known is None:
            first[named] = row
    return list(first.values())


def _plain(cell: str | None) -> str:
    return cell_reader(ColumnReading(CODE), {})(cell).strip() if cell else ""


def _warn_of_masks(rows: Stack) -> None:
    """Warn that a masked value in a new row is lost; in an existing row the stored value remains."""
    for row, name, value in rows.hidden:
        if rows.row_evaluation.verdicts[row] == CREATED:
            rows.row_evaluation.warn(
                row,
                name,
                value,
                bilingual(
                    "“{value}”已打码，没有导入；请补全后再导入。",
                    "“{value}” is masked and was not imported; complete it and import again.",
                    value=value,
                ),
            )


def _owner_rows(made: DryRun, rows: Stack) -> list[int]:
    """Return the client of each row: named in the row, else the only client of its sheet, else of the file."""
    finder = made.clients.finder if made.clients else ClientMatcher()
    texts = {n: [v or "" for v in rows.columns.get(n) or [""] * rows.count] for n in NAMES}
    finder.learn(
        codes=set(texts["client_code"]) - set(finder.codes),
        ids=texts["client_id_number"],
        mobiles=texts["client_phone"],
        names=set(texts["client_name"]),
    )
    alone, by_sheet, broken = _clients_of_file(made)
    owners = [0] * rows.count
    known: dict[tuple[str, ...], int | Bilingual] = {}
    for row in range(rows.count):
        if rows.row_evaluation.verdicts[row]:
            continue
        named = tuple(texts[n][row] for n in NAMES)
        own = made.meeting.owners.get(rows.part.name, {}).get(row)
        if own is not None and "client_code" not in rows.row_evaluation.anchored[row]:
            owners[row] = own
            continue
        if not any(named) and rows.part.clients == "some":
            continue
        if not any(named):
            sheet = made.grids[rows.origin[row][0]].plan.sheet
            found: int | Bilingual = (
                by_sheet.get(sheet, 0)
                or alone
                or bilingual(
                    "这一行没有写明是哪位客户，请填写客户号或客户姓名。",
                    "The row does not say whose it is; add the client code or name.",
                )
            )
        else:
            if named not in known:
                known[named] = _find_client(finder, named, broken)
            found = known[named]
        if isinstance(found, Bilingual):
            rows.row_evaluation.fault(
                row, next((n for n in NAMES if n in rows.columns), NAMES[0]), " ".join(named).strip(), found
            )
        elif found < 0 and made.clients and made.clients.row_evaluation.verdicts[-found - 1] == SKIPPED:
            rows.row_evaluation.verdicts[row] = SKIPPED
        elif own is not None and found != own:
            rows.row_evaluation.fault(
                row,
                "client_code",
                named[0],
                bilingual(
                    "一条记录不能改到别的客户名下。请恢复原客户号；需要时在新行填写，并删除这一行。",
                    "A record does not move to another client. Put back the client code; if need be, enter a new row and delete this one.",
                ),
            )
        else:
            owners[row] = found
    return owners


def _clients_of_file(made: DryRun) -> tuple[int, dict[str, int], set[str]]:
    """Return (the file's only client or 0, {sheet: its only client}, codes and names of clients at fault)."""
    if made.clients is None:
        return 0, {}, set()
    people, rows = made.clients.people, made.stacks["clients"]
    verdicts, by_sheet = rows.row_evaluation.verdicts, {}
    for row, number in enumerate(people):
        if number:
            by_sheet.setdefault(made.grids[rows.origin[row][0]].plan.sheet, set()).add(number)
    everybody = set().union(*by_sheet.values()) if by_sheet else set()
    broken = {
        str(rows.columns[name][row])
        for name in ("code", "name")
        if name in rows.columns
        for row, verdict in enumerate(verdicts)
        if verdict == ERROR and rows.columns[name][row]
    }
    alone = next(iter(everybody)) if len(everybody) == 1 else 0
    return alone, {s: next(iter(n)) for s, n in by_sheet.items() if len(n) == 1}, broken


def _find_client(finder: ClientMatcher, named: tuple[str, ...], broken: set[str]) -> int | Bilingual:
    code, name, id_number, phone = named
    try:
        found = finder.find(code=code, name=name, id_number=id_number, mobile=phone)
    except Ambiguous:
        return bilingual(
            "“{name}”对应不止一位客户，请填写客户号。",
            "“{name}” fits more than one client; add the code.",
            name=name or phone,
        )
    if found is not None:
        return found
    if {code, name} & (broken - {""}):
        return bilingual(
            "这位客户在“基本信息”中的资料有错误，请先改正。", "This client's own row has errors; mend it first."
        )
    return bilingual(
        "找不到客户“{who}”。请核对客户号或姓名；是新客户的，请先登记，或在同一行写明姓名和手机（或证件号码），导入时一并建立。",
        "Cannot find client “{who}”. Check the code or name; enter a new client first, or give name and mobile (or ID "
        "number) in the row, and the client is made with it.",
        who=code or name or id_number or phone,
    )
