"""Subjects of improvement that may be commented on."""

from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.schema.comment_subjects import CommentSubject, declare

declare(
    CommentSubject(
        "issue", "改进事项", "Issue", "care.Issue", "/improvements/{id}/", Permission.IMPROVEMENT_READ, title="title"
    ),
)
