"""Arithmetic of a savings goal: current savings, monthly payments, and the required return. Plain numbers.

Unit: money in one currency; 0.01 is 1 % a year. Months are whole. Nothing here is a forecast: a required return
follows from the goal, not from the market.
"""

MOST_RETURN = 1.0  # 100 % a year, above which no rate is returned


def future_value(saved: float, monthly: float, annual: float, months: int) -> float:
    """Return the future value of `saved` and a payment at the end of each month at an annual return.

    Meaning: saved × q^n + monthly × (q^n − 1) / (q − 1) with q = (1 + annual)^(1/12).
    Missing: `annual` must be above −1.
    """
    factor = (1.0 + annual) ** (1.0 / 12.0)
    grown = factor**months
    payments = float(months) if abs(factor - 1.0) < 1e-12 else (grown - 1.0) / (factor - 1.0)
    return saved * grown + monthly * payments


def needed_return(saved: float, monthly: float, amount: float, months: int) -> float | None:
    """Return the annual return at which a goal is reached exactly on its day.

    Shape: scalars → scalar.
    Meaning: the root of future_value = amount in [0, MOST_RETURN], by bisection; 0 where no return is needed.
    Missing: None without months, and where more than MOST_RETURN would be needed.
    """
    if months <= 0:
        return 0.0 if saved >= amount else None
    if future_value(saved, monthly, 0.0, months) >= amount:
        return 0.0
    if future_value(saved, monthly, MOST_RETURN, months) < amount:
        return None
    low, high = 0.0, MOST_RETURN
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if future_value(saved, monthly, middle, months) < amount else (low, middle)
    return high


def needed_monthly(saved: float, amount: float, months: int) -> float:
    """Return the monthly payment that reaches a goal without any return; never negative, the whole gap without months."""
    gap = max(amount - saved, 0.0)
    return gap / months if months > 0 else gap
