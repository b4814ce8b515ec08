"""Compare holdings with a model portfolio, by asset class. Pure.

Unit: weights are shares of the holdings, 0.01 is 1 %. Holdings without an asset class (`unclassified`) may belong to any of
them: a state that would depend on them is "open" and not guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "drift 2026-11 [D]"  # a house default, not a legal rule
EXACT = 1e-9
BELOW, WITHIN, ABOVE, OPEN = "below", "within", "above", "open"
MOST_UNCLASSIFIED = 0.10  # from which no rebalancing is suggested [D]


@dataclass(frozen=True)
class Band:
    """The target of one asset class and the range around it, as shares."""

    target: float
    least: float
    most: float


@dataclass(frozen=True)
class Line:
    """One asset class: its holding and the model's target. `state`: below, within, above or open."""

    asset_class: str
    weight: float
    band: Band
    state: str

    @property
    def gap(self) -> float:
        """Weight minus target."""
        return self.weight - self.band.target


@dataclass(frozen=True)
class Drift:
    """The comparison of all classes; `total` is the sum held, `unclassified` the share without a class."""

    lines: tuple[Line, ...]
    total: float
    unclassified: float

    @property
    def is_outside(self) -> bool:
        """Return whether a class is certainly outside its band."""
        return any(line.state in (BELOW, ABOVE) for line in self.lines)

    @property
    def is_certain(self) -> bool:
        """Return whether enough is classified to suggest rebalancing."""
        return self.unclassified <= MOST_UNCLASSIFIED


@dataclass(frozen=True)
class Shift:
    """An amount to move from one asset class to another to bring both closer to their targets."""

    source: str
    target: str
    amount: float


def compare(values: Mapping[str, float], model: Mapping[str, Band]) -> Drift | None:
    """Compare values by asset class with a model; None where nothing is held.

    Classes of `values` that the model does not name count as unclassified. Raises ValueError for negative values.
    """
    if any(value < 0 for value in values.values()):
        raise ValueError("values held must not be negative")
    total = sum(values.values())
    if total <= 0:
        return None
    weights = {name: values.get(name, 0.0) / total for name in model}
    unclassified = max(1.0 - sum(weights.values()), 0.0)
    lines = [Line(name, weights[name], band, _state(weights[name], unclassified, band)) for name, band in model.items()]
    return Drift(tuple(lines), total, unclassified if unclassified > EXACT else 0.0)


def _state(weight: float, unclassified: float, band: Band) -> str:
    """Return the state of a weight that may be higher by up to the unclassified share."""
    highest = weight + unclassified
    if weight > band.most + EXACT:
        return ABOVE
    if highest < band.least - EXACT:
        return BELOW
    return WITHIN if weight >= band.least - EXACT and highest <= band.most + EXACT else OPEN


def shifts(drift: Drift) -> tuple[Shift, ...]:
    """Return the amounts to move between classes to restore all targets; none while every class is within its band.

    None either where too much is unclassified. Amounts pair the largest surplus with the largest shortage. They concern
    classes, never a security, and are not orders: an adviser decides on them.
    """
    if not drift.is_outside or not drift.is_certain:
        return ()
    surplus = sorted(((line.gap, line.asset_class) for line in drift.lines if line.gap > EXACT), reverse=True)
    shortage = sorted(((-line.gap, line.asset_class) for line in drift.lines if line.gap < -EXACT), reverse=True)
    found = []
    while surplus and shortage:
        (over, source), (under, target) = surplus.pop(0), shortage.pop(0)
        share = min(over, under)
        found.append(Shift(source, target, round(share * drift.total, 2)))
        if over - share > EXACT:
            surplus.insert(0, (over - share, source))
        if under - share > EXACT:
            shortage.insert(0, (under - share, target))
    return tuple(shift for shift in found if shift.amount > 0)
