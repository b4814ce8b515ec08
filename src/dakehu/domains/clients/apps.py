"""Configure the clients app."""

from django.apps import AppConfig

from dakehu.foundation.access import query_guard


class ClientsConfig(AppConfig):
    name = "dakehu.domains.clients"
    label = "clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import modules that register themselves, and hand visibility rules to the foundation."""
        import dakehu.domains.clients.actions
        import dakehu.domains.clients.bulk_edit.actions
        import dakehu.domains.clients.bulk_edit.cells
        import dakehu.domains.clients.bulk_import.clients
        import dakehu.domains.clients.bulk_import.needs
        import dakehu.domains.clients.duplicates.detection
        import dakehu.domains.clients.duplicates.merge
        import dakehu.domains.clients.groups.groups
        import dakehu.domains.clients.marketing
        import dakehu.domains.clients.queries
        import dakehu.domains.clients.renamed
        import dakehu.domains.clients.search
        import dakehu.domains.clients.visibility  # noqa: F401  (their actions, queries and jobs register themselves)
        from dakehu.domains.clients import visibility
        from dakehu.foundation import row_security
        from dakehu.foundation.access import scope
        from dakehu.foundation.search import index

        scope.set_client_visibility(visibility.condition, "clients.Client", hidden=visibility.hidden_condition)
        query_guard.set_coverage_table("clients_coverage")
        index.set_line_model("clients.SearchLine")
        row_security.set_conditions(covered=visibility.COVERED_SQL, walled=visibility.WALLED_SQL)
