"""The log of readings: one row for each person, client, interface and hour."""

from typing import Any

from django.db import models

from dakehu.foundation.schema.names import Names


class ReadEntry(models.Model):
    """A user's readings of a client within an hour: first, last and number. Compliance reads it; no one changes it.

    It names the client by number, so that it outlives the client, and stores no data of them. Not part of the sealed audit
    trail: readings are many, and none of them changes anything.
    """

    names = Names("查阅记录", "Reading", "Readings")

    derived = True  # not compared with the audit, which does not record it

    user_ref: Any = models.BigIntegerField()
    user_name: Any = models.CharField(max_length=80)
    client_ref: Any = models.BigIntegerField()
    door: Any = models.CharField(max_length=16)
    hour: Any = models.DateTimeField()
    last_at: Any = models.DateTimeField()
    times: Any = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_ref", "client_ref", "door", "hour"], name="one_reading_an_hour")
        ]
        indexes = [
            models.Index(fields=["-hour", "-id"], name="readings_by_hour"),
            models.Index(fields=["client_ref", "-hour"], name="readings_of_client"),
        ]
