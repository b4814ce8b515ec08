"""Every published figure has an explanation that gives the value published by the kernel."""

from datetime import date

import numpy as np
import pytest

from dakehu.analytics.figures import Column, Reason
from dakehu.analytics.kernel import Book, compute
from dakehu.analytics.series import series_of
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.performance.explanations.money import Case
from dakehu.domains.ledger.performance.explanations.registry import EXPLANATIONS
from dakehu.foundation.schema.fields import model_of
from tests.analytics.books import book_of, invented, slice_book

WHOLE = (*close_rows.COUNTS, *close_rows.DAYS)


def walk(assets: int, days: int, seed: int) -> np.ndarray:
    """Invented closing prices: float64 [assets, days]."""
    steps = np.random.default_rng(seed).normal(0.0003, 0.02, (assets, days))
    return np.round(20 * np.exp(np.cumsum(steps, axis=1)), 2)


def compared(book: Book) -> dict[str, int]:
    """Explain every figure of every client of a book; return how many of each were not missing."""
    found = dict.fromkeys(EXPLANATIONS, 0)
    published = compute(book)
    for client in range(book.clients):
        alone = slice_book(book, client, client + 1)
        case = Case(alone, series_of(alone, 0), float(published.values[client, Column.XIRR]))
        for name, column in close_rows.SHOWN.items():
            report = Reason(int(published.reasons[client, column]))
            if report not in (Reason.NONE, Reason.SEVERAL_ROOTS):
                continue
            number = float(published.values[client, column])
            if name in close_rows.DAYS:
                number = float(book.ordinals[int(number)])
            steps = EXPLANATIONS[name](case)
            if name in WHOLE:
                assert steps.number == number, (client, name)
            else:
                assert steps.number == pytest.approx(number, rel=1e-9, abs=1e-9), (client, name)
            assert steps.rows or number == 0, (client, name)
            found[name] += 1
    return found


def test_every_published_figure_is_taken_apart():
    published = {field.name for field in model_of("ledger.Figures")._meta.concrete_fields}
    recorded = {field.name for field in model_of("ledger.Investment")._meta.concrete_fields}
    assert set(EXPLANATIONS) == published - recorded - {"client", "as_of", "reasons", "month_values", "month_inflows"}
    assert set(EXPLANATIONS) == {*close_rows.SHOWN, "net_inflow", "day_profit", "month_inflow"}


def test_fifty_invented_clients_come_to_the_published_number_in_every_figure():
    prices = walk(20, 400, seed=1)
    found = compared(invented(50, prices, walk(1, 400, seed=2)[0], seed=3))
    assert min(count for name, count in found.items() if name in close_rows.SHOWN) >= 10, found


def test_dividends_bonus_shares_and_short_positions_come_to_the_published_numbers():
    rows = [
        (0, 0, 3, 1000, 20100.0, 6.0),
        (0, 0, 30, 500, 0.0, 0.0),
        (0, 0, 35, 0, 310.5, 31.0),
        (0, 0, 60, -700, 15400.0, 9.0),
        (0, 1, 10, -400, 8300.0, 5.0),
        (0, 1, 40, 900, 17000.0, 5.0),
        (0, 2, 12, 300, 6000.0, 5.0),
        (0, 2, 60, -300, 5800.0, 5.0),
        (0, 2, 80, 100, 2000.0, 5.0),
        (1, 3, 5, 100, 2000.0, 5.0),
        (1, 3, 50, -100, 2100.0, 5.0),
    ]
    found = compared(book_of(rows, walk(4, 120, seed=4), market=walk(1, 120, seed=5)[0]))
    assert found["income"] == 2 and found["pgr"] >= 1 and found["holding_days"] == 2


def test_the_worst_days_stand_first_and_the_percentile_lies_between_the_last_two():
    book = book_of([(0, 0, 0, 100, 2000.0, 5.0)], walk(1, 60, seed=6))
    case = Case(book, series_of(book, 0), float("nan"))
    returns = np.sort(case.days.returns)
    steps = EXPLANATIONS["var95"](case)
    assert [row["return"] for row in steps.rows] == returns[:4].tolist()
    assert steps.inputs["lower"] <= steps.number <= steps.inputs["upper"]
    tail = EXPLANATIONS["cvar95"](case)
    assert [row["rank"] for row in tail.rows] == [1, 2, 3] and tail.number == pytest.approx(returns[:3].mean())


def test_a_fall_is_shown_from_its_peak_to_its_trough():
    prices = [[20.0, 22.0, 21.0, 18.0, 19.0, 23.0]]
    book = book_of([(0, 0, 0, 100, 2000.0, 0.0)], prices, ordinals=np.arange(6) + date(2026, 1, 5).toordinal())
    steps = EXPLANATIONS["max_drawdown"](Case(book, series_of(book, 0), float("nan")))
    assert [row["day"] for row in steps.rows] == (np.arange(1, 4) + date(2026, 1, 5).toordinal()).tolist()
    assert steps.inputs == pytest.approx({"highest": 1.1, "lowest": 0.9}) and steps.number == pytest.approx(18 / 22 - 1)
