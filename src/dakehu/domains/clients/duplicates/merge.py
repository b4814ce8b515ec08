"""Two records of one client become one. Whatever hangs on the other moves, in every room, by the models' own foreign
keys; what can stand only once (a label, the needs, the same number twice) is merged or dropped. All of it may be undone."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from dakehu.domains.clients import actions
from dakehu.domains.clients.duplicates import merge_rules
from dakehu.domains.clients.models import Client, Contact, Coverage, History, Member, MergedClient, Needs, NotDuplicate
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.gates.registry import query
from dakehu.foundation.imports import batches
from dakehu.foundation.records.bulk import record_rows, remove_rows
from dakehu.foundation.records.recorded import add_audit_note, current_act, publish_event
from dakehu.foundation.schema.fields import FieldSpec, editable_fields, has_spec, spec_of
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.schema.references import references_to

OTHER = Parameter(
    "other", "clients.Contact", "client", spec=FieldSpec("另一位客户", "Other client", aliases=("被合并客户",))
)
FIELDS_TAKEN = Parameter(
    "take", required=False, kind="json", spec=FieldSpec("取另一位的字段", "Fields taken from the other")
)
OTHER_VERSION = Parameter(
    "other_version", required=False, kind="integer", spec=FieldSpec("另一位的版本", "Version of the other")
)


def check_distinct(client: Client, other: Client) -> None:
    if client.pk == other.pk:
        raise refusal("other", "这是同一位客户。", "This is the same client.")


def merged_values(names: Any) -> set[str]:
    """The fields whose value comes from the other client: a list, or one text with commas. Raises Refused for unknown ones."""
    given = names if isinstance(names, list) else [part.strip() for part in str(names or "").split(",") if part.strip()]
    unknown = [str(name) for name in given if name not in actions.client_fields()]
    if unknown:
        raise refusal("take", "没有“{name}”这个字段。", "There is no field “{name}” here.", name=unknown[0])
    return set(given)


def choices(client: Client, other: Client, wanted: set[str]) -> Iterator[tuple[str, merge_rules.Choice]]:
    """What becomes of each field. A risk level goes with its own test and dates, an ID number with its own document."""
    mine, others = (
        {n: getattr(row, Client._meta.get_field(n).attname) for n in actions.client_fields()} for row in (client, other)
    )
    for name in actions.client_fields():
        lead = merge_rules.GOES_WITH.get(name, name)
        if lead != name and (mine[lead] or others[lead]):
            follows = merge_rules.choose(mine[lead], others[lead], taken=lead in wanted)
            yield name, merge_rules.Choice(follows.survives, False)
        else:
            yield name, merge_rules.choose(mine[name], others[name], taken=name in wanted)


Remark = Callable[[Client, Client], Iterable[Bilingual]]
_remarks: list[Remark] = []


def set_merge_remark(told: Remark) -> Remark:
    """Said by a room above of a function `told(client, other)`: what else a preview should say."""
    _remarks.append(told)
    return told


@query(
    "clients.merge_preview",
    needs=Permission.CLIENT_WRITE,
    zh="合并预览",
    en="What a merge would do",
    parameters=(actions.CLIENT, OTHER, FIELDS_TAKEN),
)
def merge_preview(*, client: Client, other: Client, take: Any = None) -> dict[str, Any]:
    """What `clients.merge` would do, without doing it: {"client", "other": as shown, "fields": [{field, label, mine, other,
    survives ("mine" or "other"), differs}] where either says something, "moves": {table: rows of the other}, "remarks": what
    else follows, in the reader's language}."""
    check_distinct(client, other)
    mine, others = render_row(client, shown=True), render_row(other, shown=True)
    lines = [
        {
            "field": name,
            "label": spec_of(Client._meta.get_field(name)).label,
            "mine": mine[name],
            "other": others[name],
            "survives": choice.survives,
            "differs": choice.differs,
        }
        for name, choice in choices(client, other, merged_values(take))
        if mine[name] or others[name]
    ]
    moves = {}
    for model, key in references_to(Client):
        count = model.objects.filter(**{key.name: other}).count()
        if count:
            moves[model._meta.label] = moves.get(model._meta.label, 0) + count
    remarks = [str(words) for told in (_first_of_equal, *_remarks) for words in told(client, other)]
    return {"client": mine, "other": others, "fields": lines, "moves": moves, "remarks": remarks}


@action(
    "clients.merge",
    needs=Permission.CLIENT_WRITE,
    zh="合并客户",
    en="Merge two clients",
    parameters=(actions.CLIENT, actions.VERSION, OTHER, OTHER_VERSION, FIELDS_TAKEN),
)
def merge(
    *,
    client: Client,
    other: Client,
    take: Any = None,
    version: int | None = None,
    other_version: int | None = None,
) -> dict[str, Any]:
    """`other` becomes part of `client`: fields named in `take` get the other's value, an empty field whatever the other
    has, everything else stays; all that hangs on the other moves. The other's code goes on finding the client. Returns
    {client, code, moved, dropped, batch}: numbers of rows, and by which `dakehu undo` takes the two apart again."""
    check_distinct(client, other)
    wanted = merged_values(take)
    check_version(client, version)
    check_version(other, other_version)
    _must_see_followers(client, other)
    current_act().client_id = client.pk
    with undo.recording_undo() as kept, elevated("merging two records of one client"):
        lost = _fill_gaps(client, other, wanted)
        _merge_duties(client, other)
        _merge_needs(client, other)
        moved, dropped = 0, _merge_contacts(client, other)
        _merge_history(client, other)
        _merge_members(client, other)
        for model, key in references_to(Client):
            went, stayed = repoint(model, key, client, other)
            moved, dropped = moved + went, dropped + stayed
        remove_rows(Client, [other.pk])
        MergedClient(
            client=client, code=other.code, number=other.pk, name=other.name, merged_on=clock.today(), known=lost
        ).save()
        record_rows(Client, [], [client], ["last_contact_on"], client_ids=[client.pk])  # what hangs on it has changed
    add_audit_note(merged=other.code, moved=moved, dropped=dropped)
    publish_event("clients.merged", client=client.pk, former=other.pk)
    about = bilingual("{other} 并入 {code}", "{other} into {code}", other=other.code, code=client.code)
    return {
        "client": client.pk,
        "code": client.code,
        "moved": moved,
        "dropped": dropped,
        "batch": batches.save_act(about, kept.store()),
    }


def _fill_gaps(client: Client, other: Client, wanted: set[str]) -> dict[str, Any]:
    """Put what survives on the client; returns what does not, as JSON without anything sealed."""
    lost, given = {}, {}
    for name, choice in list(choices(client, other, wanted)):
        column: Any = Client._meta.get_field(name)
        loser = client if choice.survives == "other" else other
        if choice.survives == "other":
            given[column.attname] = getattr(other, column.attname)
        value = getattr(loser, column.attname)
        same = getattr(client, column.attname) == getattr(other, column.attname)
        if value not in merge_rules.EMPTY and not same and spec_of(column).sensitivity < SECRET:
            lost[name] = column.value_to_string(loser)
    for name, value in given.items():
        setattr(client, name, value)
    client.pinyin, client.initials = actions.rules.pinyin_of(client.name)
    client.walled = client.walled or other.walled
    client.last_contact_on = merge_rules.latest(client.last_contact_on, other.last_contact_on)
    client.next_contact_on = merge_rules.earliest(client.next_contact_on, other.next_contact_on)
    client.as_of_on = merge_rules.latest(client.as_of_on, other.as_of_on)
    client.save()
    return lost


def _merge_duties(client: Client, other: Client) -> None:
    held = list(Coverage.objects.filter(client__in=(client.pk, other.pk), until=None))
    mine = [merge_rules.Duty(d.pk, d.user_id, str(d.role)) for d in held if d.client_id == client.pk]
    theirs = [merge_rules.Duty(d.pk, d.user_id, str(d.role)) for d in held if d.client_id == other.pk]
    settled = merge_rules.duties(mine, theirs)
    for duty in held:
        if duty.pk in settled.ending:
            duty.until = clock.today()
        duty.role = settled.becoming.get(duty.pk, duty.role)
        duty.save()


def _merge_needs(client: Client, other: Client) -> None:
    """Wishes that the client has not stated are taken from the other; those stated twice stay the client's."""
    mine, theirs = Needs.objects.filter(client=client).first(), Needs.objects.filter(client=other).first()
    if mine is None or theirs is None:
        return
    for name in editable_fields("clients.Needs"):
        if name == "client":
            continue
        if getattr(mine, name) in merge_rules.EMPTY:
            setattr(mine, name, getattr(theirs, name))
    mine.extra = {**theirs.extra, **mine.extra}
    mine.save()


def _merge_contacts(client: Client, other: Client) -> int:
    """The same number twice is one number, verified if either was; the client keeps its preferred one of each kind.
    Returns how many were dropped."""
    dropped = 0
    mine = list(Contact.objects.filter(client=client))
    same = {(row.kind, row.value_index): row for row in mine}
    preferred = {row.kind for row in mine if row.primary}
    for row in Contact.objects.filter(client=other):
        held = same.get((row.kind, row.value_index))
        if held is not None:
            held.verified = held.verified or row.verified
            held.save()
            row.delete()
            dropped += 1
        elif row.primary and row.kind in preferred:
            row.primary = False
            row.save()
    return dropped


def _merge_history(client: Client, other: Client) -> None:
    """Of one day there is one row: what was known of the other that day fills the gaps."""
    mine = {row.as_of_on: row for row in History.objects.filter(client=client)}
    for row in History.objects.filter(client=other, as_of_on__in=mine):
        held = mine[row.as_of_on]
        held.known = {**row.known, **held.known}
        held.save()


def _merge_members(client: Client, other: Client) -> None:
    """Where both belong to one group, whoever hung on the other hangs on the client, and pairs told apart are one now."""
    mine = {row.group_id: row for row in Member.objects.filter(client=client)}
    for gone in Member.objects.filter(client=other, group__in=mine):
        held = mine[gone.group_id]
        if gone.pk in _above(held):  # it hung on the other, and now hangs where the other did
            held.to_id, held.relation = gone.to_id, gone.relation
            held.save()
        for follower in Member.objects.filter(to=gone).exclude(pk=held.pk):
            follower.to_id = held.pk
            follower.save()
    for row in NotDuplicate.objects.filter(client__in=(client.pk, other.pk), other__in=(client.pk, other.pk)):
        row.delete()


def _must_see_followers(client: Client, other: Client) -> None:
    """Raises Refused where a member out of sight is related through the other in a group of both: whose row it is, that
    manager or the lead moves it."""
    shared = Member.objects.filter(client=client).values_list("group_id", flat=True)
    hanging = {"to__client": other, "group__in": list(shared)}
    seen = Member.objects.filter(**hanging).count()
    with elevated("whether others hang on a member"):
        everybody = Member.objects.filter(**hanging).count()
    if seen < everybody:
        raise refusal(
            "other",
            "群组里有其他客户经理服务的成员与这位客户直接相关。请对调两位客户后再合并，或联系团队负责人。",
            "A member served by somebody else is related through this client. Swap the two, or ask the desk head.",
        )


def _above(member: Member) -> set[int]:
    """The members on whom one hangs, all the way up."""
    found: set[int] = set()
    while member.to_id is not None and member.to_id not in found:
        found.add(member.to_id)
        member = Member.objects.get(pk=member.to_id)
    return found


def repoint(model: Any, key: Any, client: Client, other: Client) -> tuple[int, int]:
    """Rows of one table go from `other` to `client`; those that may stand only once are dropped, and those that say what a
    row of the client's says. Returns (moved, dropped)."""
    twice = _deduplicate(model, key, client, other)
    if twice:
        remove_rows(model, sorted(twice))
    moving, dropped = [], len(twice)
    once = key.unique or any(key.name in getattr(rule, "fields", ()) for rule in model._meta.constraints)
    for row in model.objects.filter(**{key.name: other}).order_by("pk"):
        setattr(row, key.name, client)
        if once and _exists(row):
            setattr(row, key.name, other)
            row.delete()
            dropped += 1
        else:
            moving.append(row)
    if moving:
        record_rows(model, [], moving, [key.name], client_ids=[client.pk])
    return len(moving), dropped


def _deduplicate(model: Any, key: Any, client: Client, other: Client) -> set[int]:
    """Numbers of the other's rows that say, word for word, what a row of the client's says, and on which nothing hangs."""
    if not model.deduplicate_on_merge:
        return set()
    told = [f.attname for f in model._meta.fields if has_spec(f) and f.name != key.name]
    mine, others = (
        [(row.pk, str([getattr(row, name) for name in told])) for row in model.objects.filter(**{key.name: one})]
        for one in (client, other)
    )
    twice = merge_rules.equal_rows([said for _, said in mine], others)
    for hanging, to in references_to(model):
        twice -= set(hanging.objects.filter(**{f"{to.name}__in": twice}).values_list(to.attname, flat=True))
    return twice


def _first_of_equal(client: Client, other: Client) -> Iterator[Bilingual]:
    """How many rows will stand once that stand twice now."""
    count = sum(len(_deduplicate(model, key, client, other)) for model, key in references_to(Client))
    if count:
        yield bilingual(
            "另有 {n} 条记录（投资、服务、计划等）两边一字不差，合并后只留一份。",
            "{n} records (investments, service, plans) say the same on both sides, word for word; one of each stays.",
            n=count,
        )


def _exists(row: models.Model) -> bool:
    try:
        row.validate_unique()
        row.validate_constraints()
    except ValidationError:
        return True
    return False
