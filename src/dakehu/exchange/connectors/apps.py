"""Configure the app of connections to other systems."""

from dakehu.foundation.domain_config import DomainConfig


class ConnectionsConfig(DomainConfig):
    """Connections: their tables, permissions, actions, queries and jobs register themselves."""

    name = "dakehu.exchange.connectors"
    label = "connections"
