"""The register of feed files, and the newest balance of each client that lists filter."""

from typing import Any

from django.db import models

from dakehu.domains.clients.masks import mask_amount
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

# Columns by which lists of clients are sorted and filtered; each has an index.
BALANCE_LISTS = ("total", "total_20", "cash", "margin_debt", "net_inflow_20", "logins_30")


class FeedFile(Recorded):
    """The register row of one feed on one day: its file in the journal applies because this row names it.

    `sha256` is that of the rows in the order of their key, for any source file; `unchanged` counts the rows that
    were the same in the file it replaced.
    """

    names = Names("每日数据文件", "Daily data file", "Daily data files")

    feed = field(models.CharField(max_length=40), zh="数据", en="Feed", listed=True)
    day = field(models.DateField(), zh="业务日期", en="Business day", listed=True)
    file = models.CharField(max_length=40, unique=True)
    rows = field(models.PositiveIntegerField(), zh="行数", en="Rows", listed=True)
    unchanged = field(models.PositiveIntegerField(default=0), zh="未变行数", en="Rows unchanged")
    sha256 = models.CharField(max_length=64)
    source = field(models.CharField(max_length=160), zh="来源文件", en="Source file", listed=True)
    received_at = field(models.DateTimeField(), zh="收到时间", en="Received at", listed=True)
    batch = field(models.PositiveBigIntegerField(null=True), zh="导入批次", en="Import batch")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "day"], name="one_feed_file_a_day")]


def _money(zh: str, en: str, help_zh: str = "", help_en: str = "", listed: bool = False) -> Any:
    return field(
        models.DecimalField(max_digits=20, decimal_places=2, null=True),
        zh=zh,
        en=en,
        unit="CNY",
        sensitivity=PERSONAL,
        mask=mask_amount,
        editable=False,
        listed=listed,
        help_zh=help_zh,
        help_en=help_en,
    )


def _count(zh: str, en: str, help_zh: str, help_en: str) -> Any:
    return field(models.IntegerField(null=True), zh=zh, en=en, editable=False, help_zh=help_zh, help_en=help_en)


class DailyBalance(ClientRecorded):
    """The newest end-of-day balance of one client, and averages of the days before. Formulas: docs/reference/feeds.md.

    Null if the feed has no such column; `logins_30` and `orders_30` if no activity was ever imported.
    """

    names = Names("日终资产", "End-of-day balance", "End-of-day balances")

    field_groups = {"": bilingual("日终资产", "End-of-day balance")}
    client_path = "client"
    derived = True  # computed from feed files: nothing depends on it, and every import of the newest day replaces it
    replaceable = True  # in full (records.replacement); so the writer checks its client, not the database
    retention = TWENTY_YEARS

    client = field(
        models.OneToOneField("clients.Client", on_delete=models.CASCADE, related_name="balance", db_constraint=False),
        zh="客户",
        en="Client",
        editable=False,
        listed=True,
    )
    day = field(models.DateField(), zh="资产日期", en="Balance day", editable=False, listed=True)
    total = _money(
        "日终总资产", "End-of-day assets", "柜台日终净资产", "The counter's net total of the day", listed=True
    )
    total_20 = _money(
        "20 日日均资产",
        "Average assets, 20 days",
        "最近 20 个交易日日终总资产的平均，文件中没有该客户的日子按零计",
        "Mean of the totals of the last 20 trading days; a day whose file lacks the client counts as nothing",
        listed=True,
    )
    total_60 = _money(
        "60 日日均资产",
        "Average assets, 60 days",
        "最近 60 个交易日日终总资产的平均",
        "Mean of the totals of the last 60 trading days",
    )
    cash = _money("资金余额", "Cash", listed=True)
    securities = _money("证券市值", "Securities")
    products = _money("产品市值", "Products")
    margin_assets = _money("信用资产", "Margin assets")
    margin_debt = _money("两融负债", "Margin debt")
    net_inflow = _money("当日净流入", "Net inflow of the day", "当日转入 − 转出", "The day's deposits less withdrawals")
    net_inflow_20 = _money(
        "20 日净流入",
        "Net inflow, 20 days",
        "最近 20 个交易日的转入 − 转出",
        "Deposits less withdrawals of the last 20 trading days",
    )
    logins_30 = _count("30 日登录次数", "Logins, 30 days", "最近 30 天的登录次数", "Logins of the last 30 days")
    orders_30 = _count("30 日委托笔数", "Orders, 30 days", "最近 30 天的委托笔数", "Orders of the last 30 days")

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=[name, "client"], name=f"balance_by_{name}") for name in BALANCE_LISTS]
