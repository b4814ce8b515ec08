"""Subjects of growth that can be commented on."""

from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.schema.comment_subjects import CommentSubject, declare

declare(
    CommentSubject(
        "opportunity", "商机", "Opportunity", "growth.Opportunity", "/opportunities/{id}/", Permission.GROWTH_READ
    ),
)
