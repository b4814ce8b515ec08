"""The models of audit entries and of the seals over them that leave the desk."""

from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

_confidential: set[str] = set()


def hide_entries_of(action: str) -> None:
    """Restrict the entries of an action to readers who see across information walls; called on registration."""
    _confidential.add(action)


class AuditEntries(models.Manager[Any]):
    """Entries visible to the reader: about clients in their scope, or by users they lead."""

    def get_queryset(self) -> Any:
        """Return the visible entries."""
        actor = current_actor()
        rows = super().get_queryset()
        limit = scope.condition(actor, "client_ref")
        if limit is None:
            return rows
        rows = rows.exclude(action__in=sorted(_confidential))
        without_client = Q(client_ref__isnull=True)
        if actor.reach is not Reach.ALL:
            without_client &= Q(actor_ref__in=actor.covers)
        return rows.filter(limit | without_client)


class AuditEntry(models.Model):
    """An action, sealed to the previous entry. No foreign keys: entries outlive the rows they refer to."""

    names = Names("操作日志", "Audit entry", "Audit entries")

    at = field(models.DateTimeField(), zh="时间", en="Time", listed=True)
    actor_ref = models.BigIntegerField(null=True)
    actor_name = field(models.CharField(max_length=80), zh="操作人", en="Actor", listed=True)
    door = field(models.CharField(max_length=16, default=""), zh="入口", en="Door", listed=True)
    action = field(models.CharField(max_length=80), zh="操作", en="Action", listed=True)
    reason = field(models.CharField(max_length=300, default=""), zh="原因", en="Reason", listed=True)
    request_id = models.CharField(max_length=40, default="")
    client_ref = models.BigIntegerField(null=True)
    body = models.TextField()
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    client_path = "client_ref"
    retention = TWENTY_YEARS
    objects: Any = AuditEntries()

    class Meta:
        indexes = [
            models.Index(fields=["client_ref", "-id"]),
            models.Index(fields=["actor_ref", "-id"]),
            models.Index(fields=["action", "at"], name="audit_by_action"),
        ]


class AuditSeal(models.Model):
    """A seal over the entries since the previous seal, to be stored outside the desk; its number is its key.

    `root` is that of the Merkle tree over the entries, `digest` covers the seal and the previous digest, so that one
    seal stored elsewhere covers all previous ones. Rows are added and never changed.
    """

    names = Names("日志封存", "Audit seal", "Audit seals")

    at = models.DateTimeField()
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    chain_seal = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
