"""Configure the service app."""

from dakehu.foundation.domain_config import DomainConfig


class ServiceConfig(DomainConfig):
    name = "dakehu.domains.service"
    label = "service"
