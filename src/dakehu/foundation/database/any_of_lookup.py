"""Provide `field__among=[…]`: like `field__in`, with the list as a single parameter.

A query for thousands of values then costs little more than for one.
"""

import json
from typing import Any

from django.db.models import CharField, Field, ForeignKey, IntegerField, Lookup, TextField


class AnyOf(Lookup):
    """The `among` lookup."""

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        """Return the values as a list."""
        return list(self.rhs)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Return SQL with one array parameter, written as text: psycopg would convert thousands of values one by one."""
        column, params = self.process_lhs(compiler, connection)
        types = set(map(type, self.rhs))
        if types == {int} and isinstance(self.lhs.output_field, (IntegerField, ForeignKey)):
            return f"{column} = ANY(%s::bigint[])", [*params, f"{{{','.join(map(str, self.rhs))}}}"]
        if types == {str} and isinstance(self.lhs.output_field, (CharField, TextField)):
            text = '","'.join(self.rhs)
            if "\\" not in text and text.count('"') == 2 * (len(self.rhs) - 1):
                return f"{column} = ANY(%s::text[])", [*params, f'{{"{text}"}}']
        return f"{column} = ANY(%s)", [*params, self.rhs]

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Return SQL with one JSON parameter."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.rhs, ensure_ascii=False)]  # noqa: S608  column from the model


class TestedAnyOf(AnyOf):
    """The `tested_among` lookup: the same condition, tested row by row and never looked up in an index.

    For rows read in the order of another index, where a row among the values is found soon enough.
    """

    lookup_name = "tested_among"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Return SQL that PostgreSQL tests in a hash table of the values."""
        sql, params = super().as_postgresql(compiler, connection)
        return f"({sql}) IS TRUE", params

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Return SQL with a unary plus, which keeps SQLite from using the column's index."""
        sql, params = super().as_sqlite(compiler, connection)
        return f"+{sql}", params


def register() -> None:
    """Register the lookups; called once at start-up."""
    for lookup in (AnyOf, TestedAnyOf):
        Field.register_lookup(lookup)
        ForeignKey.register_lookup(lookup)
