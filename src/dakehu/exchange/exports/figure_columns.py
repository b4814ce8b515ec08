"""What the clients of an exported table have beside them: the figures of the last close, to be read and not written. An
import leaves these columns alone, as it does every heading that it does not take."""

from typing import Any

import polars as pl

from dakehu.exchange.sheets import frames
from dakehu.exchange.workbook import writing
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.related_columns import extension_columns, extension_rows

CLIENTS = "clients.Client"
REASON = "why_missing"
REASON_SPEC = FieldSpec("指标缺失原因", "Why figures are missing")
NOTE = bilingual("来自每晚结算，导入时不读取。", "From the nightly close; an import does not read it.")


def takes_columns() -> list[Parameter]:
    """The columns that clients borrow, by what they are beside them."""
    return [
        Parameter(name, field.model._meta.label, field.own, required=False)
        for name, field, _ in extension_columns(model_of(CLIENTS))
    ]


def columns(language: str) -> list[writing.ColumnSpec]:
    made = []
    for parameter in takes_columns():
        facts = frames.spec_behind(parameter)
        said = facts.help_en if language == "en" else facts.help_zh
        made.append(
            writing.ColumnSpec(
                parameter.name,
                facts.heading,
                frames.kind(parameter),
                help=" ".join(filter(None, (said, NOTE.in_(language)))),
            )
        )
    return [*made, writing.ColumnSpec(REASON, REASON_SPEC.heading, help=NOTE.in_(language))]


class PlacedColumns:
    """These columns for some clients after others; `some` says whether any of them has had any figures."""

    def __init__(self, language: str) -> None:
        self.told = {parameter.name: frames.ColumnRenderer(parameter, language) for parameter in takes_columns()}
        self.why, self.some = _Reason(language), False

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of the sheet of clients with these columns, not finished."""
        numbers = frame[frames.NUMBER].to_list()
        others = extension_rows(model_of(CLIENTS), numbers)
        self.some = self.some or bool(others)
        made = {
            name: one.series(getattr(others.get(n), one.take.field, None) for n in numbers)
            for name, one in self.told.items()
        }
        made[REASON] = pl.Series([self.why.told(others.get(n)) for n in numbers], dtype=pl.String)
        return frame.hstack(pl.DataFrame(made))

    def names(self) -> list[str]:
        return [*self.told, REASON]


class _Reason:
    """Why figures are missing, in the language of the file."""

    def __init__(self, language: str) -> None:
        self.language = language
        with in_language(language):
            self.fields = [(parameter.field, frames.spec_behind(parameter).label) for parameter in takes_columns()]

    def told(self, row: Any) -> str | None:
        if row is None:
            return None
        with in_language(self.language):
            found = [(label, str(row.why_missing(field))) for field, label in self.fields]
        stop, mark = ("；", "：") if self.language == "zh" else ("; ", ": ")
        return stop.join(f"{label}{mark}{why}" for label, why in found if why) or None
