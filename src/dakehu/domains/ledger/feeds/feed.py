"""Declare a feed: a file of facts that another system delivers every day. Pure.

One declaration defines all of it: its columns and how files name them, which are required, its key,
how it is stored and when it is due. Import, template, System page, reading and documentation follow from it.
"""

from dataclasses import dataclass
from datetime import time

import polars as pl
import pyarrow as pa

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of, spec_of

# What a column is: its type in a stored file, and in the frames that the reader returns. Money is exact fen in the
# file and Float64 yuan in frames; a share is 1.45 for 145 %; client and product are ids of the desk.
STORED: dict[str, pa.DataType] = {
    "client": pa.int64(),
    "product": pa.int64(),
    "money": pa.int64(),
    "number": pa.float64(),
    "share": pa.float64(),
    "count": pa.int64(),
    "day": pa.date32(),
    "text": pa.string(),
    "choice": pa.string(),
    "flag": pa.bool_(),
}
FRAMES: dict[str, pl.DataType | type[pl.DataType]] = {
    "client": pl.Int64,
    "product": pl.Int64,
    "money": pl.Float64,
    "number": pl.Float64,
    "share": pl.Float64,
    "count": pl.Int64,
    "day": pl.Date,
    "text": pl.String,
    "choice": pl.String,
    "flag": pl.Boolean,
}
KINDS = tuple(STORED)
# day: the rows of one day; snapshot: all that is valid from a day until the next; events: what became known on a day.
STORAGES = ("day", "snapshot", "events")


@dataclass(frozen=True)
class FeedColumn:
    """One column: its name in frames, its labels, its kind, and how files name it.

    `required`: the file must have the column and every row a value; another is missing (null) where the file has none.
    `choices`: (value, zh, en, further spellings…) of kind choice. `unit` as people write it ("元", "%").
    `lenient`: of kind product, an unknown code leaves the product missing instead of rejecting the row.
    """

    name: str
    zh: str
    en: str
    kind: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    unit: str = ""
    choices: tuple[tuple[str, ...], ...] = ()
    help_zh: str = ""
    help_en: str = ""
    example: str = ""
    lenient: bool = False

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    @property
    def help(self) -> Bilingual:
        return bilingual(self.help_zh, self.help_en)

    @property
    def heading(self) -> str:
        """The heading in a template, `总资产 Total (元)`."""
        return f"{self.zh} {self.en}" + (f" ({self.unit})" if self.unit else "")

    def spellings(self) -> tuple[str, ...]:
        """Return every way in which a file may name this column; a client's code as in every other file."""
        own = (self.zh, self.en, f"{self.zh} {self.en}", self.heading, self.name, *self.aliases)
        if self.kind != "client":
            return own
        return (*own, *spec_of(model_of("clients.Client")._meta.get_field("code")).spellings())


# The columns of a file that are merged into the others and not stored: the day of its rows, the market of a
# code, the currency of amounts.
DAY = FeedColumn(
    "day",
    "业务日期",
    "Business day",
    "day",
    aliases=("日期", "数据日期", "交易日期", "清算日期", "统计日期", "业务发生日期", "date", "tradedate", "bizdate"),
    help_zh="这一行是哪一天的数据；没有这一列时按文件名中的日期或导入时所选的日期",
    help_en="Of which day the row is; without this column the day of the file name, or the one given at the import",
    example="2026-11-27",
)
MARKET = FeedColumn(
    "market",
    "市场",
    "Market",
    "text",
    aliases=("交易市场", "交易所", "市场代码", "exchange"),
    help_zh="证券代码所属市场，如 SH、SZ；代码本身能区分时可以不填",
    help_en="The market of the code, such as SH or SZ; not needed where the code tells",
    example="SH",
)
CURRENCY = FeedColumn(
    "currency",
    "币种",
    "Currency",
    "text",
    aliases=("货币", "币别", "currencycode"),
    help_zh="金额的币种，空为人民币；外币按导入时给出的汇率折算",
    help_en="The currency of the amounts, yuan if empty; others are converted at the rate given at the import",
    example="CNY",
)


@dataclass(frozen=True)
class Feed:
    """A feed. `key` names the columns that identify a row within a day (or among events).

    It is late if it has not arrived by `due` on the trading day `due_after` trading days after its own. `every_day`:
    it must arrive for each trading day; another may have no rows on a day. `is_secret`: for compliance only.
    `marks`: columns of which a file must have one to be recognised as this feed by its headings; () for none.
    """

    name: str
    zh: str
    en: str
    columns: tuple[FeedColumn, ...]
    key: tuple[str, ...]
    storage: str
    description: Bilingual
    due: time = time(8, 30)
    due_after: int = 1
    every_day: bool = True
    is_secret: bool = False
    marks: tuple[str, ...] = ()

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    def column(self, name: str) -> FeedColumn:
        """Return a column. Raises KeyError for an unknown name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def file_columns(self) -> tuple[FeedColumn, ...]:
        """The columns of a delivered file: the day, then its own, the market behind a code, the currency of money."""
        found = [DAY]
        for column in self.columns:
            found.append(column)
            if column.kind == "product":
                found.append(MARKET)
        if any(column.kind == "money" for column in self.columns):
            found.append(CURRENCY)
        return tuple(found)

    @property
    def schema(self) -> pa.Schema:
        """The schema of a stored file."""
        return pa.schema([(column.name, STORED[column.kind]) for column in self.columns])

    @property
    def frame_schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """The schema of the frames that the reader returns."""
        return {column.name: FRAMES[column.kind] for column in self.columns}
