"""The cards that domains declare for a client's page, as they are drawn."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.gates import QUERIES, ask
from dakehu.foundation.schema import client_cards

# What a card may leave out; a template that looks for a missing name is slow.
NOTHING = {"lead": "", "notes": (), "facts": (), "lines": (), "more": (), "page": None}


def cards_of(client: Any) -> list[dict[str, Any]]:
    """Return the cards that the reader may see and that have something to say: {id, title, content, actions: [(name, label)]}."""
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
