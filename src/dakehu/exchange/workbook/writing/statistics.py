"""Build the page 统计分析: return and risk, investment history, products, two pivots.

Every number is a live formula or a pivot, and every cell also has its current value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from dakehu.exchange.workbook.writing.normalise import NormalisedSheet, normalise_sheet
from dakehu.exchange.workbook.writing.spec import (
    Area,
    Cell,
    ChartSpec,
    ColumnSpec,
    Language,
    PageSpec,
    PivotSpec,
    PivotValue,
    Series,
    SheetSpec,
    Style,
    pick,
)

RISK_FREE, AS_OF = "无风险利率", "估值日"
RISK_FREE_CELL, AS_OF_CELL = (3, 1), (4, 1)
MONTHS_SHOWN, PRODUCTS_SHOWN = 60, 8
CHART_ROWS = 17
# A year of 365 days; shorter holdings are not annualised (GIPS 2020, provision 2.A.12: no annualising below one year).
YEAR = 365


@dataclass(frozen=True)
class InvestmentKeys:
    """The columns of the investments sheet. `kind` groups products; None lists them individually."""

    date: str
    amount: str
    value: str
    product: str
    horizon: str
    risk: str
    kind: str | None = None
    roi: str = "return_on_investment"
    annualised: str = "annualised_return"


def return_columns(keys: InvestmentKeys, as_of: date, language: Language = "zh") -> list[ColumnSpec]:
    """Return two formula columns for the investments sheet, which read the cell 估值日 of this page."""
    amount, value, day = _number(keys.amount), _number(keys.value), pl.col(keys.date).cast(pl.Date, strict=False)
    days = (pl.lit(as_of) - day).dt.total_days()
    earned = pl.when(amount > 0).then((value - amount) / amount)
    growth = pl.when((amount > 0) & (value >= 0)).then((value / amount).pow(YEAR / days) - 1)
    a, v, d = (f"{{{key}}}" for key in (keys.amount, keys.value, keys.date))
    known, gain = f"AND(ISNUMBER({a}),ISNUMBER({v}))", f"({v}-{a})/{a}"
    yearly = f'IF({AS_OF}-{d}>={YEAR},IF({v}>=0,({v}/{a})^({YEAR}/({AS_OF}-{d}))-1,""),{gain})'
    return [
        ColumnSpec(
            keys.roi,
            "投资回报率 Return (%)",
            "rate",
            formula=f'IF({known},IF({a}>0,{gain},""),"")',
            cached=earned,
            mark="gain",
            comment=pick(
                language,
                "公式：(当前市值 − 投资金额) ÷ 投资金额。未填市值时留空。",
                "Formula: (value − amount) ÷ amount. Empty while the value is unknown.",
            ),
        ),
        ColumnSpec(
            keys.annualised,
            "年化回报率 Annualised (%)",
            "rate",
            formula=f'IF(AND({known},ISNUMBER({d})),IF({a}>0,{yearly},""),"")',
            cached=pl.when(days.is_null()).then(None).when(days >= YEAR).then(growth).otherwise(earned),
            mark="gain",
            comment=pick(
                language,
                "持有满一年按复利年化；不足一年不作年化，等于投资回报率。",
                "Compounded per year from one year on; shorter holdings are not annualised.",
            ),
        ),
    ]


def statistics_page(
    investments: SheetSpec,
    keys: InvestmentKeys,
    *,
    as_of: date,
    risk_free_rate: float,
    language: Language = "zh",
    name: str = "统计分析",
) -> PageSpec:
    """Build the page over an investments sheet with `return_columns`. Rates are fractions."""
    sheet = normalise_sheet(investments, language)
    page = _Page(sheet, keys, language)
    page.heading(as_of, risk_free_rate)
    page.return_and_risk(risk_free_rate)
    if sheet.height:
        page.charts_and_pivots()
    else:
        page.nothing_yet()
    return PageSpec(
        name,
        page.cells,
        page.pivots,
        page.charts,
        {RISK_FREE: RISK_FREE_CELL, AS_OF: AS_OF_CELL},
        [24, *[16] * 9],
    )


class _Page:
    """The page while it is built; `row` is the next free row."""

    def __init__(self, sheet: NormalisedSheet, keys: InvestmentKeys, language: Language) -> None:
        self.sheet, self.keys, self.language = sheet, keys, language
        self.frame = sheet.whole().with_columns(
            _number(keys.amount), _number(keys.value), pl.col(keys.date).cast(pl.Date, strict=False)
        )
        self.cells: list[Cell] = []
        self.pivots: list[PivotSpec] = []
        self.charts: list[ChartSpec] = []
        self.row = 0

    def say(self, zh: str, en: str) -> str:
        """Return the text of the page's language."""
        return pick(self.language, zh, en)

    def put(self, column: int, value: Any, style: Style, formula: str | None = None, array: bool = False) -> None:
        """Add a cell in the current row."""
        self.cells.append(Cell(self.row, column, value, style, formula, array))

    def line(self, values: Iterable[str], style: Style) -> None:
        """Add a row of cells."""
        for column, value in enumerate(values):
            self.put(column, value, "head_number" if style == "head" and column else style)
        self.row += 1

    def section(self, title: str, note: str = "") -> None:
        """Add a section heading."""
        for column in range(8):
            self.put(column, title if column == 0 else None, "section")
        self.row += 1
        if note:
            self.put(0, note, "note")
            self.row += 1

    def heading(self, as_of: date, risk_free_rate: float) -> None:
        """Add the title and the input cells."""
        self.line([self.say("统计分析", "Statistics")], "title")
        self.line(
            [
                self.say(
                    "黄色单元格可以修改，下面的公式随之更新。数据透视表在打开文件时自动刷新。",
                    "Change the yellow cells and the formulas follow. Pivot tables refresh when the file opens.",
                )
            ],
            "note",
        )
        notes = (
            self.say("年利率，用于风险调整后收益", "per year, used for the risk-adjusted return"),
            self.say("持有天数计算到这一天", "holding days are counted up to this day"),
        )
        self.row = RISK_FREE_CELL[0]
        self.put(0, self.say(RISK_FREE, "Risk-free rate"), "label")
        self.put(1, risk_free_rate, "input_rate")
        self.put(2, f"  {notes[0]}", "note")
        self.row = AS_OF_CELL[0]
        self.put(0, self.say(AS_OF, "As of"), "label")
        self.put(1, as_of, "input_date")
        self.put(2, f"  {notes[1]}", "note")
        self.row += 2

    def return_and_risk(self, risk_free_rate: float) -> None:
        """Add the table of return and risk."""
        self.section(
            self.say("收益与风险（按风险偏好）", "Return and risk by risk preference"),
            self.say(
                "风险调整后收益 =（平均年化回报率 − 无风险利率）÷ 年化回报率的标准差；回报率只计已填当前市值的投资。",
                "Risk-adjusted return = (mean annualised return − risk-free rate) ÷ standard deviation; "
                "returns count only investments whose value is known.",
            ),
        )
        heads = (
            ("风险偏好", "Risk preference"),
            ("笔数", "Count"),
            ("投资金额", "Amount"),
            ("当前市值", "Value"),
            ("投资回报率", "Return"),
            ("平均年化回报率", "Mean annualised"),
            ("标准差", "Std deviation"),
            ("风险调整后收益", "Risk-adjusted"),
        )
        self.line([self.say(zh, en) for zh, en in heads], "head")
        risk = self.sheet.spec.columns[self.sheet.position(self.keys.risk)]
        present = set(self.frame[self.keys.risk].drop_nulls().to_list())
        chosen = list(risk.choices)
        groups = [g for g in chosen if g in present or not present]
        for group in groups + sorted(present - set(chosen)):
            self._measures(group, self.frame.filter(pl.col(self.keys.risk) == group), risk_free_rate)
        self._measures(None, self.frame, risk_free_rate)
        self.row += 1

    def _measures(self, group: str | None, frame: pl.DataFrame, risk_free_rate: float) -> None:
        """Add one row of the table; each formula has its current value."""
        keys, sheet_row = self.keys, self.row + 1
        amount, value, risk, annualised = (
            self.sheet.cells_of(key) for key in (keys.amount, keys.value, keys.risk, keys.annualised)
        )
        where = "" if group is None else f",{risk},$A{sheet_row}"
        known = frame.filter((pl.col(keys.amount) > 0) & pl.col(keys.value).is_not_null())
        paid_total, value_total = _total(known, keys.amount), _total(known, keys.value)
        mean, deviation = (
            (frame[keys.annualised].mean(), frame[keys.annualised].std()) if frame.height else (None, None)
        )
        counted = f'COUNTIFS({amount},"<>"{where})'
        basis = f'SUMIFS({amount},{amount},">0",{value},">=0"{where})'
        gained = f'(SUMIFS({value},{amount},">0",{value},">=0"{where})-{basis})/{basis}'
        picked = annualised if group is None else f"IF({risk}=$A{sheet_row},{annualised})"
        total = "total_" if group is None else ""
        self.put(0, group or self.say("合计", "Total"), "total" if group is None else "label")
        columns: list[tuple[str, Any, str, bool]] = [
            ("integer", frame[keys.amount].count(), counted, False),
            ("money", _total(frame, keys.amount), f'SUMIFS({amount},{amount},"<>"{where})', False),
            ("money", _total(frame, keys.value), f'SUMIFS({value},{value},"<>"{where})', False),
            ("rate", (value_total - paid_total) / paid_total if paid_total else "", f'IFERROR({gained},"")', False),
            ("rate", "" if mean is None else mean, f'IFERROR(AVERAGE({picked}),"")', True),
            ("rate", "" if deviation is None else deviation, f'IFERROR(STDEV({picked}),"")', True),
            (
                "number",
                (mean - risk_free_rate) / deviation if mean is not None and deviation else "",
                f'IFERROR((F{sheet_row}-{RISK_FREE})/G{sheet_row},"")',
                False,
            ),
        ]
        for column, (style, cached, formula, array) in enumerate(columns, 1):
            self.put(column, cached, f"{total}{style}", formula, array)  # type: ignore[arg-type]
        self.row += 1

    def nothing_yet(self) -> None:
        """Add the note for a sheet without investments."""
        self.section(self.say("图表与数据透视表", "Charts and pivot tables"))
        self.put(
            0,
            self.say(
                f"还没有投资记录。请在「{self.sheet.spec.name}」中填写并导入，再次导出时这里会有折线图、饼图和数据透视表。",
                f"No investments yet. Fill in “{self.sheet.spec.name}” and import it; the next export shows a line "
                "chart, a pie and pivot tables here.",
            ),
            "note",
        )

    def charts_and_pivots(self) -> None:
        """Add charts, pivots and the data of the charts."""
        self.section(self.say("投资历史与产品分布", "Investment history and products"))
        top = self.row
        self.row += CHART_ROWS
        self._pivots()
        self.section(self.say("图表数据", "Chart data"))
        first = self.row
        months = self._months()
        self.row = first
        products = self._products()
        if months is not None:
            amounts = Series(
                self.say("当月投资金额", "Invested in month"), months, replace(months, first_column=1, last_column=1)
            )
            running = Series(
                self.say("累计投资金额", "Invested so far"),
                months,
                replace(months, first_column=2, last_column=2),
                second_axis=True,
            )
            title = self.say("投资历史", "Investment history")
            self.charts.append(ChartSpec("line", title, (top, 0), [amounts, running], (640, 330), "yyyy-mm"))
        if products is not None:
            shares = Series(self.say("投资金额", "Amount"), products, replace(products, first_column=6, last_column=6))
            self.charts.append(ChartSpec("pie", self.say("产品分布", "Products"), (top, 5), [shares], (400, 330)))

    def _pivots(self) -> None:
        """Add the pivots."""
        keys, column = self.keys, self.sheet.spec.columns
        total = self.say("投资金额合计", "Total amount")
        by_horizon = PivotSpec(
            self.say("按投资周期", "By horizon"),
            self.sheet.spec.name,
            keys.horizon,
            [PivotValue(keys.amount, "sum", total)],
            (self.row + 1, 0),
            keys.kind,
            column[self.sheet.position(keys.horizon)].choices,
            column[self.sheet.position(keys.kind)].choices if keys.kind else (),
        )
        self.section(self.say("数据透视表：按投资周期", "Pivot table: by horizon"))
        self.pivots.append(by_horizon)
        self.row += self._room(keys.horizon)
        self.section(self.say("数据透视表：按风险偏好", "Pivot table: by risk preference"))
        values = [
            PivotValue(keys.amount, "sum", total),
            PivotValue(keys.value, "sum", self.say("当前市值合计", "Total value")),
            PivotValue(keys.roi, "mean", self.say("平均回报率", "Mean return"), "0.00%"),
            PivotValue(keys.amount, "count", self.say("投资笔数", "Investments"), "0"),
        ]
        order = column[self.sheet.position(keys.risk)].choices
        self.pivots.append(
            PivotSpec(
                self.say("按风险偏好", "By risk"),
                self.sheet.spec.name,
                keys.risk,
                values,
                (self.row, 0),
                down_order=order,
            )
        )
        self.row += self._room(keys.risk)

    def _room(self, key: str) -> int:
        """Return the rows reserved for a pivot, enough for a refresh with every choice."""
        choices = self.sheet.spec.columns[self.sheet.position(key)].choices
        return max(len(choices) + 1, self.frame[key].n_unique()) + 4

    def _months(self) -> Area | None:
        """Add the monthly sums; return the area of months, None without investments."""
        keys = self.keys
        dated = self.frame.filter(pl.col(keys.date).is_not_null(), pl.col(keys.amount).is_not_null())
        if not dated.height:
            return None
        monthly = dated.group_by(pl.col(keys.date).cast(pl.Date).dt.truncate("1mo").alias("month")).agg(
            pl.col(keys.amount).sum().alias("amount")
        )
        filled = monthly.sort("month").upsample("month", every="1mo").with_columns(pl.col("amount").fill_null(0.0))
        shown = filled.with_columns(pl.col("amount").cum_sum().alias("so_far")).tail(MONTHS_SHOWN)
        amount, when = self.sheet.cells_of(keys.amount), self.sheet.cells_of(keys.date)
        heads = (("月份", "Month"), ("当月投资金额", "Invested in month"), ("累计投资金额", "Invested so far"))
        self.line([self.say(zh, en) for zh, en in heads], "head")
        first = self.row
        for month, invested, so_far in shown.iter_rows():
            after = f'{when},"<"&EDATE($A{self.row + 1},1)'
            self.put(0, month, "month")
            self.put(1, invested, "money", f'SUMIFS({amount},{when},">="&$A{self.row + 1},{after})')
            self.put(2, so_far, "money", f"SUMIFS({amount},{after})")
            self.row += 1
        return Area(first, 0, self.row - 1, 0)

    def _products(self) -> Area | None:
        """Add the largest products, the rest as one slice; return their area, None without any.

        A pie cannot show what is not positive.
        """
        keys = self.keys
        key = keys.kind or keys.product
        sums = self.frame.group_by(key).agg(pl.col(keys.amount).sum().alias("amount"))
        named = sums.drop_nulls().filter(pl.col("amount") > 0).sort("amount", key, descending=[True, False])
        if not named.height:
            return None
        amount, product = self.sheet.cells_of(keys.amount), self.sheet.cells_of(key)
        heads = (("产品", "Product"), ("投资金额", "Amount"), ("占比", "Share"))
        for column, (zh, en) in enumerate(heads, 5):
            self.put(column, self.say(zh, en), "head" if column == 5 else "head_number")
        self.row += 1
        first, everything = self.row, _total(self.frame, keys.amount)
        shares = list(named.head(PRODUCTS_SHOWN).iter_rows())
        rest = everything - sum(share for _, share in shares)
        slices = [
            (label, share, f"SUMPRODUCT(({product}=$F{first + n + 1})*1,{amount})")
            for n, (label, share) in enumerate(shares)
        ]
        if rest > 0.005:
            others = f"SUM({amount})-SUM($G{first + 1}:$G{first + len(shares)})"
            slices.append((self.say("其余合计", "All others"), rest, others))
        last = first + len(slices)
        for label, share, formula in slices:
            self.put(5, label, "label")
            self.put(6, share, "money", formula)
            self.put(7, share / everything, "rate", f"G{self.row + 1}/SUM($G${first + 1}:$G${last})")
            self.row += 1
        return Area(first, 5, last - 1, 5)


def _number(key: str) -> pl.Expr:
    """Return the numbers of a column; a masked column has none."""
    return pl.col(key).cast(pl.Float64, strict=False)


def _total(frame: pl.DataFrame, key: str) -> float:
    """Return the sum of a column."""
    return float(frame[key].cast(pl.Float64).sum())
