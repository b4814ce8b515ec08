"""The record of nightly runs and their steps."""

from django.db import models

from dakehu.foundation.schema.fields import Choices, choice_field
from dakehu.foundation.schema.names import Names


class NightState(Choices):
    """State of a nightly run or of one of its steps."""

    RUNNING = "running", "进行中", "Running"
    DONE = "done", "已完成", "Done"
    UNCHANGED = "unchanged", "没有变化", "Nothing new"
    SKIPPED = "skipped", "未运行", "Not run"
    FAILED = "failed", "失败", "Failed"
    INTERRUPTED = "interrupted", "中断", "Interrupted"


class NightlyRun(models.Model):
    """A nightly run. `missing`: [{zh, en}] of data that had not arrived when it ended. `origin`: command, page or
    schedule."""

    names = Names("每晚处理", "Nightly run", "Nightly runs")

    day = models.DateField()
    origin = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = choice_field(NightState, default=NightState.RUNNING)
    missing = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="nightly_runs_by_start")]


class NightlyStepRun(models.Model):
    """One step of a nightly run. `digest`: of its inputs, compared by the next run. `error`: {zh, en}, {} without
    one."""

    names = Names("每晚处理步骤", "Step of a nightly run", "Steps of nightly runs")

    run = models.ForeignKey(NightlyRun, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=60)
    place = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    peak_mb = models.FloatField(null=True)
    state = choice_field(NightState, default=NightState.RUNNING)
    digest = models.CharField(max_length=64, default="")
    result = models.JSONField(default=dict)
    error = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["step", "-id"], name="nightly_steps_by_name")]
