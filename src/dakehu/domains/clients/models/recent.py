"""The clients that a user opened last."""

from django.db import models

from dakehu.domains.clients.models.client import Client
from dakehu.foundation.schema.names import Names


class RecentClient(models.Model):
    """A client that a user opened, and when last. Readable by that user only; the oldest are deleted.

    It contains no client data and is not recorded: what is shown is read from the client, within scope.
    """

    names = Names("最近打开的客户", "Recent client", "Recent clients")

    derived = True  # nothing depends on it, and it is deleted with its client

    user = models.ForeignKey("team.User", on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="one_recent_per_client")]
