"""Choices of checks of service records, in both languages."""

from dakehu.foundation.schema.fields import Choices


class CheckResult(Choices):
    """Result of the check of a record."""

    WAITING = "waiting", "待检查", "To be read"
    PASSED = "passed", "合格", "Passed"
    FAILED = "failed", "不合格", "Not passed"
