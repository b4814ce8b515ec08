"""Configure the appraisal app."""

from dakehu.foundation.domain_config import DomainConfig


class AppraisalConfig(DomainConfig):
    name = "dakehu.domains.appraisal"
    label = "appraisal"
