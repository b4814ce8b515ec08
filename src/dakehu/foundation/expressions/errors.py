"""The error of this package: an invalid rule, with its position and suggestions."""

from typing import Any, Never

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.expressions.nodes import Place


class ExpressionError(Refused):
    """A rule is refused: `message` gives the reason and the remedy.

    `line` and `column` count from 1, `start` and `end` are positions in the text, `suggestions` are words to write
    instead.
    """

    def __init__(self, message: Bilingual, place: Place, suggestions: tuple[str, ...] = ()) -> None:
        self.message = message
        self.line, self.column = place.line, place.column
        self.start, self.end = place.start, place.end
        self.suggestions = suggestions
        super().__init__(
            bilingual(
                "第 {line} 行第 {column} 列：{message}",
                "Line {line}, column {column}: {message}",
                line=place.line,
                column=place.column,
                message=message,
            )
        )


def refuse(place: Place, zh: str, en: str, suggestions: tuple[str, ...] = (), **values: Any) -> Never:
    """Raise an ExpressionError at a place of the text."""
    raise ExpressionError(bilingual(zh, en, **values), place, suggestions)
