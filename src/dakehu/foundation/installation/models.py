"""What the database knows of the installation it belongs to."""

from django.db import models

from dakehu.foundation.schema.names import Names


class InstallationRecord(models.Model):
    """A fact about the installation: the fingerprint of a key ("key.audit"), or what derived data were built by."""

    names = Names("安装信息", "Installation record", "Installation records")

    name = models.CharField(max_length=60, unique=True)
    value = models.CharField(max_length=80)
    recorded_at = models.DateTimeField(auto_now=True)
