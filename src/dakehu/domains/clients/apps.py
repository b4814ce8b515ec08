"""Configure the clients app."""

from dakehu.foundation.access import query_guard
from dakehu.foundation.domain_config import DomainConfig


class ClientsConfig(DomainConfig):
    name = "dakehu.domains.clients"
    label = "clients"

    def ready(self) -> None:
        """Import modules that register themselves, and pass visibility rules to the foundation."""
        super().ready()
        from dakehu.domains.clients import visibility
        from dakehu.foundation import row_security
        from dakehu.foundation.access import scope
        from dakehu.foundation.search import index

        scope.set_client_visibility(visibility.condition, "clients.Client", hidden=visibility.hidden_condition)
        query_guard.set_coverage_table("clients_coverage")
        index.set_line_model("clients.SearchLine")
        row_security.set_conditions(covered=visibility.covered_sql, walled=visibility.WALLED_SQL)
