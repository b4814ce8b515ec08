"""Provide `field__among=[…]`: like `field__in`, with the whole list as one parameter.

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


def register() -> None:
    """Register the lookup; called once at start-up."""
    Field.register_lookup(AnyOf)
    ForeignKey.register_lookup(AnyOf)
