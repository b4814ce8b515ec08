"""Colleagues for whom the actor deputises today: their reminders also go to the actor, within the actor's scope."""

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.i18n import Bilingual, bilingual


def reminded_for() -> list[int]:
    """Return the ids of the actor and of the absent colleagues whose deputy the actor is today; empty for the system."""
    actor = current_actor()
    if actor.user_id is None:
        return []
    return [actor.user_id, *(one for one in actor.extra.get("stands_in_for", ()) if one != actor.user_id)]


def for_whom(user: int | None) -> Bilingual | str:
    """Return the text added to a reminder of an absent colleague's work, "" for the actor's own."""
    if user is None or user == current_actor().user_id:
        return ""
    return bilingual("（代理{name}）", " (standing in for {name})", name=team.names_of([user]).get(user, ""))
