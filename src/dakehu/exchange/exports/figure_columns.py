"""Add read-only columns that other domains store for a client to the exported worksheet of clients.

An import ignores these columns, like every heading it does not import.
"""

from typing import Any

import polars as pl

from dakehu.exchange.sheets import frames
from dakehu.exchange.workbook import writing
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.related_columns import extension_columns, extension_rows, extensions_of

CLIENTS = "clients.Client"
REASON = "why_missing"
REASON_SPEC = FieldSpec("指标缺失原因", "Why figures are missing")
NOTE = bilingual("由系统算出，导入时不读取。", "Worked out by the desk; an import does not read it.")


def figure_parameters() -> list[Parameter]:
    """Return the columns that extend clients."""
    return [
        Parameter(name, field.model._meta.label, field.own, required=False)
        for name, field, _ in extension_columns(model_of(CLIENTS))
    ]


def columns(language: str) -> list[writing.ColumnSpec]:
    """Return the specifications of the columns."""
    specs = []
    for parameter in figure_parameters():
        spec = frames.spec_behind(parameter)
        help_text = spec.help_en if language == "en" else spec.help_zh
        specs.append(
            writing.ColumnSpec(
                parameter.name,
                spec.heading,
                frames.kind(parameter),
                help=" ".join(filter(None, (help_text, NOTE.in_(language)))),
            )
        )
    return [*specs, writing.ColumnSpec(REASON, REASON_SPEC.heading, help=NOTE.in_(language))]


class FigureColumns:
    """Renders the figure columns of some clients; `has_figures` is whether any client has figures."""

    def __init__(self, language: str) -> None:
        self.renderers = {
            parameter.name: frames.ColumnRenderer(parameter, language) for parameter in figure_parameters()
        }
        self.reasons, self.has_figures = _Reason(language), False

    def with_figures(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows of the worksheet of clients with figure columns, not finished."""
        ids = frame[frames.NUMBER].to_list()
        rendered, reasons = {}, [""] * len(ids)
        for loan in extensions_of(model_of(CLIENTS)):
            rows = extension_rows(loan, ids)
            self.has_figures = self.has_figures or bool(rows)
            for name in (f"{loan.through}__{own}" for own in loan.names):
                renderer = self.renderers[name]
                values = (getattr(rows.get(client_id), renderer.take.field, None) for client_id in ids)
                rendered[name] = renderer.series(values)
            found = [self.reasons.text_of(rows.get(client_id)) for client_id in ids]
            reasons = [self.reasons.separator.join(filter(None, pair)) for pair in zip(reasons, found, strict=True)]
        rendered[REASON] = pl.Series([reason or None for reason in reasons], dtype=pl.String)
        return frame.hstack(pl.DataFrame(rendered))

    def names(self) -> list[str]:
        """Return the names of the columns."""
        return [*self.renderers, REASON]


class _Reason:
    """Explains missing values in the language of the file."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.separator, self.colon = ("；", "：") if language == "zh" else ("; ", ": ")
        with in_language(language):
            self.labels = {
                (parameter.model, parameter.field): frames.spec_behind(parameter).label
                for parameter in figure_parameters()
            }

    def text_of(self, row: Any) -> str:
        """Return why values of a row are missing, "" if none is missing or the row has no reasons."""
        if not hasattr(row, "why_missing"):
            return ""
        model = row._meta.label
        with in_language(self.language):
            reasons = [(text, str(row.why_missing(name))) for (of, name), text in self.labels.items() if of == model]
        return self.separator.join(f"{label}{self.colon}{reason}" for label, reason in reasons if reason)
