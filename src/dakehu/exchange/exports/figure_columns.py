"""Add read-only figures of the last close to the exported worksheet of clients.

An import ignores these columns, like every heading it does not import.
"""

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


def figure_parameters() -> list[Parameter]:
    """Return the figure columns that extend clients."""
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
    """Renders the figure columns of some clients; `has_figures` says whether any client has figures."""

    def __init__(self, language: str) -> None:
        self.renderers = {
            parameter.name: frames.ColumnRenderer(parameter, language) for parameter in figure_parameters()
        }
        self.reasons, self.has_figures = _Reason(language), False

    def with_figures(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows of the worksheet of clients with figure columns, not finished."""
        ids = frame[frames.NUMBER].to_list()
        figures = extension_rows(model_of(CLIENTS), ids)
        self.has_figures = self.has_figures or bool(figures)
        rendered = {
            name: renderer.series(getattr(figures.get(client_id), renderer.take.field, None) for client_id in ids)
            for name, renderer in self.renderers.items()
        }
        rendered[REASON] = pl.Series(
            [self.reasons.text_of(figures.get(client_id)) for client_id in ids], dtype=pl.String
        )
        return frame.hstack(pl.DataFrame(rendered))

    def names(self) -> list[str]:
        """Return the names of the columns."""
        return [*self.renderers, REASON]


class _Reason:
    """Explains missing figures in the language of the file."""

    def __init__(self, language: str) -> None:
        self.language = language
        with in_language(language):
            self.fields = [(parameter.field, frames.spec_behind(parameter).label) for parameter in figure_parameters()]

    def text_of(self, row: Any) -> str | None:
        """Return why figures are missing, None if none is."""
        if row is None:
            return None
        with in_language(self.language):
            reasons = [(label, str(row.why_missing(field))) for field, label in self.fields]
        separator, colon = ("；", "：") if self.language == "zh" else ("; ", ": ")
        return separator.join(f"{label}{colon}{reason}" for label, reason in reasons if reason) or None
