"""The cards that domains declare for a client's page, for rendering."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.gates import QUERIES, ask
from dakehu.foundation.schema import client_cards

# Optional keys of a card; a template is slow when it looks up a missing name.
NOTHING = {"lead": "", "notes": (), "facts": (), "lines": (), "more": (), "page": None}


def cards_of(client: Any) -> list[dict[str, Any]]:
    """Return the non-empty cards that the reader may see: {id, title, content, actions: [(name, label)]}."""
    actor = current_actor()
    drawn = []
    for card in client_cards.cards():
        if not actor.may(QUERIES[card.query].needs):
            continue
        content = ask(card.query, {"client": client})
        if not content:
            continue
        offered = [ACTIONS[name] for name in content.get("actions", ())]
        drawn.append(
            {
                "id": card.name.replace(".", "-"),
                "title": card.title,
                "content": {**NOTHING, **content},
                "actions": [(action.name, action.label) for action in offered if actor.may(action.needs)],
            }
        )
    return drawn
