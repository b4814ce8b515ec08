"""Clients who may be one: found by blocking (equal number, sound, or initials with birth date), so that never all pairs
are compared; suggested before a new client is saved, and as a list."""

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
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates import encrypted_lookup
from dakehu.foundation.gates.output import name_of, render_row
from dakehu.foundation.gates.registry import query
from dakehu.foundation.imports import batches
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

ANYWAY = Parameter("anyway", required=False, kind="bool", spec=FieldSpec("仍要新建", "Create anyway"))
PHONE = Parameter(
    "phone", required=False, spec=FieldSpec("手机号码", "Mobile", aliases=("手机", "手机号", "联系电话", "电话"))
)
MAIL = Parameter("mail", required=False, spec=FieldSpec("电子邮件", "E-mail", aliases=("邮箱", "email")))
BLOCK = 12  # a sound that more clients share tells nothing
BLOCKS = 1000  # of one kind that are looked at
STEM = 6  # first initials of an institution's name: 上海明远科技 …
NAMED = 5
PAIRS = 200


class LikelyDuplicate(Refused):
    """The client who is about to be added may be one already. That one tried is in the audit, as a look-up is."""

    status = 409
    recorded_as = encrypted_lookup.ACTION


# --- portraits -----------------------------------------------------------------------------------------


def profile_of_new(client: Client, contacts: Iterable[tuple[str, str | None]]) -> Profile:
    """The portrait of a client who is not saved yet; `contacts` are (kind, text as given)."""
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
    return str(model._meta.get_field(name).index_of(plain))


def profile_of(rows: Iterable[Client]) -> dict[int, Profile]:
    """{number: portrait} of stored clients in scope."""
    held = {row.pk: row for row in rows}
    whole: dict[int, set[str]] = {}
    ending: dict[int, set[str]] = {}
    for part in chunks(sorted(held)):
        found = Contact.objects.filter(client_id__in=part).values_list("client_id", "value_index", "ending_index")
        for pk, value, last in found:
            whole.setdefault(pk, set()).add(value)
            ending.setdefault(pk, set()).add(last)
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
        for pk, row in held.items()
    }


# --- who may be meant ------------------------------------------------------------------------------------


def candidates(new: Profile) -> Any:
    """Clients in scope who may be this one, by equality alone: at most 200."""
    sounds = {new.pinyin, rules.pinyin_of(duplicate_rules.fold(new.name))[0]}
    initials = rules.pinyin_of(new.name)[1]
    other_way = duplicate_rules.reversed_name(new.name)
    if other_way:
        sounds.add(rules.pinyin_of(other_way)[0])
    test = Q(pinyin__in=sounds - {""})
    if new.id_index:
        test |= Q(id_number_index=new.id_index)
    if new.contacts:
        test |= Q(pk__in=Contact.objects.filter(value_index__in=new.contacts).values("client_id"))
    if new.birth_on and initials:
        test |= Q(birth_on=new.birth_on, initials=initials)
    if new.endings and initials:
        same_ending = Contact.objects.filter(ending_index__in=new.endings).values("client_id")
        test |= Q(initials=initials, pk__in=same_ending)
    if new.kind != choices.Kind.PERSON and len(initials) >= STEM:
        test |= Q(initials__startswith=initials[:STEM])
    return Client.objects.filter(test)[:200]


def likely_duplicates(new: Profile) -> list[tuple[Client, Similarity]]:
    """Clients in scope who are likely this one, likeliest first."""
    rows = list(candidates(new))
    portraits = profile_of(rows)
    found = [(row, duplicate_rules.similarity(new, portraits[row.pk])) for row in rows]
    return sorted((pair for pair in found if pair[1].is_likely), key=lambda pair: (-pair[1].score, pair[0].pk))


def held_by_others(new: Profile) -> tuple[bool, bool]:
    """(whether a client out of scope has this very ID number, whether one has this very phone or mail). Nothing else is
    said of them, and nothing at all of clients behind an information wall."""
    test = Q(id_number_index=new.id_index) if new.id_index else Q(pk__in=[])
    if new.contacts:
        test |= Q(contacts__value_index__in=new.contacts)
    seen = set(Client.objects.filter(test).values_list("pk", flat=True))
    with elevated("whether somebody else serves this client"):
        rows = Client.objects.filter(test, walled=False).exclude(pk__in=seen).values_list("pk", "id_number_index")
        others = dict(rows)
    return bool(new.id_index) and new.id_index in others.values(), bool(others)


SERVED = bilingual("已由其他客户经理服务，请联系团队负责人。", "Already served by another manager; ask the desk head.")


def check_not_duplicate(new: Profile, anyway: bool) -> None:
    """Raises LikelyDuplicate, naming those in scope, unless `anyway`; an ID number that somebody has is never overridden."""
    if _identifiers(new):
        encrypted_lookup.check_lookup_limit()
    found = likely_duplicates(new)
    same_id, served = held_by_others(new)
    if same_id or any(like.score == duplicate_rules.CERTAIN for _, like in found):
        known = [_line(row, like) for row, like in found if like.score == duplicate_rules.CERTAIN]
        raise LikelyDuplicate({"id_number": list(known or [SERVED])})
    if anyway or not (found or served):
        return
    lines: list[Bilingual | str] = [_line(row, like) for row, like in found[:NAMED]]
    if served:
        lines.append(SERVED)
    hint = bilingual(
        "如确认不是同一人，请勾选“仍要新建”（接口：anyway=true）。",
        "If this is somebody else, tick “Create anyway” (API: anyway=true).",
    )
    raise LikelyDuplicate({"anyway": [*lines, hint]})


def _line(row: Client, like: Similarity) -> Bilingual:
    zh, en = like.said()
    return bilingual(
        "可能已有这位客户：{name}（{code}），{why}。",
        "This may be {name} ({code}): {reason}.",
        name=name_of(row, current_actor().clearance),
        code=row.code,
        why=zh,
        reason=en,
    )


@query(
    "clients.lookalikes",
    needs=Permission.CLIENT_WRITE,
    zh="新建前查重",
    en="Who a new client may be",
    parameters=(
        parameters_of("clients.Client", optional=("name", "kind", "birth_on", "id_type", "id_number", "employer")),
        PHONE,
        MAIL,
    ),
)
def lookalikes(*, phone: str | None = None, mail: str | None = None, **details: Any) -> dict[str, Any]:
    """Who a client with these details may already be: {"found": [{client, score, reasons}] in scope, likeliest first,
    "elsewhere": whether one out of scope has this very ID number, phone or mail}. Nothing is stored."""
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
    """[(column, blind index)] of the numbers that a new client is held against."""
    numbers = [(Client._meta.get_field("id_number_index"), new.id_index)] if new.id_index else []
    return numbers + [(Contact._meta.get_field("value_index"), index) for index in sorted(new.contacts)]


def describe(row: Client, like: Similarity) -> dict[str, Any]:
    return {"client": describe_client(row), "score": like.score, "reasons": str(bilingual(*like.said()))}


def describe_client(row: Client) -> dict[str, Any]:
    shown = render_row(row, ("code", "name", "segment", "branch", "birth_on"), shown=True)
    return {"id": row.pk, **{name: shown[name] for name in ("code", "name", "segment", "branch", "birth_on")}}


# --- the list ----------------------------------------------------------------------------------------------


def _blocks() -> set[tuple[int, int]]:
    """Pairs of clients in scope who share an identifier, a sound, or initials and birth date."""
    pairs: set[tuple[int, int]] = set()
    known = Client.objects.exclude(pinyin="")
    stems = known.exclude(kind=choices.Kind.PERSON.value).annotate(stem=Substr("initials", 1, STEM))
    for rows, by, most in (
        (Client.objects.exclude(id_number_index=""), ("id_number_index",), BLOCK),
        (known, ("pinyin",), BLOCK),
        (known.exclude(birth_on=None), ("birth_on", "initials"), BLOCK),
        (stems, ("stem",), BLOCK),
    ):
        pairs |= _pairs(rows, by, most, "pk")
    return pairs | _pairs(Contact.objects.exclude(value_index=""), ("value_index",), BLOCK, "client_id")


def _pairs(rows: Any, by: tuple[str, ...], most: int, number: str) -> set[tuple[int, int]]:
    shared = rows.order_by().values(*by).annotate(n=Count(number, distinct=True)).filter(n__gt=1, n__lte=most)
    keys = [tuple(row[name] for name in by) for row in shared.order_by(*by)[:BLOCKS]]
    blocks: dict[tuple[Any, ...], set[int]] = {}
    for part in chunks(keys, 400):
        found = rows.filter(**{f"{by[0]}__in": {key[0] for key in part}}).values_list(number, *by)
        for pk, *key in found:
            blocks.setdefault(tuple(key), set()).add(pk)
    wanted = set(keys)
    return {pair for key, block in blocks.items() if key in wanted for pair in combinations(sorted(block), 2)}


@query("clients.duplicates", needs=Permission.CLIENT_WRITE, zh="疑似重复客户", en="Likely duplicates")
def duplicates() -> list[dict[str, Any]]:
    """Pairs of clients in scope who are likely one, likeliest first: [{client, other, score (0 to 100), reasons}], at
    most 200. Pairs that somebody has told apart are left out."""
    pairs = _blocks()
    apart = {frozenset(pair) for pair in NotDuplicate.objects.values_list("client_id", "other_id")} if pairs else set()
    numbers = sorted({pk for pair in pairs for pk in pair})
    rows: dict[int, Client] = {}
    for part in chunks(numbers, 500):
        rows.update({row.pk: row for row in Client.objects.filter(pk__in=part)})
    portraits = profile_of(rows.values())
    found = []
    for one, two in pairs:
        if one in rows and two in rows and frozenset((one, two)) not in apart:
            like = duplicate_rules.similarity(portraits[one], portraits[two])
            if like.is_likely:
                found.append((like, one, two))
    found.sort(key=lambda pair: (-pair[0].score, pair[1], pair[2]))
    return [
        {
            "client": describe_client(rows[one]),
            "other": describe_client(rows[two]),
            "score": like.score,
            "reasons": str(bilingual(*like.said())),
        }
        for like, one, two in found[:PAIRS]
    ]


@action(
    "clients.tell_apart",
    needs=Permission.CLIENT_WRITE,
    zh="不是同一人",
    en="Not the same person",
    parameters=(parameters_of("clients.NotDuplicate", "client", "other")),
)
def mark_not_duplicate(*, client: Client, other: Client) -> dict[str, Any]:
    """Remember that these two are not one: they are not suggested again. Returns {batch}, by which it is taken back."""
    if client.pk == other.pk:
        raise Refused({"other": [bilingual("这是同一位客户。", "This is the same client.")]})
    one, two = sorted((client, other), key=lambda row: row.pk)
    if NotDuplicate.objects.filter(client=one, other=two).exists():
        return {"batch": None}
    with undo.recording_undo() as kept:
        NotDuplicate(client=one, other=two).save()
    about = bilingual("{code} 与 {other}", "{code} and {other}", code=one.code, other=two.code)
    return {"batch": batches.save_act(about, kept.store())}
