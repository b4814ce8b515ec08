"""Facts about the installation stored in its database."""

from django.db import models

from dakehu.foundation.schema.names import Names


class InstallationRecord(models.Model):
    """A fact about the installation: the fingerprint of a key ("key.audit"), or the declarations of derived data."""

    names = Names("安装信息", "Installation record", "Installation records")

    name = models.CharField(max_length=60, unique=True)
    value = models.CharField(max_length=80)
    recorded_at = models.DateTimeField(auto_now=True)
