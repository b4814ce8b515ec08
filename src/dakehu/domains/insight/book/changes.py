"""Changes of each client's assets in a month, by cause: opening plus all causes equals closing, to the cent.

Arrays of N clients, integer cents. A client missing in the file of the month's last day has left the balances.
"""

from dataclasses import dataclass

import numpy as np

from dakehu.domains.insight.book.clients import BookClients
from dakehu.domains.insight.book.months import Month

CAUSES = ("money_in", "money_out", "securities_in", "securities_out", "entered", "left", "market")


@dataclass(frozen=True)
class Changes:
    """opening + causes = closing. causes: {CAUSES: int64 [N]}, outflows negative; commission: of the months."""

    opening: np.ndarray
    closing: np.ndarray
    causes: dict[str, np.ndarray]
    commission: np.ndarray


def changes_of(clients: BookClients, before: Month | None, during: list[Month]) -> Changes:
    """Return the changes over consecutive months; `before` is the month before the first of them."""
    opening, was = clients.totals(before) if before is not None else _no_changes(clients.size)
    causes = {name: np.zeros(clients.size, np.int64) for name in CAUSES}
    commission = np.zeros(clients.size, np.int64)
    at, there = opening, was
    for month in during:
        at, there, moved, paid = _month(clients, month, at, there)
        for name, values in moved.items():
            causes[name] += values
        commission += paid
    return Changes(opening, at, causes, commission)


def _no_changes(size: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(size, np.int64), np.zeros(size, bool)


def _month(
    clients: BookClients, month: Month, opening: np.ndarray, was: np.ndarray
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Return (closing, whether there is one, {cause: values}, commission) of one month."""
    frame = month.frame
    place, has_row = clients.places_of(month)

    def read(name: str) -> np.ndarray:
        if not frame.height:
            return np.zeros(clients.size, np.int64)
        return np.where(has_row, frame[name].fill_null(0).to_numpy()[place], 0).astype(np.int64)

    closing, is_there = clients.totals(month)
    deposits, withdrawals = read("deposits"), read("withdrawals")
    shares_in, shares_out = read("securities_in"), read("securities_out")
    entered = np.where(~was & has_row, read("first") - read("first_flow"), 0)
    left = -np.where(~is_there, np.where(has_row, read("last"), np.where(was, opening, 0)), 0)
    moved = {
        "money_in": deposits - shares_in,
        "money_out": shares_out - withdrawals,
        "securities_in": shares_in,
        "securities_out": -shares_out,
        "entered": entered,
        "left": left,
    }
    moved["market"] = closing - opening - sum(moved.values())
    return closing, is_there, moved, read("commission")
