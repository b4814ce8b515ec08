"""The model portfolio in force on a day: the firm's own edition, or the default where it has none."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dakehu.domains.advice.drift.rules import Band
from dakehu.domains.advice.model_portfolios.rules import CLASSES, Weight, default_weights
from dakehu.domains.advice.models import ModelPortfolio


@dataclass(frozen=True)
class Model:
    """The weights of a risk level; `edition` is 0 and `since` None for the default."""

    risk_level: str
    edition: int
    since: date | None
    weights: dict[str, Weight]

    @property
    def version(self) -> str:
        """Return the name stored in a record, such as "C3.2" or "C3.0 [D]"."""
        return f"{self.risk_level}.{self.edition}" + ("" if self.edition else " [D]")

    @property
    def bands(self) -> dict[str, Band]:
        """Return targets and ranges as shares, as input of drift."""
        return {
            name: Band(float(one.target) / 100, float(one.least) / 100, float(one.most) / 100)
            for name, one in self.weights.items()
        }


def weights_of(row: Any) -> dict[str, Weight]:
    """Return the weights of a stored model by asset class."""
    return {name: Weight(*(getattr(row, f"{name}_{part}") for part in ("target", "least", "most"))) for name in CLASSES}


def model_on(risk_level: str, day: date) -> Model:
    """Return the model of a risk level in force on a day."""
    rows = ModelPortfolio.objects.filter(risk_level=risk_level, effective_from__lte=day)
    row = rows.order_by("-effective_from", "-edition").first()
    if row is None:
        return Model(risk_level, 0, None, default_weights(risk_level))
    return Model(risk_level, row.edition, row.effective_from, weights_of(row))
