"""Market value at the ends of thirteen months and the flows between them, of every client in one pass over the trades."""

from dataclasses import dataclass

import numpy as np

from dakehu.analytics import daily
from dakehu.analytics.jit import compiled
from dakehu.analytics.kernel import Book

MONTHS = 13  # twelve month ends and the day itself


@dataclass(frozen=True)
class MonthEnds:
    """Values and flows of each client at the last month ends, C clients.

    Shape: values float64 [C, MONTHS], flows float64 [C, MONTHS], day_profit float64 [C].
    Meaning: values are market values at the end of the twelve months before the last day's month and on the last day,
        oldest first; flows are money put in minus money taken out within each of these months, the last one up to the
        last day; day_profit is the value of the last day minus that of the day before minus the last day's flow.
    Unit: money in the currency of the prices.
    Missing: a value is NaN where a held security has no price, 0 before the first trade; flows are never missing.
    """

    values: np.ndarray
    flows: np.ndarray
    day_profit: np.ndarray


def month_columns(ordinals: np.ndarray) -> np.ndarray:
    """Return the columns of fourteen month ends: the day before the months, twelve month ends, the last day.

    Shape: ordinals int64 [D], days since 1970-01-01, ascending → int64 [MONTHS + 1]; −1 for an end before the first day.
    """
    last = ordinals[-1:].astype("datetime64[D]").astype("datetime64[M]")
    starts = (last - np.arange(MONTHS - 1, -1, -1)).astype("datetime64[D]").astype(np.int64)
    return np.append(np.searchsorted(ordinals, starts) - 1, len(ordinals) - 1).astype(np.int64)


def compute(book: Book) -> MonthEnds:
    """Compute the month ends of every client as of the book's last day."""
    clients = book.clients
    values, flows, profit = np.zeros((clients, MONTHS)), np.zeros((clients, MONTHS)), np.zeros(clients)
    if clients and len(book.ordinals):
        marks = month_columns(book.ordinals)
        points = np.append(marks[1:], len(book.ordinals) - 2)  # and the last but one day
        _run(
            book.offsets,
            book.asset,
            book.day,
            book.quantity,
            book.flow,
            book.prices,
            marks,
            points,
            values,
            flows,
            profit,
        )
    return MonthEnds(values, flows, profit)


@compiled
def _run(offsets, asset, day, quantity, flow, prices, marks, points, values, flows, profit):
    """Write values, flows and the last day's profit of every client."""
    last = prices.shape[1] - 1
    held = np.zeros(points.size, np.int64)
    worth = np.zeros(points.size)
    for client in range(offsets.size - 1):
        worth[:] = 0.0
        day_flow = 0.0
        i = offsets[client]
        stop = offsets[client + 1]
        while i < stop:
            current = asset[i]
            held[:] = 0
            while i < stop and asset[i] == current:
                for p in range(points.size):
                    if day[i] <= points[p]:
                        held[p] += quantity[i]
                for m in range(marks.size - 1):
                    if marks[m] < day[i] <= marks[m + 1]:
                        flows[client, m] += flow[i]
                if day[i] == last:
                    day_flow += flow[i]
                i += 1
            for p in range(points.size):
                if held[p] != 0:
                    worth[p] += held[p] / daily.UNITS * prices[current, points[p]]
        values[client] = worth[: marks.size - 1]
        profit[client] = worth[marks.size - 2] - worth[marks.size - 1] - day_flow
