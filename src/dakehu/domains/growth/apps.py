"""Configure the growth app."""

from dakehu.foundation.domain_config import DomainConfig


class GrowthConfig(DomainConfig):
    name = "dakehu.domains.growth"
    label = "growth"
