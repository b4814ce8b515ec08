"""Configure the tiers app, which adds the tier to the columns of a client."""

from dakehu.foundation.domain_config import DomainConfig


class TiersConfig(DomainConfig):
    name = "dakehu.domains.tiers"
    label = "tiers"
