"""Configure the app of evidence."""

from dakehu.foundation.domain_config import DomainConfig


class EvidenceConfig(DomainConfig):
    """Evidence: its permission, actions, jobs and checks register themselves."""

    name = "dakehu.exchange.evidence"
    label = "evidence"
