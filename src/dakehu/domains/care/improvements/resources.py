"""Fields of issues for pages and API."""

from dakehu.foundation.schema.resources import Resource, declare

declare(
    Resource(
        "care.Issue",
        path="issues",
        key="issue",
        list="care.issues",
        create="care.open_issue",
        update="care.change_issue",
        asked_first=("title", "topic", "problem", "owner", "due_on"),
    ),
    Resource("care.IssueLink", key="link", is_merged=False),
)
