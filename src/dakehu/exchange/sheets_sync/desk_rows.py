"""The desk's data for the worksheets of a link: its owner's rows, without columns above the allowed sensitivity."""

from collections.abc import Iterable
from dataclasses import dataclass

from dakehu.exchange.sheets import frames
from dakehu.exchange.sheets.definitions import Worksheet, worksheets
from dakehu.exchange.sheets_sync.base_files import VERSION, Rows
from dakehu.exchange.sheets_sync.cells import text_of_value
from dakehu.exchange.sheets_sync.models import LEVELS, LinkedSheet
from dakehu.exchange.sheets_sync.requests import SheetColumn
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.gates.input import field_behind, spec_behind
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import Parameter

NEVER = frozenset(frames.CHANNELS.values())  # contacts


@dataclass(frozen=True)
class DeskPart:
    """A worksheet on the desk: its columns and its rows, in the order of exports."""

    worksheet: Worksheet
    columns: list[SheetColumn]
    rows: Rows

    @property
    def kinds(self) -> dict[str, str]:
        """Return {field: kind of its cells}."""
        return {column.field: column.kind for column in self.columns}


def chosen_parts(link: LinkedSheet) -> list[Worksheet]:
    """Return the worksheets of a link, in the order of the workbook."""
    names = [name.strip() for name in link.parts.replace("，", ",").split(",") if name.strip()]
    return [part for name, part in worksheets().items() if not names or name in names]


def shared_columns(link: LinkedSheet, part: Worksheet) -> list[Parameter]:
    """Return the columns of a worksheet that a link may send."""
    return [parameter for parameter in frames.exportable_columns(part) if _may_leave(link, parameter)]


def _may_leave(link: LinkedSheet, parameter: Parameter) -> bool:
    """Return whether a column may be in the sheet. Never encrypted fields or contacts."""
    if parameter.name in NEVER or isinstance(field_behind(parameter), EncryptedTextField):
        return False
    return spec_behind(parameter).sensitivity <= LEVELS[str(link.sensitivity)]


def read_desk(link: LinkedSheet, part: Worksheet) -> DeskPart:
    """Return a worksheet as visible to its owner, the actor."""
    shared = shared_columns(link, part)
    columns = [_column(parameter, link.language) for parameter in shared]
    ids = list(model_of("clients.Client").objects.order_by("code").values_list("pk", flat=True))
    frame = frames.frame(part, ids, link.language)
    numbers = frame[frames.NUMBER].to_list()
    texts = {
        column.field: [text_of_value(column.kind, value) for value in frame[column.field].to_list()]
        for column in columns
    }
    texts[VERSION] = [str(version) for version in frame[frames.VERSION].to_list()]
    rows = {number: {name: cells[index] for name, cells in texts.items()} for index, number in enumerate(numbers)}
    return DeskPart(part, columns, rows)


def _column(parameter: Parameter, language: str) -> SheetColumn:
    spec, kind, behind = spec_behind(parameter), frames.kind(parameter), field_behind(parameter)
    choice_set = getattr(behind, "choice_set", None) if kind == "choice" else None
    choices: Iterable[str] = ()
    if choice_set is not None and not hasattr(choice_set, "many"):
        choices = (member.label_in(language) for member in choice_set)
    return SheetColumn(parameter.name, spec.heading, kind, tuple(choices))
