"""Faults of cells in a feed file and their remedies, in both languages."""

from datetime import date
from typing import Any

from dakehu.domains.ledger.feeds import storage
from dakehu.exchange.feeds.evaluation import Evaluation
from dakehu.exchange.feeds.layouts import FeedTable
from dakehu.exchange.prices.service import INVALID as PRODUCT_REASONS
from dakehu.exchange.workbook.reading.outside import letters
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.calendar import trading_days

Reason = tuple[Bilingual, Bilingual]
REASONS: dict[str, Reason] = {
    "missing": (
        bilingual("这一格必填，却是空的", "this cell must be filled and is empty"),
        bilingual("请补上，或删去这一行。", "Fill it in, or leave the row out."),
    ),
    "client": (
        bilingual("系统里没有这个客户号", "no client of this code on the desk"),
        bilingual(
            "请先导入这位客户，或更正客户号；跳过这些行请选“跳过出错的行”（--skip-errors）。",
            "Import the client first or correct the code; to leave such rows out, skip errors (--skip-errors).",
        ),
    ),
    "product": (
        bilingual("系统里没有登记这个证券或产品", "a security or product that is not entered here"),
        bilingual(
            "请先导入它的行情或含有它的对账单；跳过这些行请选“跳过出错的行”（--skip-errors）。",
            "Import its prices or a statement that holds it first; to leave such rows out, skip errors (--skip-errors).",
        ),
    ),
    "money": (
        bilingual("不是金额", "not an amount"),
        bilingual("请写成 1234.56；没有的留空。", "Write it as 1234.56; leave what is missing empty."),
    ),
    "large": (
        bilingual("金额太大", "too large an amount"),
        bilingual("请检查单位（元、万元）。", "Check the unit (yuan, ten thousands)."),
    ),
    "number": (
        bilingual("不是数字", "not a number"),
        bilingual("请写成 1.0325；没有的留空。", "Write it as 1.0325; leave what is missing empty."),
    ),
    "count": (
        bilingual("不是次数（不小于零的整数）", "not a count (a whole number from zero)"),
        bilingual("请写成 3；没有的留空。", "Write it as 3; leave what is missing empty."),
    ),
    "share": (
        bilingual("不是比例", "not a ratio"),
        bilingual("请写成 145% 或 1.45。", "Write it as 145% or 1.45."),
    ),
    "percent": (
        bilingual("看来是百分数，但没有百分号", "seems to be percent, without its sign"),
        bilingual(
            "请写成 145% 或 1.45，或说明这一列的单位是 %（--unit 列=%）。",
            "Write it as 145% or 1.45, or say that the column is in percent (--unit COLUMN=%).",
        ),
    ),
    "day": (
        bilingual("不是日期", "not a day"),
        bilingual("请写成 2026-11-27。", "Write it as 2026-11-27."),
    ),
    "future": (
        bilingual("这一天还没有到", "a day yet to come"),
        bilingual("请检查业务日期。", "Check the business day."),
    ),
    "other_day": (
        bilingual("与所选的业务日期不同", "another day than the one that was chosen"),
        bilingual("请更正日期，或不要另选业务日期。", "Correct the day, or do not choose one."),
    ),
    "flag": (
        bilingual("不是“是”或“否”", "neither yes nor no"),
        bilingual("请写是或否。", "Write yes or no."),
    ),
    "unit": (
        bilingual("这一列的单位看不懂", "the unit of this column is not known"),
        bilingual("请说明单位（--unit 列=万元）。", "Say what it is (--unit COLUMN=万元)."),
    ),
    "rate": (
        bilingual("是外币，没有给出汇率", "in another currency, and no rate was given"),
        bilingual("请给出汇率（--rate USD=7.1）。", "Give the rate (--rate USD=7.1)."),
    ),
    "twice": (
        bilingual("同一天有两行说法不同", "two rows of one day that contradict each other"),
        bilingual("请只保留正确的一行。", "Keep the one that is right."),
    ),
}


def warning_of(table: FeedTable, name: str, reason: str) -> Reason:
    """Return the fault and its remedy."""
    if reason == "choice":
        choices = table.feed.column(name).choices
        return (
            bilingual("不是可选的类别", "none of the choices"),
            bilingual(
                "请写{names}之一。",
                "Write one of {names_en}.",
                names="、".join(choice[1] for choice in choices),
                names_en=", ".join(choice[2] for choice in choices),
            ),
        )
    return REASONS.get(reason) or PRODUCT_REASONS[reason]


def warnings_of(table: FeedTable, evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the warnings of an accepted file: days without trading, amounts rounded to the fen."""
    said = [
        _warning(
            table,
            name,
            bilingual(
                "有 {n} 个金额的小数多于两位，已四舍五入到分。",
                "{n} amounts had more than two decimals and were rounded to the fen.",
                n=count,
            ),
            bilingual("如需精确，请按分提供。", "Deliver them in fen if it matters."),
        )
        for name, count in evaluation.rounded.items()
    ]
    short = storage.shrinking_days(table.feed, {day: rows.height for day, rows in evaluation.days.items()})
    said += [_warning(table, "day", *_too_few_rows_reason(*one)) for one in short]
    return said + [_warning(table, "day", *_closed_day_reason(day)) for day in _closed_days(table, evaluation)]


def _closed_days(table: FeedTable, evaluation: Evaluation) -> list[date]:
    """Return the days on which the exchanges were closed, for a feed that has a file for each trading day."""
    if table.feed.storage != "day":
        return []
    days = sorted(evaluation.days)
    trading = set(trading_days.trading_days_between(days[0], days[-1])) if days else set()
    return [day for day in days if day not in trading]


def _too_few_rows_reason(day: date, rows: int, before: date, count: int) -> Reason:
    return (
        bilingual(
            "{day} 只有 {rows} 行，{before} 有 {count} 行。",
            "{day} has only {rows} rows; {before} has {count}.",
            day=day.isoformat(),
            rows=f"{rows:,}",
            before=before.isoformat(),
            count=f"{count:,}",
        ),
        bilingual(
            "请确认文件完整：不在文件里的当天没有数据。",
            "Make sure that the file is whole: who is not in it has nothing on the day.",
        ),
    )


def _closed_day_reason(day: date) -> Reason:
    return (
        bilingual("{day} 不是交易日。", "{day} is no trading day.", day=day.isoformat()),
        bilingual("请确认业务日期。", "Check the business day."),
    )


def _warning(table: FeedTable, name: str, wrong: Bilingual, remedy: Bilingual) -> dict[str, Any]:
    place = letters(table.places.get(name, 0))
    return {
        "sheet": table.sheet,
        "row": 1,
        "cell": place,
        "field": name,
        "value": "",
        "zh": wrong.in_("zh"),
        "en": wrong.in_("en"),
        "remedy_zh": remedy.in_("zh"),
        "remedy_en": remedy.in_("en"),
    }
