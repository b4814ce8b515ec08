"""What the database knows of the installation it belongs to."""

from django.db import models


class InstallationRecord(models.Model):
    """A fact about the installation: the fingerprint of a key ("key.audit"), or what derived data were built by."""

    name = models.CharField(max_length=60, unique=True)
    value = models.CharField(max_length=80)
    recorded_at = models.DateTimeField(auto_now=True)
