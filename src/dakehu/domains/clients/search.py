"""Search clients within scope and clearance: best hits first, with the field that matched."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

from dakehu.domains.clients import rules
from dakehu.domains.clients.choices import ContactKind
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.clients.models import Client, Contact, Coverage, MergedClient, SearchLine
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.scope import GuardedQuerySet
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.ttl_cache import TTLCache
from dakehu.foundation.gates.encrypted_lookup import record_lookup
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of, spec_of
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.search import text as writing
from dakehu.foundation.search.index import TEXT, search_fields_of
from dakehu.foundation.search.lookup import SearchText, finds_exactly, found_clients, matches_lines
from dakehu.foundation.search.text import Wanted

VISIBLE_LIMIT = 50
MOST = 3000  # lines read for one query, where the reader sees nearly every client
SORTED = 10_000  # up to this many lines, their clients are sorted; beyond, the list is scanned in its order
# Up to this many lines, only their clients are scanned; beyond, a page is full before they are found.
CANDIDATES = 40_000
FEW = 1_000  # up to this many covered clients, lines are read one by one; beyond, the index is used
MOST_TOKENS = 8  # of filters, by which lines are found in addition to the text
AROUND = 24  # characters shown before and after a match
MERGED = "clients.MergedClient"
OWN = ("clients.Client", MERGED)  # a client is found by the codes of those merged into it too


@dataclass(frozen=True)
class Hit:
    """A client, and the row that matched.

    `what` is the model and `number` the id of the row; "" and 0 for the client's own name, code or number.
    """

    client: int
    what: str = ""
    number: int = 0


def _lines(wanted: Wanted | None, own_only: bool | None = None) -> Any:
    """Return visible search lines that match: of clients themselves, of related rows, or both (None)."""
    if wanted is None:
        return SearchLine.objects.none()
    actor, wanted = current_actor(), _readable(wanted)
    condition = SearchText(wanted, MOST) if actor.reach is not Reach.COVERED else SearchText(wanted, each=serves_few())
    rows = SearchLine.objects.filter(words__finds=condition)
    if own_only is not None:
        rows = rows.filter(what__in=OWN) if own_only else rows.exclude(what__in=OWN)
    return rows


def _readable(wanted: Wanted) -> Wanted:
    """Return a condition that matches only values the reader sees in clear."""
    is_cleared = current_actor().clearance >= PERSONAL
    return replace(wanted, marks=writing.OPEN + writing.CLEARED if is_cleared else writing.OPEN)


_few_served = TTLCache()  # whether the clients covered by some users are few


def serves_few() -> bool:
    """Return whether the actor sees only the clients they cover, and these are few: reading their lines is faster than the index."""
    actor = current_actor()
    return actor.reach is Reach.COVERED and _covers_few(actor.covers)


def _covers_few(covers: tuple[int, ...]) -> bool:
    few: bool | None = _few_served.get(covers)
    if few is None:
        served = GuardedQuerySet(Coverage).filter(until=None, user_id__in=covers)
        few = served[: FEW + 1].count() <= FEW
        _few_served.put(covers, few)
    return few


def find_by_number(text: str) -> Q | None:
    """Return the condition for clients whose phone, mail or ID number is the text, or ends in it.

    An ending has 4 characters. None if the text cannot be a number, or if the reader sees such values masked, so that
    they cannot be guessed.
    """
    compact = writing.normalize_text(text).translate({ord(sign): None for sign in " -()"})
    if not _sees_numbers() or len(compact) < 4 or not compact.isascii():
        return None
    value_index, ending_index = Contact._meta.get_field("value_index"), Contact._meta.get_field("ending_index")
    number, id_ending = Client._meta.get_field("id_number_index"), Client._meta.get_field("id_ending_index")
    contact = Q(
        value_index__in={value_index.index_of(spelling) for spelling in (compact, text.strip(), *_as_stored(text))}
    )
    condition = Q(id_number_index=number.index_of(compact.upper()))
    if _is_whole_number(compact):
        record_lookup(number, number.index_of(compact.upper()))
    if len(compact) == 4 and compact[:3].isdigit():
        contact |= Q(ending_index=ending_index.index_of(compact)) if compact.isdigit() else Q()
        condition |= Q(id_ending_index=id_ending.index_of("0000" + compact.upper()))
    return condition | Q(pk__in=set(Contact.objects.filter(contact).values_list("client_id", flat=True)[:MOST]))


def _sees_numbers() -> bool:
    """Return whether the reader is cleared for every number that a text may be compared with."""
    columns = (Contact._meta.get_field("value"), Client._meta.get_field("id_number"))
    return current_actor().clearance >= max(spec_of(column).sensitivity for column in columns)


def _is_whole_number(flat: str) -> bool:
    """Return whether a text may be a full phone, mail or ID number, not the last four characters that every reader sees."""
    return "@" in flat or sum(sign.isdigit() for sign in flat) >= 7


def _as_stored(text: str) -> Iterator[str]:
    """Yield the standard forms a typed contact may be stored in: +86 139 1234 5678 → 13912345678."""
    for kind in (ContactKind.MOBILE, ContactKind.LANDLINE):
        try:
            yield rules.read_contact(kind, text).value
        except BadIdentifier:
            continue


@dataclass(frozen=True)
class SearchQuery:
    """Conditions on clients for a text.

    `whole`: all matching clients. `walked`: the same, for a list scanned in its own order until a page is full. `some`
    returns those of the first `MOST` lines, and whether the index has more; None where `whole` is cheap. `candidates`:
    ids that include all matching clients, None where these would be too many; `test` returns which of some ids match.
    """

    whole: Q
    walked: Q
    some: Callable[[], tuple[Q, bool]] | None = None
    candidates: set[int] | None = None
    test: Callable[[list[int]], set[int]] | None = None


def parse_query(text: str, equal: Mapping[str, Any] | None = None) -> SearchQuery:
    """Return the query for clients by name, code, pinyin, initials, fragment or number.

    For actors who cover few clients their lines are read one by one; for others the index is used. Of clients whose columns
    do not equal the values `equal` ({column: value}), which the list excludes anyway, the index need not find all.
    """
    typed = (writing.fragment(text), writing.pinyin_condition(text))
    variants = [_readable(wanted) for wanted in typed if wanted is not None]
    condition = find_by_number(text) or Q(pk__in=[])
    actor = current_actor()
    if actor.reach is Reach.COVERED:
        for wanted in variants:
            lines = _own_lines(SearchText(wanted, each=serves_few())).filter(client_id__in=Client.objects.values("pk"))
            condition |= Q(pk__in=lines.values("client_id"))
        return SearchQuery(condition, condition)
    # Ids are fetched first: PostgreSQL, given several subqueries with "or", would test every client.
    client_ids = set(Client.objects.filter(condition).values_list("pk", flat=True)[:MOST])
    also = _phrases_of(equal or {})
    frequent: list[tuple[Wanted, _Found]] = []
    for wanted in variants:
        found = _found(wanted, also)
        if found.are_few and found.clients is not None:
            client_ids.update(found.clients)
        else:
            frequent.append((wanted, found))
    whole = walked = Q(pk__among=client_ids)
    if not frequent:
        return SearchQuery(whole, whole)
    for wanted, _ in frequent:
        whole |= Q(pk__in=_own_lines(SearchText(wanted)).values("client_id"))
        client_lines = _own_lines(SearchText(wanted, each=True)).filter(client_id=OuterRef("pk"))
        walked |= Q(
            IsNull(Subquery(client_lines.values("pk")[:1]), False)
        )  # EXISTS would be evaluated for all clients at once

    def some() -> tuple[Q, bool]:
        """Return clients of the first lines, and whether there are more."""
        results = [_first(found) for _, found in frequent]
        return Q(pk__among=client_ids.union(*(first for first, _ in results))), any(more for _, more in results)

    def test(ids: list[int]) -> set[int]:
        """Return which of some visible clients match, by their lines."""
        matching_ids = client_ids.intersection(ids)
        for wanted, _ in frequent:
            lines = _own_lines(SearchText(wanted, each=True)).filter(client_id__among=ids)
            matching_ids.update(lines.values_list("client_id", flat=True))
        return matching_ids

    bounded = [found.clients for _, found in frequent if found.clients is not None]
    candidates = client_ids.union(*bounded) if len(bounded) == len(frequent) else None
    return SearchQuery(whole, walked, some, candidates, test)


def matching(text: str) -> Q:
    """Return the condition for clients found by a text."""
    return parse_query(text).whole


def line_columns() -> set[str]:
    """Return the columns of a client whose values are text in its line."""
    return {name for name, kind in search_fields_of(Client).items() if kind is TEXT}


def _phrases_of(equal: Mapping[str, Any]) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """Return the tokens in the line of a client whose columns (of `line_columns`) equal some values."""
    held = [token for value in equal.values() for token in writing.tokens(str(value)).split()]
    return tuple(((token,), False) for token in list(dict.fromkeys(held))[:MOST_TOKENS])


@dataclass(frozen=True)
class _Found:
    """Return the clients of the lines that contain a text, None where there are too many, by a condition on lines of clients themselves.

    `are_exact`: just these match; else there may be others among them. `are_few`: they are exact, and few enough to be sorted.
    """

    wanted: Wanted
    clients: list[int] | None
    are_exact: bool

    @property
    def are_few(self) -> bool:
        return self.are_exact and self.clients is not None and len(self.clients) <= SORTED


# Cached values decide only how lists are read, so they may be cached longer than a minute.
_many = TTLCache(600)  # True for terms that occur in more than SORTED lines
_too_many = TTLCache(600)  # True for terms that occur in more than CANDIDATES lines


def _found(wanted: Wanted, also: tuple[tuple[tuple[str, ...], bool], ...]) -> _Found:
    """Return the clients of lines that contain a text, where lines of clients themselves must also contain the tokens `also`.

    Where token order must be compared for each line, only the matching ones up to SORTED lines, else all up to CANDIDATES.
    """
    narrowed = replace(wanted, phrases=(*wanted.phrases, *also))
    merged = _merged_with(wanted) if also else []
    is_exact = finds_exactly(SearchLine, wanted)
    if not is_exact and not _many.get(narrowed):
        clients = _all(SearchText(narrowed, SORTED), _many)
        if clients is not None:
            return _Found(narrowed, clients + merged, True)
    clients = _all(SearchText(narrowed, CANDIDATES, loose=True), _too_many)
    return _Found(narrowed, clients + merged if clients is not None else None, is_exact)


def _merged_with(wanted: Wanted) -> list[int]:
    """Return clients found by the names and codes of those merged into them, whose lines contain nothing else of the client."""
    # By ids: with average statistics per kind of line, the planner would read all lines for a rare one.
    numbers = GuardedQuerySet(MergedClient).values("pk")
    lines = _own_lines(SearchText(wanted, each=True)).filter(what=MERGED, number__in=numbers)
    return list(lines.values_list("client_id", flat=True))


def _all(condition: SearchText, beyond: TTLCache) -> list[int] | None:
    """Return the clients of all matching lines, None if there are more lines than `condition.most`, which is cached."""
    if beyond.get(condition.wanted):
        return None
    lines = matches_lines(SearchLine, replace(condition, most=condition.most + 1))
    if lines == 0:
        return []
    clients = (
        _clients(replace(condition, most=condition.most + 1)) if lines is None or lines <= condition.most else None
    )
    if clients is None or len(clients) > condition.most:
        beyond.put(condition.wanted, True)
        return None
    return clients


def _first(found: _Found) -> tuple[list[int], bool]:
    """Return (clients of the first MOST lines, whether there are more lines)."""
    if found.clients is not None and found.are_exact:
        return found.clients[:MOST], len(found.clients) > MOST
    lines = matches_lines(SearchLine, SearchText(found.wanted, MOST + 1))
    clients = _clients(SearchText(found.wanted, MOST + 1))
    return clients[:MOST], (len(clients) if lines is None else lines) > MOST


def _clients(condition: SearchText) -> list[int]:
    """Return the clients of matching lines about clients themselves."""
    return found_clients(SearchLine, condition, OWN)


def _own_lines(condition: SearchText) -> Any:
    """Return matching lines about clients themselves, for lists already in scope."""
    return GuardedQuerySet(SearchLine).filter(words__finds=condition, what__in=OWN)


def search_hits(text: str) -> Iterator[Hit]:
    """Yield clients that match, likeliest first, each once."""
    seen: set[int] = set()
    numbers = find_by_number(text)
    stages: list[Any] = [
        _lines(writing.whole_text_condition("nm", text), own_only=True),
        _lines(writing.whole_text_condition("cd", text), own_only=True),
        Client.objects.filter(numbers) if numbers is not None else Client.objects.none(),
        _lines(writing.whole_text_condition("nm", text, beginning=True), own_only=True),
        _lines(writing.whole_text_condition("cd", text, beginning=True), own_only=True),
        _lines(writing.pinyin_condition(text), own_only=True),
        _lines(writing.fragment(text), own_only=True),
        _lines(writing.fragment(text), own_only=False),
    ]
    for stage, rows in enumerate(stages):
        if rows.model is Client:
            hits = [Hit(pk) for pk in rows.values_list("pk", flat=True)[:VISIBLE_LIMIT]]
        else:
            shows_match = stage >= len(stages) - 2
            hits = [
                Hit(client, what, number) if shows_match else Hit(client)
                for client, what, number in rows.values_list("client_id", "what", "number")[: VISIBLE_LIMIT * 4]
            ]
        for hit in hits:
            if hit.client not in seen:
                seen.add(hit.client)
                yield hit
        if len(seen) >= VISIBLE_LIMIT:
            return


def _matched_passage(row: Any, text: str) -> tuple[str, str]:
    """Return (label of the field, passage around the match) of the row that matched."""
    words = [writing.normalize_text(word) for word in text.split()] or [""]
    rendered = render_rows([row], list(search_fields_of(type(row))), shown=True)[0]
    for name in search_fields_of(type(row)):
        value = str(rendered.get(name) or "")
        folded = writing.normalize_text(value)
        position = next((folded.find(word) for word in words if word in folded), -1)
        if value and position >= 0:
            begin, end = max(0, position - AROUND), position + len(words[0]) + AROUND
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
    """Return at most fifty visible clients that match a text, likeliest first: {"count", "rows"}.

    Matches name (one character, any fragment, either script), pinyin, initials, client code, phone, mail and ID number
    (whole, or the last four), contact persons, notes and plans. `found_in` and `passage` show where, unless it was the
    name or number.
    """
    hits = list(dict.fromkeys(search_hits(text)))[:VISIBLE_LIMIT]
    clients = {row.pk: row for row in Client.objects.filter(pk__in=[hit.client for hit in hits])}
    sources: dict[tuple[str, int], Any] = {}
    for what in {hit.what for hit in hits if hit.what}:
        model = model_of(what)
        wanted = [hit.number for hit in hits if hit.what == what]
        sources.update({(what, row.pk): row for row in model.objects.filter(pk__in=wanted)})
    hit_of = {hit.client: hit for hit in hits}
    rows = render_rows([clients[hit.client] for hit in hits if hit.client in clients])
    for row in rows:
        hit = hit_of[row["id"]]
        source = sources.get((hit.what, hit.number))
        row["found_in"], row["passage"] = _matched_passage(source, text) if source is not None else ("", "")
    return {"count": len(rows), "rows": rows}
