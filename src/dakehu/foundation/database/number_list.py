"""Store a list of integers in a column: an array on PostgreSQL, JSON on SQLite.

PostgreSQL parses JSON number by number on writing, which costs more than all other columns of a row of figures.
"""

import json
from typing import Any

from django.db import models


class NumberListField(models.JSONField):
    """A list of integers, None where one is missing."""

    description = "whole numbers"

    def get_internal_type(self) -> str:
        """Return a distinct internal type, so that Django does not insert many rows as arrays of JSON."""
        return "NumberListField"

    def db_type(self, connection: Any) -> str:
        """Return the type of the column."""
        return "bigint[]" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> list[int | None] | None:
        """Return the list as stored."""
        return json.loads(value) if isinstance(value, str) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the parameter of a list."""
        return value if value is None or connection.vendor == "postgresql" else json.dumps(value)


class NumberAt(models.Func):
    """One number of a list by index from 0; null beyond the end of the list."""

    output_field = models.FloatField()

    def __init__(self, name: str, place: int) -> None:
        super().__init__(name)
        self.place = place

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the element of the array."""
        return self.as_sql(
            compiler, connection, template=f"(%(expressions)s)[{self.place + 1}]::double precision", **context
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the element of the JSON."""
        template = f"CAST(JSON_EXTRACT(%(expressions)s, '$[{self.place}]') AS REAL)"
        return self.as_sql(compiler, connection, template=template, **context)
