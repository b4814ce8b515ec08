"""Remembered mappings. Import batches are in `actions.models`, with the acts that can be undone."""

from django.db import models

from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names


class SourceProfile(Recorded):
    """The mapping for the files of one source, identified by the signature of its headings."""

    names = Names("来源设置", "Source profile", "Source profiles")

    name = field(models.CharField(max_length=120), zh="来源", en="Source", listed=True)
    signature = models.CharField(max_length=64, unique=True)
    plan = models.JSONField(default=dict)
    owner_ref = models.BigIntegerField(null=True)
