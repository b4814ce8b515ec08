"""The model of presence: users by open live page."""

from django.db import models

from dakehu.foundation.schema.names import Names


class LivePresence(models.Model):
    """A user with a live page open. `process` is the web process that owns the row; it renews all of its rows every
    few seconds, and rows not renewed expire."""

    names = Names("在线人员", "Live presence", "Live presences")

    process = models.CharField(max_length=40)
    user_ref = models.BigIntegerField()
    page = models.CharField(max_length=40)
    subject = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process", "user_ref", "page", "subject"], name="live_presence_once"),
        ]
        indexes = [models.Index(fields=["seen_at"], name="live_presence_by_time")]
