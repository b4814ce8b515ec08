"""Configure the risk app."""

from dakehu.foundation.domain_config import DomainConfig


class RiskConfig(DomainConfig):
    name = "dakehu.domains.risk"
    label = "risk"
