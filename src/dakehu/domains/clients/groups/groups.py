"""Households, persons acting in concert, companies of one controller: who belongs together, seen as far as one's own
clients go. Of members out of sight only their number is told."""

from decimal import Decimal
from typing import Any

from dakehu.domains.clients import choices
from dakehu.domains.clients.groups import rules as group_rules
from dakehu.domains.clients.models import Client, Group, Member
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of, render_row
from dakehu.foundation.gates.registry import query
from dakehu.foundation.imports import batches
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("clients.Member", "client")
GROUP = Parameter("group", kind="integer", spec=FieldSpec("群组", "Group", aliases=("群组编号",)))
MEMBER = Parameter(
    "member",
    "clients.Member",
    "client",
    spec=FieldSpec(
        "新成员",
        "New member",
        aliases=("成员客户号",),
        help_zh="填客户号或姓名",
        help_en="Client code or name",
        example="C0002",
    ),
)


def visible_members(group: int) -> Any:
    """Members of a group who are in scope, in the order in which they joined. Raises NotFound where none is."""
    rows = Member.objects.filter(group_id=group).select_related("client", "group").order_by("pk")
    if not rows.exists():
        raise NotFound(bilingual("群组", "group"))
    return rows


def _is_member(client: Client, group: int) -> Member:
    row = Member.objects.filter(client=client, group_id=group).select_related("group").first()
    if row is None:
        raise NotFound(bilingual("群组", "group"))
    return row


def group_row(group: Group, of: Client) -> dict[str, Any]:
    """A group as it is seen from one of its members."""
    rows = list(visible_members(group.pk))
    with elevated("how many more belong to a group"):
        everybody = Member.objects.filter(group=group).count()
    clearance = current_actor().clearance
    cleared = clearance >= PERSONAL
    by_number = {row.pk: row for row in rows}
    own = next(row for row in rows if row.client_id == of.pk)
    members = {row.pk: _member(row, by_number, own, clearance) for row in rows}
    known = [row.client.assets for row in rows if row.client.assets is not None]

    def grown(branch: group_rules.Branch) -> dict[str, Any]:
        return {**members[branch.number], "below": [grown(below) for below in branch.below]}

    shown = render_row(group, shown=True)
    return {
        "id": group.pk,
        "kind": shown["kind"],
        "name": shown["name"],
        "assets": str(sum(known, Decimal(0))) if cleared and known else None,
        "counted": len(known) if cleared else 0,
        "members": list(members.values()),
        "hidden": everybody - len(rows),
        "tree": [grown(branch) for branch in group_rules.forest([(row.pk, row.to_id) for row in rows])],
    }


def _member(row: Member, known: dict[int, Member], own: Member, clearance: Any) -> dict[str, Any]:
    """One member: what it is to whom, and what it is to the client from whom one looks ("" where not tied directly)."""
    to = known.get(row.to_id) if row.to_id else None
    cleared = clearance >= PERSONAL
    seen_as = ""
    if row.to_id == own.pk:
        seen_as = str(row.relation)
    elif own.to_id == row.pk:
        seen_as = group_rules.opposite(str(own.relation), str(row.client.gender))
    return {
        "member": row.pk,
        "client": {"id": row.client_id, "code": row.client.code, "name": name_of(row.client, clearance)},
        "relation": choices.Relation.text_of(str(row.relation)) if to and row.relation and cleared else "",
        "to": name_of(to.client, clearance) if to else "",
        "to_me": choices.Relation.text_of(seen_as) if seen_as and cleared else "",
        "me": row.pk == own.pk,
        "assets": str(row.client.assets) if cleared and row.client.assets is not None else None,
    }


@query("clients.groups", needs=Permission.CLIENT_READ, zh="关系与家庭", en="Groups of a client", parameters=CLIENT)
def groups(*, client: Client) -> list[dict[str, Any]]:
    """The groups a client belongs to: [{id, kind, name, assets (sum of members in scope, CNY, None if not known or not
    cleared), counted (members in that sum), members [{member, client, relation, to, to_me, me, assets}], tree (members with
    `below`), hidden (members out of scope)}]."""
    rows = Member.objects.filter(client=client).select_related("group").order_by("pk")
    return [group_row(row.group, client) for row in rows]


@action(
    "clients.form_group",
    needs=Permission.CLIENT_WRITE,
    zh="新建家庭或群组",
    en="Form a household or group",
    parameters=(CLIENT, parameters_of("clients.Group", "kind", "name")),
)
def create_group(*, client: Client, kind: str, name: str) -> dict[str, Any]:
    """A group that begins with this client. Returns {group, batch}."""
    with undo.recording_undo() as kept:
        group = Group(kind=kind, name=name)
        group.save()
        Member(client=client, group=group).save()
    return {"group": group.pk, "batch": batches.save_act(client.code, kept.store())}


@action(
    "clients.add_member",
    needs=Permission.CLIENT_WRITE,
    zh="加入成员",
    en="Add a member",
    parameters=(CLIENT, GROUP, MEMBER, Parameter("relation", "clients.Member", "relation")),
)
def add_member(*, client: Client, group: int, member: Client, relation: str) -> dict[str, Any]:
    """`member` joins the group of `client`, whose `relation` (spouse, child, …) it is. Returns {member, batch}."""
    at = _is_member(client, group)
    if Member.objects.filter(group_id=group, client=member).exists():
        raise refusal("member", "“{code}”已在这个群组。", "“{code}” is in this group already.", code=member.code)
    with undo.recording_undo() as kept:
        row = Member(client=member, group=at.group, relation=relation, to=at)
        row.save()
    return {"member": row.pk, "batch": batches.save_act(member.code, kept.store())}


@action(
    "clients.leave_group", needs=Permission.CLIENT_WRITE, zh="移出群组", en="Leave a group", parameters=(CLIENT, GROUP)
)
def remove_member(*, client: Client, group: int) -> dict[str, Any]:
    """A member leaves; the group ends with its last one. Refused while others hang on this member. Returns {batch}."""
    row = _is_member(client, group)
    with elevated("who hangs on a member"):
        if Member.objects.filter(to=row).exists():
            raise refusal(
                "client",
                "还有成员的关系以这位客户为准，请先移出他们。",
                "Other members are related through this client; let them leave first.",
            )
        with undo.recording_undo() as kept:
            row.delete()
            if not Member.objects.filter(group_id=group).exists():
                row.group.delete()
    return {"batch": batches.save_act(client.code, kept.store())}
