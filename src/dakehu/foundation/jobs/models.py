"""The model of background jobs."""

from django.db import models

from dakehu.foundation.schema.fields import Choices, choice_field
from dakehu.foundation.schema.names import Names


class JobState(Choices):
    """State of a job."""

    QUEUED = "queued", "排队中", "Queued"
    RUNNING = "running", "进行中", "Running"
    DONE = "done", "已完成", "Done"
    FAILED = "failed", "失败", "Failed"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class Job(models.Model):
    """A background job: leased by a worker, renewed by a heartbeat, retried after a crash."""

    names = Names("后台任务", "Background job", "Background jobs")

    kind = models.CharField(max_length=80)
    owner_ref = models.BigIntegerField(null=True)
    args = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, default="", db_default="")
    state = choice_field(JobState, default=JobState.QUEUED)
    result = models.JSONField(default=dict)
    error = models.TextField(default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    leased_by = models.CharField(max_length=60, default="")
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "not_before"])]
