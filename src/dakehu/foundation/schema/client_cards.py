"""The cards of a client's page: declared once in a domain's `cards.py`, all rendered by the interface in the same way.

The query of a card takes `client` and returns plain values, each optional; without any the card is not rendered:

- lead: the headline, and its `tone` ("good", "warn", "bad")
- notes: [sentence]
- facts: [{"what", "text", "tone"}], a short name and its value
- lines: [{"what", "text", "tone"}], a title with a sentence below it
- more: [{"title", "facts", "lines"}], collapsed
- page: {"text", "url"}, the page that shows more
- actions: names of actions about this client, offered where the reader may perform them
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual, bilingual


@dataclass(frozen=True)
class ClientCard:
    """A card of the client's page. Readers without permission for `query` do not see it. `order` places it, smaller
    first."""

    name: str
    zh: str
    en: str
    query: str
    order: int = 100

    @property
    def title(self) -> Bilingual:
        return bilingual(self.zh, self.en)


_declared: dict[str, ClientCard] = {}


def declare(*cards: ClientCard) -> None:
    """Register cards of a domain. Raises ValueError for a name declared twice."""
    for card in cards:
        if _declared.get(card.name, card) != card:
            raise ValueError(f"client card {card.name} is declared twice")
        _declared[card.name] = card


def cards() -> Iterator[ClientCard]:
    """Yield every declared card in the order of the page."""
    return iter(sorted(_declared.values(), key=lambda card: (card.order, card.name)))
