from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "dakehu.rooms.clients"
    label = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dakehu.foundation import rowsecurity, scope
        from dakehu.foundation.search import index
        from dakehu.rooms.clients import (  # noqa: F401  (they register themselves)
            actions,
            cells,
            duplicates,
            grouping,
            keeping,
            many,
            merging,
            queries,
            searching,
            sight,
            taking,
        )

        scope.see_clients_by(sight.condition, "clients.Client", hidden=sight.hidden)
        scope.coverage_table("clients_coverage")
        index.lines_are("clients.SearchLine")
        rowsecurity.rows_by(covered=sight.COVERED_SQL, walled=sight.WALLED_SQL)
