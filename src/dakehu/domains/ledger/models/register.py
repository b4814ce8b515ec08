"""Accounts, the journal's register and quarantined rows.

Trades themselves are in the journal (trades/journal.py).
"""

from django.db import models

from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.access.sensitivity import PERSONAL, SECRET
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def mask_account(number: str) -> str:
    """Mask an account number except its last four characters."""
    return "****" + number[-4:]


class AccountKind(Choices):
    """Kind of an account."""

    CASH = "cash", "资金账户", "Cash account", ("资金账号",)
    SHARES = "shares", "股东账户", "Shareholder account", ("股东代码", "股东帐户")
    CREDIT = "credit", "信用账户", "Credit account", ("信用资金账户",)


class Account(ClientRecorded):
    """An account of a client; statements are assigned to clients by it."""

    names = Names("账户", "Account", "Accounts")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="accounts"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    kind = field(choice_field(AccountKind), zh="账户类型", en="Account kind", listed=True)
    number = field(EncryptedTextField(mask=mask_account), zh="账户号码", en="Account number", sensitivity=SECRET,
                   mask=mask_account, listed=True)  # fmt: skip
    number_index = BlindIndex(of="number")
    market = field(models.CharField(max_length=12, blank=True, default=""), zh="市场", en="Market", listed=True)


class TradeBatch(Recorded):
    """The register row of trades in a journal file: rows apply only while their batch is registered.

    `day` is set for the daily file of a counter system, one for each source and business day. A client's statement
    spans `first_day` to `last_day` and has its `client` here: its rows belong to that client under any id, so
    that merging two clients moves the trades. A statement of several clients is one file with a batch for each client,
    and its rows carry the client's id. Money in fen.
    """

    names = Names("成交记录", "Trades", "Trades")

    file = models.CharField(max_length=40, db_index=True)
    client = field(models.ForeignKey("clients.Client", null=True, on_delete=models.CASCADE, related_name="statements"),
                   zh="客户", en="Client")  # fmt: skip
    source = field(models.CharField(max_length=80), zh="来源", en="Source", listed=True)
    day = field(models.DateField(null=True), zh="业务日期", en="Business day", listed=True)
    first_day = field(models.DateField(), zh="起始日期", en="First day", listed=True)
    last_day = field(models.DateField(), zh="截止日期", en="Last day", listed=True)
    sha256 = models.CharField(max_length=64)
    rows = field(models.PositiveIntegerField(), zh="行数", en="Rows", listed=True)
    amount = field(models.BigIntegerField(), zh="成交金额合计（分）", en="Sum dealt (fen)")
    net = field(models.BigIntegerField(), zh="发生金额合计（分）", en="Sum of cash effects (fen)")
    fee = field(models.BigIntegerField(), zh="费用合计（分）", en="Sum of fees (fen)")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "day"], condition=models.Q(day__isnull=False), name="one_file_a_day"
            )
        ]
        indexes = [models.Index(fields=["sha256"])]


class Bucket(Recorded):
    """The register row of a file of compacted trades, of clients `first_client` to `last_client` only.

    No client is in two buckets. A bucket may still contain rows of batches that were undone and of clients that were
    merged, so readers filter by the register of batches (trades/reader.py).
    """

    names = Names("成交归并文件", "File of compacted trades", "Files of compacted trades")

    file = models.CharField(max_length=40, unique=True)
    first_client = models.BigIntegerField()
    last_client = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, default="")  # "" for files written before 0.2.0
    rows = field(models.PositiveIntegerField(), zh="行数", en="Rows", listed=True)


class Compaction(Recorded):
    """State of compaction, one row with pk 1.

    `batches` are ranges of batch ids whose rows are in buckets. `gone` is {batch id: ISO date} since when a compacted
    batch is missing from the register.
    """

    names = Names("成交归并", "Compaction of trades", "Compactions of trades")

    batches = models.JSONField(default=list)
    gone = models.JSONField(default=dict)


class PriceFile(Recorded):
    """The register row of the prices of one source on one business day; a newer file replaces it.

    A file may hold several days of one source, at most a month; for each day, the file that its row names applies.
    """

    names = Names("行情", "Prices", "Prices")

    file = models.CharField(max_length=40, db_index=True)
    source = field(models.CharField(max_length=80), zh="来源", en="Source", listed=True)
    day = field(models.DateField(), zh="业务日期", en="Business day", listed=True)
    rows = field(models.PositiveIntegerField(), zh="行数", en="Rows", listed=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="one_price_file_a_day")]


class QuarantineState(Choices):
    """State of a quarantined row."""

    WAITING = "waiting", "待处理", "Waiting"
    RELEASED = "released", "已放行", "Released"
    DROPPED = "dropped", "已作废", "Dropped"


class QuarantinedRow(ClientRecorded):
    """A statement row that was not imported: its cells, and the reason."""

    names = Names("待处理行", "Row held back", "Rows held back")

    client_path = "client"
    deduplicate_on_merge = True
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="held_rows"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    source = field(models.CharField(max_length=120), zh="来源文件", en="Source file", listed=True)
    line = field(models.PositiveIntegerField(), zh="行号", en="Line", listed=True)
    cells = field(models.JSONField(default=dict), zh="原始内容", en="What stood there", sensitivity=PERSONAL)
    reason = field(models.CharField(max_length=40), zh="原因代码", en="Reason code", listed=True)
    detail = field(models.CharField(max_length=300, blank=True, default=""), zh="说明", en="Detail",
                   sensitivity=PERSONAL, listed=True)  # fmt: skip
    state = field(
        choice_field(QuarantineState, default=QuarantineState.WAITING), zh="处理状态", en="State", listed=True
    )
    digest = field(models.CharField(max_length=64), zh="行摘要", en="Digest of the row")

    class Meta(ClientRecorded.Meta):
        db_table = "ledger_heldrow"  # its name before 0.2.0
        indexes = [models.Index(fields=["client", "state"])]
