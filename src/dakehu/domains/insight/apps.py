"""Configure the insight app."""

from dakehu.foundation.domain_config import DomainConfig


class InsightConfig(DomainConfig):
    name = "dakehu.domains.insight"
    label = "insight"
