"""Subjects of innovation that can be commented on."""

from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.schema.comment_subjects import CommentSubject, declare

declare(
    CommentSubject("idea", "创意", "Idea", "innovation.Idea", "/ideas/{id}/", Permission.IDEAS, title="title"),
    CommentSubject("trial", "试点", "Trial", "innovation.Trial", "/trials/{id}/", Permission.TRIAL_READ, title="name"),
)
