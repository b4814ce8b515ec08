"""Find clients who may be duplicates, before a new client is saved and as a list.

Candidates share a number, a pinyin, or initials and birth date, so that not all pairs are compared.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Substr

from dakehu.domains.clients import choices, rules
from dakehu.domains.clients.duplicates import rules as duplicate_rules
from dakehu.domains.clients.duplicates.rules import Profile, Similarity
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.clients.masks import is_masked
from dakehu.domains.clients.models import Client, Contact, NotDuplicate
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates import encrypted_lookup
from dakehu.foundation.gates.output import name_of, render_row
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, spec_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

ANYWAY = Parameter("anyway", required=False, kind="bool", spec=FieldSpec("仍要新建", "Create anyway"))
PHONE = Parameter(
    "phone", required=False, spec=FieldSpec("手机号码", "Mobile", aliases=("手机", "手机号", "联系电话", "电话"))
)
MAIL = Parameter("mail", required=False, spec=FieldSpec("电子邮件", "E-mail", aliases=("邮箱", "email")))
BLOCK = 12  # a key shared by more clients does not indicate duplicates
BLOCKS = 1000  # shared keys of one kind that are examined
STEM = 6  # first initials of an institution's name: 上海明远科技 …
NAMED = 5
PAIRS = 200


class LikelyDuplicate(Refused):
    """The client to be added may exist already. The attempt is recorded in the audit, as look-ups are."""

    status = 409
    recorded_as = encrypted_lookup.ACTION


# --- profiles ------------------------------------------------------------------------------------------


def profile_of_new(client: Client, contacts: Iterable[tuple[str, str | None]]) -> Profile:
    """Return the profile of a client who is not saved yet; `contacts` are (kind, text as typed)."""
    whole, ending = set(), set()
    for kind, text in contacts:
        if text and not is_masked(text):
            try:
                value = rules.read_contact(kind, text).value
            except BadIdentifier:
                continue
            whole.add(_index(Contact, "value_index", value))
            ending.add(_index(Contact, "ending_index", value))
    number = str(client.id_number) if isinstance(client.id_number, str) else ""
    return Profile(
        client.name,
        client.pinyin,
        str(client.kind),
        client.birth_on,
        str(client.id_type),
        _index(Client, "id_number_index", number) if number else "",
        frozenset(whole),
        frozenset(ending - {""}),
        client.employer,
    )


def _index(model: Any, name: str, plain: str) -> str:
    """Return the blind index of a value."""
    return str(model._meta.get_field(name).index_of(plain))


def profiles_of(rows: Iterable[Client]) -> dict[int, Profile]:
    """Return {id: profile} of stored clients in scope."""
    clients = {row.pk: row for row in rows}
    whole: dict[int, set[str]] = {}
    ending: dict[int, set[str]] = {}
    for client_ids in chunks(sorted(clients)):
        contacts = Contact.objects.filter(client_id__in=client_ids).values_list(
            "client_id", "value_index", "ending_index"
        )
        for pk, value, ending_value in contacts:
            whole.setdefault(pk, set()).add(value)
            ending.setdefault(pk, set()).add(ending_value)
    return {
        pk: Profile(
            row.name,
            row.pinyin,
            str(row.kind),
            row.birth_on,
            str(row.id_type),
            row.id_number_index,
            frozenset(whole.get(pk, set()) - {""}),
            frozenset(ending.get(pk, set()) - {""}),
            row.employer,
        )
        for pk, row in clients.items()
    }


# --- candidates ------------------------------------------------------------------------------------------


def candidates(new: Profile) -> Any:
    """Return visible clients who may be this one, by equality alone: at most 200."""
    pinyins = {new.pinyin, rules.pinyin_of(duplicate_rules.normalize_name_for_match(new.name))[0]}
    initials = rules.pinyin_of(new.name)[1]
    swapped = duplicate_rules.reversed_name(new.name)
    if swapped:
        pinyins.add(rules.pinyin_of(swapped)[0])
    condition = Q(pinyin__in=pinyins - {""})
    if new.id_index:
        condition |= Q(id_number_index=new.id_index)
    if new.contacts:
        condition |= Q(pk__in=Contact.objects.filter(value_index__in=new.contacts).values("client_id"))
    if new.birth_on and initials:
        condition |= Q(birth_on=new.birth_on, initials=initials)
    if new.endings and initials:
        same_ending = Contact.objects.filter(ending_index__in=new.endings).values("client_id")
        condition |= Q(initials=initials, pk__in=same_ending)
    if new.kind != choices.Kind.PERSON and len(initials) >= STEM:
        condition |= Q(initials__startswith=initials[:STEM])
    return Client.objects.filter(condition)[:200]


def likely_duplicates(new: Profile) -> list[tuple[Client, Similarity]]:
    """Return visible clients who are likely this one, likeliest first."""
    rows = list(candidates(new))
    profiles = profiles_of(rows)
    scored = [(row, duplicate_rules.similarity(new, profiles[row.pk])) for row in rows]
    return sorted((pair for pair in scored if pair[1].is_likely), key=lambda pair: (-pair[1].score, pair[0].pk))


def held_by_others(new: Profile) -> tuple[bool, bool]:
    """Return whether clients out of scope share (the ID number, the phone or mail).

    Nothing else is disclosed, and nothing at all of clients behind an information wall.
    """
    condition = Q(id_number_index=new.id_index) if new.id_index else Q(pk__in=[])
    if new.contacts:
        condition |= Q(contacts__value_index__in=new.contacts)
    visible = set(Client.objects.filter(condition).values_list("pk", flat=True))
    with elevated("check for a client served by somebody else"):
        rows = (
            Client.objects.filter(condition, walled=False).exclude(pk__in=visible).values_list("pk", "id_number_index")
        )
        others = dict(rows)
    return bool(new.id_index) and new.id_index in others.values(), bool(others)


SERVED = bilingual("已由其他客户经理服务，请联系团队负责人。", "Already served by another manager; ask your team head.")


def check_not_duplicate(new: Profile, anyway: bool) -> None:
    """Raise LikelyDuplicate, naming visible clients, unless `anyway`.

    A taken ID number is never overridden.
    """
    if _identifiers(new):
        encrypted_lookup.check_lookup_limit()
    duplicates = likely_duplicates(new)
    same_id, served = held_by_others(new)
    if same_id or any(similarity.score == duplicate_rules.CERTAIN for _, similarity in duplicates):
        certain = [
            _line(row, similarity) for row, similarity in duplicates if similarity.score == duplicate_rules.CERTAIN
        ]
        raise LikelyDuplicate({"id_number": list(certain or [SERVED])})
    if anyway or not (duplicates or served):
        return
    lines: list[Bilingual | str] = [_line(row, similarity) for row, similarity in duplicates[:NAMED]]
    if served:
        lines.append(SERVED)
    hint = bilingual(
        "如确认不是同一人，请勾选“仍要新建”（接口：anyway=true）。",
        "If this is somebody else, tick “Create anyway” (API: anyway=true).",
    )
    raise LikelyDuplicate({"anyway": [*lines, hint]})


def _line(row: Client, similarity: Similarity) -> Bilingual:
    """Return the message that names a likely duplicate."""
    zh, en = similarity.reason_texts()
    return bilingual(
        "可能已有这位客户：{name}（{code}），{why}。",
        "This may be {name} ({code}): {reason}.",
        name=name_of(row, current_actor().clearance),
        code=row.code,
        why=zh,
        reason=en,
    )


@query(
    "clients.similar_clients",
    needs=Permission.CLIENT_WRITE,
    zh="新建前查重",
    en="Possible duplicates of a new client",
    parameters=(
        parameters_of("clients.Client", optional=("name", "kind", "birth_on", "id_type", "id_number", "employer")),
        PHONE,
        MAIL,
    ),
)
def lookalikes(*, phone: str | None = None, mail: str | None = None, **details: Any) -> dict[str, Any]:
    """Return likely duplicates of a client with these details; nothing is stored.

    {"found": [{client, score, reasons}] visible clients, likeliest first, "elsewhere": whether one out of scope has the
    same ID number, phone or mail}.
    """
    client = Client(**{name: value for name, value in details.items() if value not in (None, "")})
    client.pinyin, client.initials = rules.pinyin_of(client.name)
    number = details.get("id_number")
    if number:
        client.id_type = client.id_type or rules.guess_id_type(str(client.kind), number)
        try:
            client.id_number = rules.check_id_number(str(client.id_type), number)
        except BadIdentifier:
            client.id_number = None  # half typed
    new = profile_of_new(client, (("mobile", phone), ("mail", mail)))
    for column, index in _identifiers(new):
        encrypted_lookup.record_lookup(column, index)
    return {
        "found": [describe(row, like) for row, like in likely_duplicates(new)[:NAMED]],
        "elsewhere": any(held_by_others(new)),
    }


def _identifiers(new: Profile) -> list[tuple[Any, str]]:
    """Return [(column, blind index)] of the numbers that a new client is compared by."""
    numbers = [(Client._meta.get_field("id_number_index"), new.id_index)] if new.id_index else []
    return numbers + [(Contact._meta.get_field("value_index"), index) for index in sorted(new.contacts)]


def describe(row: Client, similarity: Similarity) -> dict[str, Any]:
    """Return a likely duplicate with score and reasons."""
    return {
        "client": describe_client(row),
        "score": similarity.score,
        "reasons": str(bilingual(*similarity.reason_texts())),
    }


def describe_client(row: Client) -> dict[str, Any]:
    """Return the fields that identify a client."""
    rendered = render_row(row, ("code", "name", "segment", "branch", "birth_on"), shown=True)
    return {"id": row.pk, **{name: rendered[name] for name in ("code", "name", "segment", "branch", "birth_on")}}


# --- the list ----------------------------------------------------------------------------------------------


def _candidate_pairs() -> set[tuple[int, int]]:
    """Return pairs of visible clients who share an identifier, a pinyin, or initials and birth date."""
    pairs: set[tuple[int, int]] = set()
    known = Client.objects.exclude(pinyin="")
    stems = known.exclude(kind=choices.Kind.PERSON.value).annotate(stem=Substr("initials", 1, STEM))
    for rows, key_fields, limit in (
        (Client.objects.exclude(id_number_index=""), ("id_number_index",), BLOCK),
        (known, ("pinyin",), BLOCK),
        (known.exclude(birth_on=None), ("birth_on", "initials"), BLOCK),
        (stems, ("stem",), BLOCK),
    ):
        pairs |= _pairs_sharing(rows, key_fields, limit, "pk")
    return pairs | _pairs_sharing(Contact.objects.exclude(value_index=""), ("value_index",), BLOCK, "client_id")


def _pairs_sharing(rows: Any, key_fields: tuple[str, ...], limit: int, id_field: str) -> set[tuple[int, int]]:
    """Return pairs of ids that share the values of some fields.

    Keys shared by more than `limit` rows are ignored.
    """
    shared = (
        rows.order_by().values(*key_fields).annotate(n=Count(id_field, distinct=True)).filter(n__gt=1, n__lte=limit)
    )
    keys = [tuple(row[name] for name in key_fields) for row in shared.order_by(*key_fields)[:BLOCKS]]
    blocks: dict[tuple[Any, ...], set[int]] = {}
    for some_keys in chunks(keys, 400):
        matches = rows.filter(**{f"{key_fields[0]}__in": {key[0] for key in some_keys}}).values_list(
            id_field, *key_fields
        )
        for pk, *key in matches:
            blocks.setdefault(tuple(key), set()).add(pk)
    wanted = set(keys)
    return {pair for key, block in blocks.items() if key in wanted for pair in combinations(sorted(block), 2)}


@query("clients.duplicates", needs=Permission.CLIENT_WRITE, zh="疑似重复客户", en="Likely duplicates")
def duplicates() -> list[dict[str, Any]]:
    """Return pairs of visible clients who are likely one, likeliest first, at most 200.

    [{client, other, score (0 to 100), reasons, points: [{points, text}] that make the score, fields: [{label, mine,
    other, same}] where either has a value}]. Pairs marked as distinct are left out.
    """
    pairs = _candidate_pairs()
    marked_distinct = (
        {frozenset(pair) for pair in NotDuplicate.objects.values_list("client_id", "other_id")} if pairs else set()
    )
    client_ids = sorted({pk for pair in pairs for pk in pair})
    rows: dict[int, Client] = {}
    for some_ids in chunks(client_ids, 500):
        rows.update({row.pk: row for row in Client.objects.filter(pk__in=some_ids).select_related("branch")})
    profiles = profiles_of(rows.values())
    likely = []
    for first, second in pairs:
        if first in rows and second in rows and frozenset((first, second)) not in marked_distinct:
            similarity = duplicate_rules.similarity(profiles[first], profiles[second])
            if similarity.is_likely:
                likely.append((similarity, first, second))
    likely.sort(key=lambda pair: (-pair[0].score, pair[1], pair[2]))
    return [
        {
            "client": describe_client(rows[first]),
            "other": describe_client(rows[second]),
            "score": similarity.score,
            "reasons": str(bilingual(*similarity.reason_texts())),
            "points": [{"points": points, "text": str(bilingual(zh, en))} for points, zh, en in similarity.points()],
            "fields": _compared_fields(rows[first], rows[second]),
        }
        for similarity, first, second in likely[:PAIRS]
    ]


COMPARED = (
    "code",
    "name",
    "kind",
    "birth_on",
    "id_number",
    "employer",
    "segment",
    "branch",
    "assets",
    "opened_on",
    "last_contact_on",
)


def _compared_fields(first: Client, second: Client) -> list[dict[str, Any]]:
    """Return both values of the fields by which a person decides, as the reader may see them."""
    mine, other = render_row(first, COMPARED, shown=True), render_row(second, COMPARED, shown=True)
    return [
        {
            "label": spec_of(Client._meta.get_field(name)).label,
            "mine": mine[name],
            "other": other[name],
            "same": mine[name] == other[name],
        }
        for name in COMPARED
        if mine[name] or other[name]
    ]


@action(
    "clients.mark_not_duplicate",
    needs=Permission.CLIENT_WRITE,
    zh="不是同一人",
    en="Not the same person",
    parameters=(parameters_of("clients.NotDuplicate", "client", "other")),
)
def mark_not_duplicate(*, client: Client, other: Client) -> dict[str, Any]:
    """Mark two clients as distinct, so that they are not suggested again.

    Returns {batch}: the id with which `dakehu undo` reverts it, None if they were marked before.
    """
    if client.pk == other.pk:
        raise Refused({"other": [bilingual("这是同一位客户。", "This is the same client.")]})
    first, second = sorted((client, other), key=lambda row: row.pk)
    if NotDuplicate.objects.filter(client=first, other=second).exists():
        return {"batch": None}
    NotDuplicate(client=first, other=second).save()
    about = bilingual("{code} 与 {other}", "{code} and {other}", code=first.code, other=second.code)
    return {"batch": undo_entries.entry_number(about)}
