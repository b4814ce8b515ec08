"""What the foundation itself keeps: the audit, background jobs, files, import batches, the calendar."""

from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.access.scope import Reach
from dakehu.foundation.actions.registry import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.retention import TWENTY_YEARS


class AuditEntries(models.Manager[Any]):
    """Entries the reader may see: about clients in their scope, or by people they lead."""

    def get_queryset(self) -> Any:
        actor = scope.current_actor()
        rows = super().get_queryset()
        limit = scope.condition(actor, "client_ref")
        if limit is None:
            return rows
        mine = Q(client_ref__isnull=True)
        if actor.reach is not Reach.ALL:
            mine &= Q(actor_ref__in=actor.covers)
        return rows.filter(limit | mine)


class AuditEntry(models.Model):
    """One act, sealed to the one before. No foreign keys: the record must outlive what it speaks of."""

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
        indexes = [models.Index(fields=["client_ref", "-id"]), models.Index(fields=["actor_ref", "-id"])]


class JobState(Choices):
    QUEUED = "queued", "排队中", "Queued"
    RUNNING = "running", "进行中", "Running"
    DONE = "done", "已完成", "Done"
    FAILED = "failed", "失败", "Failed"
    CANCELLED = "cancelled", "已取消", "Cancelled"


class Job(models.Model):
    """Work for the background: held under a lease, renewed by a heartbeat, tried again after a crash."""

    kind = models.CharField(max_length=80)
    owner_ref = models.BigIntegerField(null=True)
    args = models.JSONField(default=dict)
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


class CalendarDay(Recorded):
    """A day on which trading differs from the weekday rule, or the last day the calendar knows."""

    on = field(models.DateField(unique=True), zh="日期", en="Date", listed=True)
    trading = field(models.BooleanField(), zh="是否交易", en="Trading", listed=True)
    note = field(models.CharField(max_length=80, blank=True, default=""), zh="说明", en="Note", listed=True)
    found_by = ("on",)


class StoredFile(Recorded):
    """A file kept encrypted under DAKEHU_HOME/files; `key` is its name there."""

    key = models.CharField(max_length=40, unique=True)
    name = field(models.CharField(max_length=200), zh="文件名", en="File name", listed=True)
    size = field(models.BigIntegerField(), zh="大小", en="Size", unit="B", listed=True)
    sha256 = models.CharField(max_length=64)
    owner_ref = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)


class BatchState(Choices):
    OPENED = "opened", "已上传", "Uploaded"
    CHECKED = "checked", "已试算", "Checked"
    APPLIED = "applied", "已导入", "Imported"
    REFUSED = "refused", "未导入", "Not imported"
    CANCELLED = "cancelled", "已取消", "Cancelled"
    UNDONE = "undone", "已撤销", "Undone"


class Batch(Recorded):
    """One import from upload to result: what the file is, how it is read, what it would change, what it changed. Or
    another act that may be undone (`act` is its name): `filename` then says what it was done to."""

    act = models.CharField(max_length=80, blank=True, default="")
    filename = field(models.CharField(max_length=200), zh="文件名", en="File name", listed=True)
    file_key = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    owner_ref = models.BigIntegerField(null=True)
    state = field(choice_field(BatchState, default=BatchState.OPENED), zh="状态", en="State", listed=True)
    plan = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    job_ref = models.BigIntegerField(null=True)
    applied_at = field(models.DateTimeField(null=True), zh="导入时间", en="Imported at", listed=True)


class SourceProfile(Recorded):
    """How the files of one source are read: found again by the signature of its headings."""

    name = field(models.CharField(max_length=120), zh="来源", en="Source", listed=True)
    signature = models.CharField(max_length=64, unique=True)
    plan = models.JSONField(default=dict)
    owner_ref = models.BigIntegerField(null=True)


class FieldKind(Choices):
    TEXT = "text", "文本", "Text"
    LONG = "long", "长文本", "Long text"
    WHOLE = "whole", "整数", "Whole number"
    AMOUNT = "amount", "金额", "Amount"
    PERCENT = "percent", "百分比", "Percent"
    DATE = "date", "日期", "Date"
    YESNO = "yesno", "是或否", "Yes or no"
    ONE = "one", "单选", "One of a list"
    SEVERAL = "several", "多选", "Several of a list"


class Openness(Choices):
    PUBLIC = "public", "一般", "Public"
    PERSONAL = "personal", "个人信息（对无权限者打码）", "Personal (masked without clearance)"
    SECRET = "secret", "机密（加密存放）", "Secret (stored encrypted)"


class Host(Choices):
    """The tables that take custom fields (see customs.store), as the workbook and the client's page call them."""

    CLIENT = "clients.Client", "客户", "Client"
    INVESTMENT = "ledger.Investment", "投资历史", "Investment"
    INTERACTION = "service.Interaction", "服务记录", "Service record"
    NEEDS = "clients.Needs", "需求与偏好", "Needs and preferences"
    FOLLOW_UP = "service.FollowUp", "跟进计划", "Follow-up plan"
    REQUEST = "service.Request", "需求与投诉", "Request or complaint"


class CustomField(Recorded):
    """A field that an administrator added to a table (see foundation.customs). Never deleted, only archived."""

    model = field(choice_field(Host, default=Host.CLIENT), zh="所属", en="Belongs to", listed=True)
    name = field(models.CharField(max_length=60), zh="程序名", en="Name for programs", listed=True)
    zh = field(models.CharField(max_length=40), zh="中文名称", en="Chinese name", listed=True, example="首选联系时段")
    en = field(
        models.CharField(max_length=60), zh="英文名称", en="English name", listed=True, example="Preferred hours"
    )
    kind = field(choice_field(FieldKind, default=FieldKind.TEXT), zh="类型", en="Kind", listed=True)
    options = models.JSONField(default=list)
    sensitivity = field(choice_field(Openness, default=Openness.PUBLIC), zh="敏感级别", en="Sensitivity", listed=True)
    seen_by = models.CharField(max_length=120, blank=True, default="")
    edited_by = models.CharField(max_length=120, blank=True, default="")
    required = field(models.BooleanField(default=False), zh="新建时必填", en="Required of a new row", listed=True)
    listed = field(
        models.BooleanField(default=False), zh="默认显示在列表中", en="Shown in lists by default", listed=True
    )
    aliases = models.JSONField(default=list)
    help_zh = field(models.CharField(max_length=200, blank=True, default=""), zh="中文说明", en="Help in Chinese")
    help_en = field(models.CharField(max_length=200, blank=True, default=""), zh="英文说明", en="Help in English")
    position = field(models.PositiveSmallIntegerField(default=0), zh="次序", en="Position", listed=True)
    archived = field(models.BooleanField(default=False), zh="已停用", en="Archived", listed=True)
    found_by = ("name",)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="one_custom_field_of_a_name")]

    def __str__(self) -> str:
        return str(self.name)
