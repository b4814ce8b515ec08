"""Requests for approval by a second person, and the decisions."""

from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.domains.compliance.approvals.kinds import kinds
from dakehu.domains.compliance.choices import ApprovalState
from dakehu.foundation.access import scope
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class OfVisibleSubjects(scope.Common):
    """Requests about subjects that the current actor sees; those of an undeclared kind are visible to the system only."""

    def get_queryset(self) -> Any:
        rows = scope.GuardedQuerySet(self.model, using=self._db)
        actor = scope.current_actor()
        if actor.is_system:
            return rows
        seen = Q(pk__in=())
        for kind in kinds():
            of_kind = Q(subject_kind=kind.name, subject_ref__in=kind.visible_subjects())
            if kind.seen_by is not None and not actor.may(kind.seen_by):
                of_kind &= Q(requested_by=actor.user_id)
            seen |= of_kind
        return rows.filter(seen)


class Approval(Recorded):
    """A request for approval by a second person, and the decision on exactly that content.

    `subject_kind` is the name of a declared ApprovalKind, `subject_ref` the id of its row, `digest` is of the content as
    submitted. `author_ids` are all its authors: none of them may decide on it.
    """

    names = Names("审批", "Approval", "Approvals")
    retention = TWENTY_YEARS
    objects: Any = OfVisibleSubjects()

    subject_kind = models.CharField(max_length=40)
    subject_ref = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    summary = field(
        models.CharField(max_length=300), zh="审批事项", en="What is to be approved", listed=True, editable=False
    )
    summary_en = models.CharField(max_length=300, blank=True, default="")
    author_ids = models.JSONField(default=list)
    requested_by = field(
        models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"),
        zh="提交人",
        en="Requested by",
        listed=True,
        editable=False,
    )
    requested_at = field(models.DateTimeField(), zh="提交时间", en="Requested at", listed=True, editable=False)
    state = field(
        choice_field(ApprovalState, default=ApprovalState.WAITING),
        zh="审批状态",
        en="State",
        listed=True,
        editable=False,
    )
    decided_by = field(
        models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
        zh="审批人",
        en="Decided by",
        listed=True,
        editable=False,
    )
    decided_at = field(
        models.DateTimeField(null=True, blank=True), zh="审批时间", en="Decided at", listed=True, editable=False
    )
    note = field(
        models.CharField(max_length=300, blank=True, default=""), zh="审批意见", en="Note", listed=True, editable=False
    )

    class Meta(Recorded.Meta):
        indexes = [
            models.Index(fields=["subject_kind", "subject_ref", "-id"], name="approvals_of_subject"),
            models.Index(fields=["requested_at"], condition=Q(state="waiting"), name="approvals_waiting"),
        ]

    @property
    def text(self) -> Bilingual:
        """Return what is to be approved; rows of earlier versions have the same text in both languages."""
        return Bilingual(self.summary, self.summary_en or self.summary)

    def __str__(self) -> str:
        return str(self.text)
