"""Explain the figures of the last day and of the current month. Pure: numpy only."""

import numpy as np

from dakehu.domains.ledger.performance.explanations.money import Case, Explanation, flows


def day_profit(case: Case) -> Explanation:
    """Explain the profit of the last day: its market value − that of the day before − the day's net inflow."""
    ordinals = case.book.ordinals
    last, before = int(ordinals[-1]), int(ordinals[-2]) if len(ordinals) > 1 else None
    rows = [row for row in flows(case) if row["day"] == last]
    inputs = {
        "worth": _value_on(case, last),
        "worth_before": 0.0 if before is None else _value_on(case, before),
        "money_in": sum(row["money_in"] for row in rows),
        "money_out": sum(row["money_out"] for row in rows),
    }
    number = inputs["worth"] - inputs["worth_before"] - inputs["money_in"] + inputs["money_out"]
    shown = [{"day": day, "worth": _value_on(case, day)} for day in (before, last) if day is not None]
    return Explanation(inputs, rows or shown, number)


def month_inflow(case: Case) -> Explanation:
    """Explain net inflow of the current month: money in − money out since its first day."""
    last = case.book.ordinals[-1:].astype("datetime64[D]")
    first = int(last.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)[0])
    rows = [row for row in flows(case) if row["day"] >= first]
    inputs = {name: sum(row[name] for row in rows) for name in ("money_in", "money_out")}
    return Explanation(inputs, rows, inputs["money_in"] - inputs["money_out"])


def _value_on(case: Case, day: int) -> float:
    """Return market value at the end of a day, 0 outside the days counted."""
    at = np.flatnonzero(case.days.ordinals == day)
    return float(case.days.value[at[0]]) if len(at) else 0.0
