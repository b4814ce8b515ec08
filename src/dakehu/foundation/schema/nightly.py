"""The steps of the nightly run: declared once in a domain's `nightly.py`, run in order, each recorded separately."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class Night:
    """Input of a step: the day to close, the folder where files arrive, and the progress callback.

    progress(share, words): share of this step from 0 to 1.
    """

    day: date
    folder: Path
    progress: Callable[..., None]


@dataclass(frozen=True)
class NightlyStep:
    """One step of the night.

    run(night) → its result as plain values; with `unchanged` true where it found nothing new, and `words` (Bilingual)
    for people. Raises Refused where it cannot run; anything written before must be consistent.

    inputs(night) → plain values that show whether anything it reads has changed. A step with the same inputs as at its
    last run for the day, after steps that changed nothing, is skipped. None: it is always run, and returns itself
    whether anything was new.

    depends: names of the steps it requires; an undeclared step is treated as done.

    is_waiting() → whether there is work outside the scheduled run, such as a late file.
    """

    name: str
    zh: str
    en: str
    order: int
    run: Callable[[Night], dict[str, Any]]
    inputs: Callable[[Night], Any] | None = None
    depends: tuple[str, ...] = ()
    is_waiting: Callable[[Path], bool] | None = None

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)


# Returns the data missing for a day, each in both languages.
MissingData = Callable[[date], list[Bilingual]]

_steps: dict[str, NightlyStep] = {}
_missing: dict[str, MissingData] = {}


def declare_step(step: NightlyStep) -> None:
    """Register a step. Raises ValueError for a name declared twice."""
    if _steps.setdefault(step.name, step) is not step:
        raise ValueError(f"nightly step {step.name} is declared twice")


def declare_missing_data(name: str, find: MissingData) -> None:
    """Register a function that returns the data missing for a day."""
    _missing[name] = find


def steps() -> Iterator[NightlyStep]:
    """Yield the declared steps in the order in which they run."""
    return iter(sorted(_steps.values(), key=lambda step: (step.order, step.name)))


def label_of(name: str) -> Bilingual | str:
    """Return the label of a step, its name where it is no longer declared."""
    step = _steps.get(name)
    return step.label if step is not None else name


def missing_data(day: date) -> list[Bilingual]:
    """Return the data missing for a day."""
    return [words for _, find in sorted(_missing.items()) for words in find(day)]
