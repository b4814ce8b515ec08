"""Tables of linked online sheets: the link, its runs, and the state of each of its worksheets.

The values of a sheet at the last synchronisation are in encrypted files outside the database.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.exchange.connectors.models import Preference
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import PERSONAL, PUBLIC, SECRET
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names

GOOGLE = "https://sheets.googleapis.com"


class Sensitivity(Choices):
    """The maximum sensitivity of values in a sheet. Contacts and identity document numbers are never included."""

    PUBLIC = "public", "一般（不含姓名、金额和内容）", "General (no names, amounts, texts)", ("public",)
    PERSONAL = "personal", "个人（含姓名、金额和内容）", "Personal (with names, amounts, texts)", ("personal",)


LEVELS = {Sensitivity.PUBLIC.value: PUBLIC, Sensitivity.PERSONAL.value: PERSONAL}


class LinkedSheet(Recorded):
    """An online spreadsheet with the clients of one person, `owner`, synchronised with the desk in both directions."""

    names = Names("在线表格", "Linked sheet", "Linked sheets")
    lookup_fields = ("name",)

    name = field(models.CharField(max_length=60, unique=True), zh="名称", en="Name", listed=True, example="东区客户表")
    spreadsheet = field(
        models.CharField(max_length=120), zh="表格编号", en="Spreadsheet", listed=True,
        example="1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
        help_zh="Google 表格地址中 /d/ 之后的一段，也可粘贴整个地址", help_en="What follows /d/ in the address of the Google sheet; the whole address will do",
    )  # fmt: skip
    address = field(
        models.CharField(max_length=200, blank=True, default=GOOGLE), zh="接口地址", en="Address of the interface",
        help_zh="一般不改；留空为 Google 的地址", help_en="Usually left as it is; empty: that of Google",
    )  # fmt: skip
    owner = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="归属人员", en="Owner", listed=True,
        help_zh="表格里是此人看得到的客户，由此人同步", help_en="The sheet holds the clients this person sees, and this person synchronises it",
    )  # fmt: skip
    sensitivity = field(
        choice_field(Sensitivity, default=Sensitivity.PUBLIC), zh="允许的敏感程度", en="Sensitivity allowed", listed=True,
        help_zh="更敏感的列不进表格；电话、邮箱、微信和证件号任何时候都不进", help_en="Columns above it stay out; contacts and identity numbers always do",
    )  # fmt: skip
    parts = field(
        models.CharField(max_length=200, blank=True, default=""), zh="哪些工作表", en="Worksheets",
        example="clients,follow_ups", help_zh="逗号分隔；留空为全部", help_en="Comma separated; empty: all of them",
    )  # fmt: skip
    prefer = field(choice_field(Preference, default=Preference.DESK), zh="两边都改过时", en="Changed on both sides")
    deletes = field(
        models.BooleanField(default=False), zh="表中删行即删除", en="Rows taken out are deleted",
        help_zh="不勾选：表中删去的行下次同步时放回", help_en="Unticked: rows that the sheet lost are put back by the next run",
    )  # fmt: skip
    language = models.CharField(max_length=5, default="zh", editable=False)  # of headings and choices in the sheet
    account = field(models.CharField(max_length=200, blank=True, default=""), zh="服务账号", en="Service account", editable=False)  # fmt: skip
    service_key = field(EncryptedTextField(null=True, blank=True), zh="服务账号密钥", en="Key of the service account",
                        sensitivity=SECRET, editable=False)  # fmt: skip
    secrets_at = field(models.DateTimeField(null=True, blank=True), zh="密钥更换于", en="Key of", editable=False)
    is_on = field(models.BooleanField(default=False), zh="已启用", en="Switched on", editable=False, listed=True)
    every_hours = field(
        models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(168)]),
        zh="每隔几小时", en="Every … hours", editable=False,
        help_zh="1–168；留空则不定时运行", help_en="1 to 168; left empty, it runs when somebody starts it",
    )  # fmt: skip
    next_run_at = field(models.DateTimeField(null=True, blank=True), zh="下次运行", en="Next run", editable=False)

    def __str__(self) -> str:
        return self.name


class CountedBy(Choices):
    """The field by which a published table counts clients: none identifies a person."""

    SEGMENT = "segment", "客群", "Segment"
    BRANCH = "branch__name", "营业部", "Branch"
    STATUS = "status", "客户状态", "Status"
    RISK = "risk_level", "风险等级", "Risk level"


class PublishedTable(Recorded):
    """Numbers of clients by one field, for `IMPORTDATA`: at a signed, expiring address, without names.

    `owner` published it: the clients visible to this person are counted. A new `issue` invalidates earlier addresses.
    """

    names = Names("公开统计", "Published table", "Published tables")
    lookup_fields = ("name",)

    name = field(
        models.CharField(max_length=60, unique=True), zh="名称", en="Name", listed=True, example="各营业部客户数"
    )
    counted_by = field(choice_field(CountedBy), zh="按什么统计", en="Counted by", listed=True)
    owner = field(models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="发布人", en="Published by", editable=False)  # fmt: skip
    expires_on = field(models.DateField(), zh="到期日", en="Expires on", listed=True)
    is_on = field(models.BooleanField(default=True), zh="有效", en="In force", editable=False, listed=True)
    issue = models.CharField(max_length=16)
    uses = field(models.PositiveIntegerField(default=0), zh="读取次数", en="Uses", editable=False, listed=True)
    last_used_at = field(models.DateTimeField(null=True, blank=True), zh="最近读取", en="Last used", editable=False)

    def __str__(self) -> str:
        return self.name


class SheetRunState(Choices):
    """The progress of a run."""

    RUNNING = "running", "正在同步", "Running"
    DECISION = "decision", "等待决定", "Waits for a decision"
    DONE = "done", "已完成", "Done"
    FAILED = "failed", "未完成", "Failed"


class SheetRun(Recorded):
    """One run of a linked sheet. `tables` contains counts and reasons by worksheet, `batch_ref` its import."""

    names = Names("表格同步记录", "Run of a linked sheet", "Runs of linked sheets")

    link = field(
        models.ForeignKey(LinkedSheet, on_delete=models.CASCADE, related_name="runs"), zh="在线表格", en="Sheet"
    )
    state = field(choice_field(SheetRunState, default=SheetRunState.RUNNING), zh="状态", en="State", listed=True)
    started_at = field(models.DateTimeField(), zh="开始", en="Started", listed=True)
    ended_at = field(models.DateTimeField(null=True, blank=True), zh="结束", en="Ended", listed=True)
    batch_ref = models.BigIntegerField(null=True)
    is_acknowledged = models.BooleanField(default=True)  # whether what the batch imported is recorded in the base
    tables = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    failure = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["link", "-id"], name="runs_of_linked_sheet")]


class SheetPart(Recorded):
    """The state of one worksheet of a link.

    `base_key` is the file of each row's values when both sides were last equal, `planned_key` that of the values
    being written, until the write is confirmed. `new_rows` are {mark of a row typed in the sheet: the row
    of the desk it became}, until the sheet contains its key.
    """

    names = Names("在线工作表", "Linked worksheet", "Linked worksheets")

    link = field(
        models.ForeignKey(LinkedSheet, on_delete=models.CASCADE, related_name="known"), zh="在线表格", en="Sheet"
    )
    part = field(models.CharField(max_length=40), zh="工作表", en="Worksheet", listed=True)
    base_key = models.CharField(max_length=40, blank=True, default="")
    planned_key = models.CharField(max_length=40, blank=True, default="")
    rows = field(models.PositiveIntegerField(default=0), zh="行数", en="Rows", listed=True)
    new_rows = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "part"], name="one_part_of_a_linked_sheet")]
