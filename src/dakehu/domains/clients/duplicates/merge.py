"""Merge two client records: repoint every foreign key, resolve unique rows, delete the duplicate.

Rows of every domain move by the models' own foreign keys; rows that can exist only once (a tag, the needs, the same
number twice) are merged or dropped. The merge can be undone.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from dakehu.domains.clients import actions
from dakehu.domains.clients.details import client_fields
from dakehu.domains.clients.duplicates import merge_rules
from dakehu.domains.clients.models import Client, Contact, Coverage, History, Member, MergedClient, Needs, NotDuplicate
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.gates.registry import query
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
    """Raise Refused where both are the same client."""
    if client.pk == other.pk:
        raise refusal("other", "这是同一位客户。", "This is the same client.")


def merged_values(names: Any) -> set[str]:
    """Return the fields taken from the other client: a list, or one text with commas.

    Raises Refused for unknown fields.
    """
    field_names = (
        names if isinstance(names, list) else [part.strip() for part in str(names or "").split(",") if part.strip()]
    )
    unknown = [str(name) for name in field_names if name not in client_fields()]
    if unknown:
        raise refusal("take", "没有“{name}”这个字段。", "There is no field “{name}” here.", name=unknown[0])
    return set(field_names)


def choices(client: Client, other: Client, wanted: set[str]) -> Iterator[tuple[str, merge_rules.Choice]]:
    """Yield the choice for each field.

    A risk level goes with its own test and dates, an ID number with its document.
    """
    mine, others = (
        {name: getattr(row, Client._meta.get_field(name).attname) for name in client_fields()}
        for row in (client, other)
    )
    for name in client_fields():
        lead = merge_rules.GOES_WITH.get(name, name)
        if lead != name and (mine[lead] or others[lead]):
            lead_choice = merge_rules.choose(mine[lead], others[lead], taken=lead in wanted)
            yield name, merge_rules.Choice(lead_choice.survives, False)
        else:
            yield name, merge_rules.choose(mine[name], others[name], taken=name in wanted)


Remark = Callable[[Client, Client], Iterable[Bilingual]]
_remarks: list[Remark] = []


def set_merge_remark(remark: Remark) -> Remark:
    """Register `remark(client, other)` of a higher domain, whose messages the merge preview shows."""
    _remarks.append(remark)
    return remark


@query(
    "clients.merge_preview",
    needs=Permission.CLIENT_WRITE,
    zh="合并预览",
    en="Merge preview",
    parameters=(actions.CLIENT, OTHER, FIELDS_TAKEN),
)
def merge_preview(*, client: Client, other: Client, take: Any = None) -> dict[str, Any]:
    """Return the preview of `clients.merge`, without writing.

    {"client", "other": as shown, "fields": [{field, label, mine, other, survives ("mine" or "other"), differs}] where
    either has a value, "moves": {table: rows of the other}, "remarks": further effects, in the reader's language}.
    """
    check_distinct(client, other)
    mine, others = render_row(client, shown=True), render_row(other, shown=True)
    fields = [
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
    remarks = [str(message) for remark in (_duplicate_rows_remark, *_remarks) for message in remark(client, other)]
    return {"client": mine, "other": others, "fields": fields, "moves": moves, "remarks": remarks}


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
    """Merge `other` into `client`.

    Fields named in `take` and empty fields get the other's value, everything else stays; all related rows move. The
    other's code still finds the client. Returns {client, code, moved, dropped: numbers of rows, batch: the id with
    which `dakehu undo` separates them}.
    """
    check_distinct(client, other)
    wanted = merged_values(take)
    check_version(client, version)
    check_version(other, other_version)
    _check_followers_visible(client, other)
    current_act().client_id = client.pk
    with elevated("merging two records of one client"):
        lost = _fill_gaps(client, other, wanted)
        _merge_duties(client, other)
        _merge_needs(client, other)
        moved, dropped = 0, _merge_contacts(client, other)
        _merge_history(client, other)
        _merge_members(client, other)
        for model, key in references_to(Client):
            moved_rows, dropped_rows = repoint(model, key, client, other)
            moved, dropped = moved + moved_rows, dropped + dropped_rows
        remove_rows(Client, [other.pk])
        MergedClient(
            client=client, code=other.code, number=other.pk, name=other.name, merged_on=clock.today(), known=lost
        ).save()
        record_rows(Client, [], [client], ["last_contact_on"], client_ids=[client.pk])  # its related rows have changed
    add_audit_note(merged=other.code, moved=moved, dropped=dropped)
    publish_event("clients.merged", client=client.pk, former=other.pk)
    about = bilingual("{other} 并入 {code}", "{other} into {code}", other=other.code, code=client.code)
    return {
        "client": client.pk,
        "code": client.code,
        "moved": moved,
        "dropped": dropped,
        "batch": undo_entries.entry_number(about),
    }


def _fill_gaps(client: Client, other: Client, wanted: set[str]) -> dict[str, Any]:
    """Set the surviving values on the client; return the others as JSON, without secret values."""
    lost, values = {}, {}
    for name, choice in list(choices(client, other, wanted)):
        column: Any = Client._meta.get_field(name)
        loser = client if choice.survives == "other" else other
        if choice.survives == "other":
            values[column.attname] = getattr(other, column.attname)
        value = getattr(loser, column.attname)
        same = getattr(client, column.attname) == getattr(other, column.attname)
        if value not in merge_rules.EMPTY and not same and spec_of(column).sensitivity < SECRET:
            lost[name] = column.value_to_string(loser)
    for name, value in values.items():
        setattr(client, name, value)
    client.pinyin, client.initials = actions.rules.pinyin_of(client.name)
    client.walled = client.walled or other.walled
    client.last_contact_on = merge_rules.latest(client.last_contact_on, other.last_contact_on)
    client.next_contact_on = merge_rules.earliest(client.next_contact_on, other.next_contact_on)
    client.as_of_on = merge_rules.latest(client.as_of_on, other.as_of_on)
    client.save()
    return lost


def _merge_duties(client: Client, other: Client) -> None:
    """Merge open duties: every user who serves either serves the client, once each."""
    open_duties = list(Coverage.objects.filter(client__in=(client.pk, other.pk), until=None))
    own_duties = [
        merge_rules.Duty(row.pk, row.user_id, str(row.role)) for row in open_duties if row.client_id == client.pk
    ]
    other_duties = [
        merge_rules.Duty(row.pk, row.user_id, str(row.role)) for row in open_duties if row.client_id == other.pk
    ]
    result = merge_rules.duties(own_duties, other_duties)
    for duty in open_duties:
        if duty.pk in result.ending:
            duty.until = clock.today()
        duty.role = result.becoming.get(duty.pk, duty.role)
        duty.save()


def _merge_needs(client: Client, other: Client) -> None:
    """Fill needs the client has not stated from the other; the client's own stay."""
    mine, others = Needs.objects.filter(client=client).first(), Needs.objects.filter(client=other).first()
    if mine is None or others is None:
        return
    for name in editable_fields("clients.Needs"):
        if name == "client":
            continue
        if getattr(mine, name) in merge_rules.EMPTY:
            setattr(mine, name, getattr(others, name))
    mine.extra = {**others.extra, **mine.extra}
    mine.save()


def _merge_contacts(client: Client, other: Client) -> int:
    """Merge equal contacts, verified if either was; the client keeps its primary contact of each kind.

    Returns the number of dropped rows.
    """
    dropped = 0
    own = list(Contact.objects.filter(client=client))
    same = {(row.kind, row.value_index): row for row in own}
    preferred = {row.kind for row in own if row.primary}
    for row in Contact.objects.filter(client=other):
        duplicate = same.get((row.kind, row.value_index))
        if duplicate is not None:
            duplicate.verified = duplicate.verified or row.verified
            duplicate.save()
            row.delete()
            dropped += 1
        elif row.primary and row.kind in preferred:
            row.primary = False
            row.save()
    return dropped


def _merge_history(client: Client, other: Client) -> None:
    """Merge history rows of the same day: the other's values fill gaps."""
    own = {row.as_of_on: row for row in History.objects.filter(client=client)}
    for row in History.objects.filter(client=other, as_of_on__in=own):
        same_day = own[row.as_of_on]
        same_day.known = {**row.known, **same_day.known}
        same_day.save()


def _merge_members(client: Client, other: Client) -> None:
    """Merge memberships in the same group: relations through the other now go through the client.

    Marks that the two are distinct are deleted.
    """
    own = {row.group_id: row for row in Member.objects.filter(client=client)}
    for member in Member.objects.filter(client=other, group__in=own):
        remaining = own[member.group_id]
        if member.pk in _ancestors(remaining):  # it was related through the other, and now takes the other's place
            remaining.to_id, remaining.relation = member.to_id, member.relation
            remaining.save()
        for follower in Member.objects.filter(to=member).exclude(pk=remaining.pk):
            follower.to_id = remaining.pk
            follower.save()
    for row in NotDuplicate.objects.filter(client__in=(client.pk, other.pk), other__in=(client.pk, other.pk)):
        row.delete()


def _check_followers_visible(client: Client, other: Client) -> None:
    """Raise Refused where a hidden member is related through the other in a group of both.

    The manager of that member, or the lead, has to move it.
    """
    shared = Member.objects.filter(client=client).values_list("group_id", flat=True)
    condition = {"to__client": other, "group__in": list(shared)}
    visible = Member.objects.filter(**condition).count()
    with elevated("count members related through a client"):
        total = Member.objects.filter(**condition).count()
    if visible < total:
        raise refusal(
            "other",
            "群组里有其他客户经理服务的成员与这位客户直接相关。请对调两位客户后再合并，或联系团队负责人。",
            "A member served by somebody else is related through this client. Swap the two, or ask your team head.",
        )


def _ancestors(member: Member) -> set[int]:
    """Return the members through whom a member is related, all the way up."""
    ancestors: set[int] = set()
    while member.to_id is not None and member.to_id not in ancestors:
        ancestors.add(member.to_id)
        member = Member.objects.get(pk=member.to_id)
    return ancestors


def repoint(model: Any, key: Any, client: Client, other: Client) -> tuple[int, int]:
    """Move the rows of one table from `other` to `client`; return (moved, dropped).

    Rows that can exist only once, and rows equal to one of the client's, are dropped.
    """
    duplicates = _deduplicate(model, key, client, other)
    if duplicates:
        remove_rows(model, sorted(duplicates))
    moved, dropped = [], len(duplicates)
    is_unique = key.unique or any(
        key.name in getattr(constraint, "fields", ()) for constraint in model._meta.constraints
    )
    for row in model.objects.filter(**{key.name: other}).order_by("pk"):
        setattr(row, key.name, client)
        if is_unique and _exists(row):
            setattr(row, key.name, other)
            row.delete()
            dropped += 1
        else:
            moved.append(row)
    if moved:
        record_rows(model, [], moved, [key.name], client_ids=[client.pk])
    return len(moved), dropped


def _deduplicate(model: Any, key: Any, client: Client, other: Client) -> set[int]:
    """Return the ids of the other's rows equal to one of the client's, without dependent rows."""
    if not model.deduplicate_on_merge:
        return set()
    field_names = [f.attname for f in model._meta.fields if has_spec(f) and f.name != key.name]
    mine, others = (
        [
            (row.pk, str([getattr(row, name) for name in field_names]))
            for row in model.objects.filter(**{key.name: owner})
        ]
        for owner in (client, other)
    )
    duplicates = merge_rules.equal_rows([text for _, text in mine], others)
    for dependent, foreign_key in references_to(model):
        duplicates -= set(
            dependent.objects.filter(**{f"{foreign_key.name}__in": duplicates}).values_list(
                foreign_key.attname, flat=True
            )
        )
    return duplicates


def _duplicate_rows_remark(client: Client, other: Client) -> Iterator[Bilingual]:
    """Yield the remark on how many equal rows are kept once."""
    count = sum(len(_deduplicate(model, key, client, other)) for model, key in references_to(Client))
    if count:
        yield bilingual(
            "另有 {n} 条记录（投资、服务、计划等）两边一字不差，合并后只留一份。",
            "{n} records (investments, service, plans) say the same on both sides, word for word; one of each stays.",
            n=count,
        )


def _exists(row: models.Model) -> bool:
    """Return whether saving a row would violate a uniqueness constraint."""
    try:
        row.validate_unique()
        row.validate_constraints()
    except ValidationError:
        return True
    return False
