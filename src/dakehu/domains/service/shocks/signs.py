"""Signs of a client's behaviour from other domains: declared once, counted by the score of a shock."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class BehaviourSign:
    """A sign: its name, text, and who showed it: `clients(day)` returns ids of clients; called by the system."""

    name: str
    text: Bilingual
    clients: Callable[[date], set[int]]


_declared: dict[str, BehaviourSign] = {}


def declare(*signs: BehaviourSign) -> None:
    """Register signs. Raises ValueError for a name declared twice."""
    for sign in signs:
        if _declared.get(sign.name, sign) != sign:
            raise ValueError(f"sign {sign.name} is declared twice")
        _declared[sign.name] = sign


def signs() -> Iterator[BehaviourSign]:
    """Yield every declared sign by name."""
    return iter(sorted(_declared.values(), key=lambda sign: sign.name))


def find_text(name: str) -> Bilingual | None:
    """Return the text of a sign, None for one that is not declared."""
    sign = _declared.get(name)
    return sign.text if sign else None
