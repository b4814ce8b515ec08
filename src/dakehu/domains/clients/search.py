"""Finding clients by what people type, within scope and clearance: the best hits first, and what they were found by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

from dakehu.domains.clients import rules
from dakehu.domains.clients.choices import ContactKind
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.clients.models import Client, Contact, Coverage, SearchLine
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.scope import GuardedQuerySet
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.gates.encrypted_lookup import record_lookup
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of, spec_of
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.search import text as writing
from dakehu.foundation.search.index import searched
from dakehu.foundation.search.lookup import SearchText, matches_lines
from dakehu.foundation.search.text import Wanted

VISIBLE_LIMIT = 50
MOST = 3000  # lines looked at for one question, where the reader sees nearly every client
SORTED = 10_000  # lines up to which their clients are put in order; where there are more, the order is walked
FEW = 5_000  # clients whose lines are read one by one; for readers who cover more the index is asked
AROUND = 24  # characters of a note shown before and after what was found
OWN = ("clients.Client", "clients.MergedClient")  # a client is found by the codes of those merged into it too


@dataclass(frozen=True)
class Hit:
    """A client, and the row by which they were found: its model, number, and the field, each "" or 0 where the client's
    own name, code or number was meant."""

    client: int
    what: str = ""
    number: int = 0


def _lines(wanted: Wanted | None, own: bool | None = None) -> Any:
    """Lines in scope and clearance that match; of clients themselves, of what hangs on them, or of both."""
    if wanted is None:
        return SearchLine.objects.none()
    actor = current_actor()
    asked = SearchText(wanted, MOST) if actor.reach is not Reach.COVERED else SearchText(wanted, each=_serves_few())
    rows = SearchLine.objects.filter(words__finds=asked, level__lte=int(actor.clearance))
    if own is not None:
        rows = rows.filter(what__in=OWN) if own else rows.exclude(what__in=OWN)
    return rows


_few_served = TTLCache()  # whether those whom some people serve are few


def _serves_few() -> bool:
    """Whether an actor with covered clients has so few of them that reading all their lines is quicker than the index."""
    covers = current_actor().covers
    few: bool | None = _few_served.get(covers)
    if few is None:
        served = GuardedQuerySet(Coverage).filter(until=None, user_id__in=covers)
        few = served[: FEW + 1].count() <= FEW
        _few_served.put(covers, few)
    return few


def find_by_number(text: str) -> Q | None:
    """Clients whose phone, mail or ID number is the text, or ends in its four characters; None where it cannot be one.
    Who sees such values masked only cannot try them out."""
    flat = writing.fold(text).translate({ord(sign): None for sign in " -()"})
    if not _sees_numbers() or len(flat) < 4 or not flat.isascii():
        return None
    whole, ending = Contact._meta.get_field("value_index"), Contact._meta.get_field("ending_index")
    number, last = Client._meta.get_field("id_number_index"), Client._meta.get_field("id_ending_index")
    contact = Q(value_index__in={whole.index_of(one) for one in (flat, text.strip(), *_as_stored(text))})
    test = Q(id_number_index=number.index_of(flat.upper()))
    if _is_whole_number(flat):
        record_lookup(number, number.index_of(flat.upper()))
    if len(flat) == 4 and flat[:3].isdigit():
        contact |= Q(ending_index=ending.index_of(flat)) if flat.isdigit() else Q()
        test |= Q(id_ending_index=last.index_of("0000" + flat.upper()))
    return test | Q(pk__in=set(Contact.objects.filter(contact).values_list("client_id", flat=True)[:MOST]))


def _sees_numbers() -> bool:
    """Whether the reader is cleared for every number that a text may be held against."""
    columns = (Contact._meta.get_field("value"), Client._meta.get_field("id_number"))
    return current_actor().clearance >= max(spec_of(column).sensitivity for column in columns)


def _is_whole_number(flat: str) -> bool:
    """Whether a text may be a whole phone, mail or ID number, not the four last signs that everybody is shown."""
    return "@" in flat or sum(sign.isdigit() for sign in flat) >= 7


def _as_stored(text: str) -> Iterator[str]:
    """The standard forms in which a contact typed so would have been stored: +86 139 1234 5678 → 13912345678."""
    for kind in (ContactKind.MOBILE, ContactKind.LANDLINE):
        try:
            yield rules.read_contact(kind, text).value
        except BadIdentifier:
            continue


@dataclass(frozen=True)
class SearchQuery:
    """Conditions on clients for one text. `whole`: every client found. `walked`: the same, for a list that is read in its
    own order until a page is full. `some` gives those of the first `MOST` lines, and whether the index holds more of
    them; it is None where `whole` is as cheap."""

    whole: Q
    walked: Q
    some: Callable[[], tuple[Q, bool]] | None


def parse_query(text: str) -> SearchQuery:
    """Clients found by name, code, pinyin, initials, fragment or number. Those who serve few clients have the lines of
    these read one by one; for the others the index is asked."""
    asked = [wanted for wanted in (writing.fragment(text), writing.spelled(text)) if wanted is not None]
    test = find_by_number(text) or Q(pk__in=[])
    actor = current_actor()
    if actor.reach is Reach.COVERED:
        for wanted in asked:
            lines = _own_lines(SearchText(wanted, each=_serves_few())).filter(client_id__in=Client.objects.values("pk"))
            test |= Q(pk__in=lines.values("client_id"))
        return SearchQuery(test, test, None)
    # Numbers are fetched and told back: PostgreSQL, given several subqueries with "or", would try every client.
    known = set(Client.objects.filter(test).values_list("pk", flat=True)[:MOST])
    many = []
    for wanted in asked:
        found = _few(wanted)
        if found is None:
            many.append(wanted)
        else:
            known |= found
    whole = walked = Q(pk__among=known)
    if not many:
        return SearchQuery(whole, whole, None)
    for wanted in many:
        whole |= Q(pk__in=_own_lines(SearchText(wanted)).values("client_id"))
        each = _own_lines(SearchText(wanted, each=True)).filter(client_id=OuterRef("pk"))
        walked |= Q(IsNull(Subquery(each.values("pk")[:1]), False))  # EXISTS would be asked for all clients at once

    def some() -> tuple[Q, bool]:
        read = [_read(wanted, MOST) for wanted in many]
        return Q(pk__among=known.union(*(found for found, _ in read))), any(more for _, more in read)

    return SearchQuery(whole, walked, some)


def matching(text: str) -> Q:
    """A condition for clients: whoever `sought` finds."""
    return parse_query(text).whole


_many = TTLCache()  # True of what stands in more lines than are sorted


def _few(wanted: Wanted) -> set[int] | None:
    """The clients of all lines that hold what is wanted, if these are few enough for their clients to be put in order."""
    if _many.get(wanted):
        return None
    lines = matches_lines(SearchLine, SearchText(wanted, SORTED + 1))
    if lines == 0:
        return set()
    more = lines is not None and lines > SORTED
    found, more = (set(), True) if more else _read(wanted, SORTED)
    if more:
        _many.put(wanted, True)
    return None if more else found


def _read(wanted: Wanted, most: int) -> tuple[set[int], bool]:
    """The clients of the first `most` lines, and whether there are more lines."""
    rows = GuardedQuerySet(SearchLine).filter(words__finds=SearchText(wanted, most + 1))
    read = list(rows.values_list("client_id", "what", "level"))
    level = int(current_actor().clearance)
    return {client for client, what, at in read[:most] if what in OWN and at <= level}, len(read) > most


def _own_lines(asked: SearchText) -> Any:
    """Lines about clients themselves that the reader may search, for conditions of a list that is itself in scope."""
    level = int(current_actor().clearance)
    return GuardedQuerySet(SearchLine).filter(words__finds=asked, what__in=OWN, level__lte=level)


def search_hits(text: str) -> Iterator[Hit]:
    """Clients that may be meant, the likeliest first, each once."""
    seen: set[int] = set()
    numbers = find_by_number(text)
    rounds: list[Any] = [
        _lines(writing.whole("nm", text), own=True),
        _lines(writing.whole("cd", text), own=True),
        Client.objects.filter(numbers) if numbers is not None else Client.objects.none(),
        _lines(writing.whole("nm", text, beginning=True), own=True),
        _lines(writing.whole("cd", text, beginning=True), own=True),
        _lines(writing.spelled(text), own=True),
        _lines(writing.fragment(text), own=True),
        _lines(writing.fragment(text), own=False),
    ]
    for place, rows in enumerate(rounds):
        if rows.model is Client:
            found = [Hit(pk) for pk in rows.values_list("pk", flat=True)[:VISIBLE_LIMIT]]
        else:
            told = place >= len(rounds) - 2
            found = [
                Hit(client, what, number) if told else Hit(client)
                for client, what, number in rows.values_list("client_id", "what", "number")[: VISIBLE_LIMIT * 4]
            ]
        for hit in found:
            if hit.client not in seen:
                seen.add(hit.client)
                yield hit
        if len(seen) >= VISIBLE_LIMIT:
            return


def _shown_by(row: Any, text: str) -> tuple[str, str]:
    """(label of the field, the passage around what was typed) of the row by which a client was found."""
    words = [writing.fold(word) for word in text.split()] or [""]
    presented = render_rows([row], list(searched(type(row))), shown=True)[0]
    for name in searched(type(row)):
        value = str(presented.get(name) or "")
        flat = writing.fold(value)
        at = next((flat.find(word) for word in words if word in flat), -1)
        if value and at >= 0:
            begin, end = max(0, at - AROUND), at + len(words[0]) + AROUND
            passage = ("…" if begin else "") + value[begin:end] + ("…" if end < len(value) else "")
            return str(spec_of(row._meta.get_field(name)).label), passage.replace("\n", " ")
    return "", ""


@query(
    "clients.search",
    needs=Permission.CLIENT_READ,
    zh="搜索客户",
    en="Search clients",
    parameters=(Parameter("text", spec=FieldSpec("搜索", "Search")),),
)
def search(*, text: str) -> dict[str, Any]:
    """At most fifty clients in scope that a text may mean, the likeliest first: {"count", "rows"}. Found by name (one
    character, any fragment, either script), pinyin, initials, client code, phone, mail and ID number (whole, or the last
    four), contact persons, notes and plans. `found_in` and `passage` say where, when it was not the name or the number."""
    found = list(dict.fromkeys(search_hits(text)))[:VISIBLE_LIMIT]
    clients = {row.pk: row for row in Client.objects.filter(pk__in=[hit.client for hit in found])}
    behind: dict[tuple[str, int], Any] = {}
    for what in {hit.what for hit in found if hit.what}:
        model = model_of(what)
        wanted = [hit.number for hit in found if hit.what == what]
        behind.update({(what, row.pk): row for row in model.objects.filter(pk__in=wanted)})
    hit_of = {hit.client: hit for hit in found}
    rows = render_rows([clients[hit.client] for hit in found if hit.client in clients])
    for row in rows:
        hit = hit_of[row["id"]]
        source = behind.get((hit.what, hit.number))
        row["found_in"], row["passage"] = _shown_by(source, text) if source is not None else ("", "")
    return {"count": len(rows), "rows": rows}
