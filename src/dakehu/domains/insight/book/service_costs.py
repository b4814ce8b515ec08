"""Service cost against income: hours of contacts at the firm's rate, and the commission of the same months."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from django.db.models import Count

from dakehu.domains.insight.book.changes import changes_of
from dakehu.domains.insight.book.clients import BookClients
from dakehu.domains.insight.book.grids import Column, Figure, Grid, View, ratio
from dakehu.domains.insight.book.months import Month
from dakehu.domains.insight.questions.spans import shift_day
from dakehu.domains.service.calendar.effort import current_effort
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.columns import read_columns
from dakehu.foundation.schema.fields import model_of

MINUTES = 60
CONTACTS = {"client": pl.Int64, "channel": pl.String, "count": pl.Int64}


def view(clients: BookClients, before: Month | None, during: list[Month], rate: Decimal) -> View:
    """Return cost and income over some months. rate: cost per hour, CNY."""
    contacts, minutes = _contacts(clients, during[0].first, during[-1].first)
    income = changes_of(clients, before, during).commission
    cost = np.rint(minutes / MINUTES * float(rate) * 100).astype(np.int64)
    has_income = any(month.frame["commission"].null_count() < month.frame.height for month in during)
    columns = [
        Column("clients", bilingual("客户数", "Clients")),
        Column("contacts", bilingual("联系次数", "Contacts"), "number", values=contacts),
        Column("hours", bilingual("服务工时", "Hours"), "hours", values=minutes / MINUTES),
        Column("cost", bilingual("服务成本", "Cost"), "money", values=cost),
        Column("income", bilingual("净佣金", "Net commission"), "money", values=income, is_amount=True),
        Column("margin", bilingual("收入 − 成本", "Income less cost"), "money", values=income - cost, is_amount=True),
        Column(
            "ratio",
            bilingual("成本收入比", "Cost to income"),
            "share",
            derived=ratio("cost", "income"),
            of="cost",
            is_amount=True,
        ),
    ]
    if not has_income:
        columns = columns[:4]
    figures = [
        Figure(one.label, "tiers", one.name) for one in columns if one.name in ("hours", "cost", "income", "margin")
    ]
    shown = ["cost", "income"] if has_income else ["cost"]
    return View(
        [Grid("tiers", bilingual("按{by}", "By {by}", by=clients.by.label), clients.by.label, clients.groups, columns)],
        figures,
        {"kind": "bar", "grid": "tiers", "columns": shown},
        _notes(rate, has_income, bool(contacts.any())),
    )


def _contacts(clients: BookClients, first: date, last: date) -> tuple[np.ndarray, np.ndarray]:
    """Return (contacts, minutes) of each client over some months: int64 and float64 [N]."""
    start = clock.start_of_day(first)
    end = clock.start_of_day(shift_day(last, "month", 1))
    rows = model_of("service.Interaction").objects.filter(held_at__gte=start, held_at__lt=end).order_by()
    counted = rows.values_list("client_id", "channel").annotate(n=Count("pk"))
    effort = current_effort()
    frame = read_columns(counted, CONTACTS)
    known = {channel: effort.minutes_of("", channel) for channel in frame["channel"].unique().to_list()}
    each = pl.col("channel").replace_strict(known, default=0, return_dtype=pl.Float64)
    found = frame.group_by("client").agg(pl.col("count").sum(), (pl.col("count") * each).sum().alias("minutes"))
    return clients.values(found, "count", 0), clients.values(found, "minutes", 0.0)


def _notes(rate: Decimal, has_income: bool, has_contacts: bool) -> list[Any]:
    notes: list[Any] = [
        bilingual(
            "工时 = 服务记录次数 × 分级方案里每次的分钟数；成本按每小时 {rate} 元计（分析设置）。没有登记的联系不在其中。",
            "Hours are the contacts recorded, each at the minutes of the tier scheme; an hour costs CNY {rate} (settings of "
            "analyses). Contacts that nobody recorded are not in it.",
            rate=f"{rate:,.2f}".rstrip("0").rstrip("."),
        )
    ]
    if not has_income:
        notes.append(
            bilingual(
                "柜台日终资产没有“净佣金”列，收入无从得知，只列成本。",
                "The balances have no net commission, so that income is not known: cost only.",
            )
        )
    if not has_contacts:
        notes.append(bilingual("这段时间没有服务记录，成本为零。", "No contact was recorded in these months: no cost."))
    return notes
