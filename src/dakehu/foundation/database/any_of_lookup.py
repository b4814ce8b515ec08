"""`field__among=[…]`: the same as `field__in`, with the whole list as one parameter, so that asking for thousands of
values costs little more than asking for one."""

import json
from typing import Any

from django.db.models import Field, ForeignKey, Lookup


class AnyOf(Lookup):
    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        return list(self.rhs)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        column, before = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*before, self.rhs]

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        column, before = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*before, json.dumps(self.rhs, ensure_ascii=False)]  # noqa: S608  column from the model


def register() -> None:
    """Called once at start-up."""
    Field.register_lookup(AnyOf)
    ForeignKey.register_lookup(AnyOf)
