"""Configure the care app."""

from dakehu.foundation.domain_config import DomainConfig


class CareConfig(DomainConfig):
    name = "dakehu.domains.care"
    label = "care"
