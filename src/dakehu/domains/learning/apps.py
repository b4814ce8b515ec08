"""Configure the learning app."""

from dakehu.foundation.domain_config import DomainConfig


class LearningConfig(DomainConfig):
    name = "dakehu.domains.learning"
    label = "learning"
