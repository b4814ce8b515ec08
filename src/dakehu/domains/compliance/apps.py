"""Configure the compliance app."""

from dakehu.foundation.domain_config import DomainConfig


class ComplianceConfig(DomainConfig):
    name = "dakehu.domains.compliance"
    label = "compliance"
