"""Configure the innovation app."""

from dakehu.foundation.domain_config import DomainConfig


class InnovationConfig(DomainConfig):
    name = "dakehu.domains.innovation"
    label = "innovation"
