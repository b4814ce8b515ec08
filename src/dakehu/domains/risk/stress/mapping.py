"""The fall applied to a holding: by its recorded size, else by its board. Pure.

Large companies follow the CSI 300, middle ones the CSI 500, small ones and those of the STAR market, ChiNext and
Beijing the CSI 1000. A main-board company without a recorded size is treated as large and reported separately, so that
the reader can see how much of the result depends on it [D]. A share with a precise enough beta to its index falls by
that beta. Funds and plans: fractions of the CSI 300 by their risk level [D].
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from dakehu.domains.risk.stress.scenarios import CASH_FALL, INDICES, Scenario

SMALL_BOARDS = re.compile(r"^(68[89]|30[012])\d{3}$|^(920|43\d|83\d|87\d)\d{3}$")
BY_RISK = {"R1": 0.0, "R2": 0.05, "R3": 0.5, "R4": 0.9, "R5": 1.0}  # share of the CSI 300's fall [D] house default
FOLLOWS = (*INDICES, "bond", "cash")
STOCKS, BONDS, CASH, POOLED = ("stock",), ("bond",), ("cash",), ("fund", "private", "asset_plan", "structured")


@dataclass(frozen=True)
class Followed:
    """The index a holding follows ("" without a known one), its weight, and why.

    why: "size", "board", "assumed" (main board without a recorded size), "beta" (a share by its own), "risk" (fund by
    its risk level), "kind".
    """

    index: str = ""
    weight: float = 0.0
    why: str = ""

    @property
    def is_share(self) -> bool:
        return self.why in ("size", "board", "assumed", "beta")

    def by_beta(self, beta: float) -> "Followed":
        """Return the same share, falling by its own beta."""
        return replace(self, weight=beta, why="beta")


def follow(kind: str | None, code: str | None, size: str | None, risk: str | None) -> Followed:
    """Return what a product follows, without its beta."""
    if kind in CASH:
        return Followed("cash", 1.0, "kind")
    if kind in BONDS:
        return Followed("bond", 1.0, "kind")
    if kind in STOCKS:
        if size:
            return Followed(size, 1.0, "size")
        if SMALL_BOARDS.match(code or ""):
            return Followed("csi1000", 1.0, "board")
        return Followed("csi300", 1.0, "assumed")
    if kind in POOLED and risk in BY_RISK:
        return Followed("csi300", BY_RISK[risk], "risk")
    return Followed()


def shocks_of(followed: list[Followed], scenarios: list[Scenario]) -> np.ndarray:
    """Return the shock of each product under each scenario.

    Shape: [A] × [S] → float64 [A, S].
    Missing: NaN for a product that follows nothing.
    """
    falls = np.array([[one.csi300, one.csi500, one.csi1000, one.bond, CASH_FALL] for one in scenarios]).T
    found = np.full((len(followed), len(scenarios)), np.nan)
    for row, one in enumerate(followed):
        if one.index:
            found[row] = np.maximum(falls[FOLLOWS.index(one.index)] * one.weight, -1.0)
    return found
