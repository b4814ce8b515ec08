"""What the clients of an exported table have beside them: the figures of the last close, to be read and not written. An
import leaves these columns alone, as it does every heading that it does not take."""

from typing import Any

import polars as pl

from dakehu.doors.workbook import frames, writing
from dakehu.foundation import scope
from dakehu.foundation.acts import Take
from dakehu.foundation.beside import lent, rows_beside
from dakehu.foundation.fields import Facts, model_of
from dakehu.foundation.words import reading_in, say

CLIENTS = "clients.Client"
WHY = "why_missing"
WHY_FACTS = Facts("指标缺失原因", "Why figures are missing")
NOTE = say("来自每晚结算，导入时不读取。", "From the nightly close; an import does not read it.")


def takes() -> list[Take]:
    """The columns that clients borrow, by what they are beside them."""
    return [
        Take(name, field.model._meta.label, field.own, required=False) for name, field, _ in lent(model_of(CLIENTS))
    ]


def columns(language: str) -> list[writing.ColumnSpec]:
    made = []
    for take in takes():
        facts = frames.facts_behind(take)
        said = facts.help_en if language == "en" else facts.help_zh
        made.append(writing.ColumnSpec(take.name, facts.heading, frames.kind(take),
                                       help=" ".join(filter(None, (said, NOTE.in_(language))))))  # fmt: skip
    return [*made, writing.ColumnSpec(WHY, WHY_FACTS.heading, help=NOTE.in_(language))]


def laid(frame: pl.DataFrame, language: str) -> pl.DataFrame:
    """The sheet of clients with these columns; as it was where none of them has any figures."""
    numbers = frame[frames.NUMBER].to_list()
    others = rows_beside(model_of(CLIENTS), numbers)
    if not others:
        return frame
    clearance = scope.current_actor().clearance
    made = [
        frames.series(take, [getattr(others.get(n), take.field, None) for n in numbers], clearance, language).alias(
            take.name
        )
        for take in takes()
    ]
    return frame.with_columns(*made, pl.Series(WHY, [_why(others.get(n), language) for n in numbers], dtype=pl.String))


def _why(row: Any, language: str) -> str | None:
    with reading_in(language):
        told = [(frames.facts_behind(take).label, row and str(row.why_missing(take.field))) for take in takes()]
    stop, mark = ("；", "：") if language == "zh" else ("; ", ": ")
    return stop.join(f"{label}{mark}{why}" for label, why in told if why) or None
