"""Configure the advice app."""

from dakehu.foundation.domain_config import DomainConfig


class AdviceConfig(DomainConfig):
    name = "dakehu.domains.advice"
    label = "advice"
