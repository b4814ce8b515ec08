"""Who serves a client, as columns to group by."""

from typing import Any

from django.db.models import OuterRef, Subquery

from dakehu.foundation.schema.fields import model_of


def annotated(rows: Any, names: list[str]) -> Any:
    """Return clients annotated with the main manager and the team if these are among the names."""
    main = model_of("clients.Coverage").objects.filter(client=OuterRef("pk"), until=None, role="main").order_by()
    for name, path in (("manager", "user_id"), ("team", "user__team_id")):
        if name in names:
            rows = rows.annotate(**{name: Subquery(main.values(path)[:1])})
    return rows
