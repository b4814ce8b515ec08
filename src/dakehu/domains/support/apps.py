"""Configure the support app."""

from dakehu.foundation.domain_config import DomainConfig


class SupportConfig(DomainConfig):
    name = "dakehu.domains.support"
    label = "support"
