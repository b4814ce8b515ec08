"""A feed of a user's own calendar, by a token with its own scope: read-only, revocable, without names by default."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from dakehu.domains.service.calendar.queries import load_entries
from dakehu.domains.team import actions as team_actions
from dakehu.exchange.calendars import ics_writing
from dakehu.exchange.calendars.events import Event
from dakehu.exchange.calendars.ics_writing import Entry
from dakehu.exchange.calendars.models import CalendarFeed
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.calendar_sources import CalendarEntry, kind_name, sources
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import parameters_of

BEFORE, AFTER = timedelta(days=30), timedelta(days=180)


@action(
    "calendars.create_feed",
    needs=Permission.CALENDAR_FEED,
    zh="新建日历订阅",
    en="Create a calendar feed",
    parameters=(
        parameters_of("team.Token", "name", optional=("expires_on",)),
        parameters_of("calendars.CalendarFeed", optional=("names_clients",)),
    ),
    irreversible=bilingual(
        "订阅地址只显示一次，新建后不能撤销，只能停用。",
        "Its address is shown once and cannot be taken back, only revoked.",
    ),
)
def create_feed(*, name: str, expires_on: date | None = None, names_clients: bool | None = None) -> dict[str, Any]:
    """Create a feed of the actor's own calendar, valid for at most a year; its address contains a token of scope
    "calendar".

    Returns {id, token, path, expires_on}; the token is shown only once. It is revoked like any token.
    """
    scopes = [str(Permission.CALENDAR_FEED)]
    made = team_actions.make_token(name=name, scopes=scopes, expires_on=expires_on, read_only=True)
    row = CalendarFeed(token_id=made["id"], names_clients=bool(names_clients))
    row.save()
    token = made["token"]
    return {"id": row.pk, "token": token, "path": f"/calendar/feed/{token}.ics", "expires_on": made["expires_on"]}


@query("calendars.feeds", needs=Permission.CALENDAR_FEED, zh="日历订阅", en="Calendar feeds")
def list_feeds() -> list[dict[str, Any]]:
    """Return the actor's valid feeds: [{id, token: its id, name, hint, names_clients, expires_on, last_used_on}]."""
    rows = CalendarFeed.objects.filter(
        token__user_id=current_actor().user_id, token__revoked=False, token__expires_on__gte=clock.today()
    )
    return [
        {
            "id": row.pk,
            "token": row.token_id,
            "name": row.token.name,
            "hint": row.token.hint,
            "names_clients": row.names_clients,
            "expires_on": row.token.expires_on,
            "last_used_on": row.token.last_used_on,
        }
        for row in rows.select_related("token").order_by("-pk")
    ]


def opened_permissions() -> frozenset[str]:
    """Return what a token of scope "calendar" may read through a feed: the permissions of the calendar's sources."""
    return frozenset(source.needs for source in sources() if source.needs)


def feed_content(token_id: int) -> bytes:
    """Return the calendar of the actor, from 30 days back to 180 days ahead. Raises NotFound for a token of another kind."""
    feed = CalendarFeed.objects.filter(token_id=token_id).first()
    user = current_actor().user_id
    if feed is None or user is None:
        raise NotFound(bilingual("日历订阅", "calendar feed"))
    today = clock.today()
    entries = load_entries(today - BEFORE, today + AFTER, (user,))
    name = str(bilingual("大客户日程", "Key clients"))
    return ics_writing.feed_text(_entries(entries, feed.names_clients), name, clock.zone(), clock.start_of_day(today))


def _entries(entries: list[CalendarEntry], names_clients: bool) -> Iterator[Entry]:
    """Yield entries as events. Without names: code and purpose, no subject, because it is free text."""
    ids = sorted({one.client for one in entries if one.client is not None})
    rows: Any = model_of("clients.Client").objects.filter(pk__among=ids) if ids else ()
    clients = {row.pk: row for row in rows}
    clearance = current_actor().clearance
    for one in entries:
        if one.state == "cancelled":
            continue
        kind = str(kind_name(one.kind))
        client = clients.get(one.client) if one.client is not None else None
        if names_clients:
            words = [name_of(client, clearance) if client is not None else "", one.title or kind]
        else:
            words = [client.code if client is not None else "", kind]
        yield Entry(
            Event(
                uid=f"{one.key.replace(':', '-').replace('@', '-')}@dakehu",
                summary=" · ".join(word for word in words if word),
                starts=one.starts,
                ends=max(one.ends, one.starts),
                all_day=one.all_day,
            ),
            category=kind,
        )
