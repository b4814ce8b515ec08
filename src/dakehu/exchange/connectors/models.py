"""Tables of connections: the connection, its runs, the state of each table, and the links of rows to records.

Rows of the other system are in encrypted files outside the database; the tables here contain only their keys and
counts.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names


class SourceKind(Choices):
    """Which system a connection reads."""

    ZOHO = "zoho", "Zoho CRM", "Zoho CRM", ("Zoho",)
    FXIAOKE = "fxiaoke", "纷享销客", "Fxiaoke (纷享销客)", ("纷享", "ShareCRM")


class SignIn(Choices):
    """How a connection signs in."""

    STANDARD = "standard", "标准（新）", "Standard (new)", ("OAuth", "新")
    CORPORATE = "corporate", "企业令牌（旧）", "Corporate token (old)", ("corpAccessToken", "旧")


class Preference(Choices):
    """Which value is used if a cell was changed on both sides since the last run."""

    DESK = "desk", "以系统为准", "The desk counts", ("系统",)
    SOURCE = "file", "以来源为准", "The source counts", ("来源", "source", "crm")
    ASK = "ask", "由人逐处决定", "A person decides each", ("询问",)


class Connection(Recorded):
    """A connection to another system: its address, its sealed secrets, and what may be transferred."""

    names = Names("外部连接", "Connection", "Connections")
    lookup_fields = ("name",)

    name = field(models.CharField(max_length=60, unique=True), zh="名称", en="Name", listed=True, example="Zoho 东区")
    kind = field(choice_field(SourceKind), zh="系统", en="System", listed=True)
    address = field(
        models.CharField(max_length=200), zh="接口地址", en="Address", listed=True, example="https://www.zohoapis.com.cn",
        help_zh="对方系统接口的地址，由对方提供", help_en="The address of the other system's interface, as its vendor states it",
    )  # fmt: skip
    sign_in_address = field(
        models.CharField(max_length=200, blank=True, default=""), zh="登录地址", en="Sign-in address",
        example="https://accounts.zoho.com.cn", help_zh="与接口地址不同时填写", help_en="Where it differs from the address",
    )  # fmt: skip
    sign_in = field(
        choice_field(SignIn, default=SignIn.STANDARD), zh="登录方式", en="Sign-in",
        help_zh="纷享销客有新旧两种；Zoho 只有标准", help_en="Fxiaoke knows an old and a new one; Zoho the standard only",
    )  # fmt: skip
    app_id = field(models.CharField(max_length=120), zh="应用编号", en="Application ID",
                   help_zh="Zoho 的 client_id，纷享销客的 appId", help_en="Zoho's client_id, Fxiaoke's appId")  # fmt: skip
    acts_for = field(models.CharField(max_length=80, blank=True, default=""), zh="以谁的身份", en="Acts for",
                     help_zh="纷享销客的员工编号或 openUserId", help_en="Fxiaoke: the employee's number, or the openUserId")  # fmt: skip
    app_secret = field(EncryptedTextField(null=True, blank=True), zh="应用密钥", en="Application secret",
                       sensitivity=SECRET, editable=False)  # fmt: skip
    grant = field(
        EncryptedTextField(null=True, blank=True), zh="授权码", en="Grant", sensitivity=SECRET, editable=False
    )
    secrets_at = field(models.DateTimeField(null=True, blank=True), zh="密钥更换于", en="Secrets of", editable=False)
    is_on = field(models.BooleanField(default=False), zh="已启用", en="Switched on", editable=False, listed=True)
    prefer = field(choice_field(Preference, default=Preference.DESK), zh="两边都改过时", en="Changed on both sides")
    writes_back = field(
        models.CharField(max_length=500, blank=True, default=""), zh="可写回的字段", en="Fields written back", editable=False,
        help_zh="只有勾选的字段会离开本系统；为空则只读", help_en="Only ticked fields leave the desk; none: read only",
    )  # fmt: skip
    every_hours = field(
        models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(168)]),
        zh="每隔几小时", en="Every … hours", editable=False,
        help_zh="1–168；留空则不定时运行", help_en="1 to 168; left empty, it runs when somebody starts it",
    )  # fmt: skip
    next_run_at = field(models.DateTimeField(null=True, blank=True), zh="下次运行", en="Next run", editable=False)

    def __str__(self) -> str:
        return self.name


class RunState(Choices):
    """The progress of a run."""

    FETCHING = "fetching", "正在取数", "Fetching"
    FETCHED = "fetched", "已取完，待写入", "Fetched"
    DECISION = "decision", "等待决定", "Waits for a decision"
    DONE = "done", "已完成", "Done"
    FAILED = "failed", "未完成", "Failed"


class Run(Recorded):
    """One run of a connection. `fetched` names the encrypted files of rows, `tables` contains counts and reasons."""

    names = Names("运行记录", "Run of a connection", "Runs of connections")

    connection = field(
        models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs"), zh="外部连接", en="Connection"
    )
    state = field(choice_field(RunState, default=RunState.FETCHING), zh="状态", en="State", listed=True)
    started_at = field(models.DateTimeField(), zh="开始", en="Started", listed=True)
    ended_at = field(models.DateTimeField(null=True, blank=True), zh="结束", en="Ended", listed=True)
    owner_ref = models.BigIntegerField(null=True)
    batch_ref = models.BigIntegerField(null=True)
    job_ref = models.BigIntegerField(null=True)
    fetched = models.JSONField(default=dict)
    tables = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    failure = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["connection", "-id"], name="runs_of_connection")]


class SourceTable(Recorded):
    """The state of one table of a connection: up to when it was read, its columns, the files of its rows.

    `rows_key` is the file of the rows as last imported (or, for a table that is only stored, last read), `aside_key`
    those that an import set aside and that the next run tries again.
    """

    names = Names("来源表", "Table of a source", "Tables of sources")

    connection = field(
        models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="tables"), zh="外部连接", en="Connection"
    )
    name = field(models.CharField(max_length=80), zh="表", en="Table", listed=True)
    label = field(models.CharField(max_length=80, blank=True, default=""), zh="名称", en="Label", listed=True)
    cursor = field(models.CharField(max_length=40, blank=True, default=""), zh="读到", en="Read up to", listed=True)
    columns = models.JSONField(default=list)
    rows_key = models.CharField(max_length=40, blank=True, default="")
    rows = field(models.PositiveIntegerField(default=0), zh="行数", en="Rows", listed=True)
    aside_key = models.CharField(max_length=40, blank=True, default="")
    aside = field(models.PositiveIntegerField(default=0), zh="未导入", en="Set aside", listed=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "name"], name="one_table_of_a_source")]


class RecordLink(Recorded):
    """The link between a record of the other system and a row of the desk."""

    names = Names("对应关系", "Link to a record", "Links to records")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="links", db_index=False)
    table = models.CharField(max_length=80)
    record = models.CharField(max_length=60)
    part = models.CharField(max_length=40)
    row_ref = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "record", "part"], name="one_link_of_a_record")]
        indexes = [models.Index(fields=["connection", "part", "row_ref"], name="record_of_a_row")]
