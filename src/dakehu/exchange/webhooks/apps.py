"""Configure the app of webhooks."""

from dakehu.foundation.domain_config import DomainConfig


class WebhooksConfig(DomainConfig):
    """Webhooks: their tables, permissions, actions, queries, reactions and jobs register themselves."""

    name = "dakehu.exchange.webhooks"
    label = "webhooks"
