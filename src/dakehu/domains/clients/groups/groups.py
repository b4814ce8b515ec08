"""Groups of clients: households, persons acting in concert, companies of one controller.

Members are shown within the actor's scope; of hidden members only the number is disclosed.
"""

from decimal import Decimal
from typing import Any

from dakehu.domains.clients import choices
from dakehu.domains.clients.groups import rules as group_rules
from dakehu.domains.clients.models import Client, Group, Member
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of, render_row
from dakehu.foundation.gates.registry import query
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
    """Return the visible members of a group in order of joining. Raises NotFound where none is visible."""
    rows = Member.objects.filter(group_id=group).select_related("client", "group").order_by("pk")
    if not rows.exists():
        raise NotFound(bilingual("群组", "group"))
    return rows


def _get_member(client: Client, group: int) -> Member:
    """Return a client's membership in a group. Raises NotFound."""
    row = Member.objects.filter(client=client, group_id=group).select_related("group").first()
    if row is None:
        raise NotFound(bilingual("群组", "group"))
    return row


def group_row(group: Group, viewer: Client) -> dict[str, Any]:
    """Render a group as seen from one of its members."""
    rows = list(visible_members(group.pk))
    with elevated("count all members of a group"):
        total = Member.objects.filter(group=group).count()
    clearance = current_actor().clearance
    cleared = clearance >= PERSONAL
    by_id = {row.pk: row for row in rows}
    own = next(row for row in rows if row.client_id == viewer.pk)
    members = {row.pk: _member(row, by_id, own, clearance) for row in rows}
    known_assets = [row.client.assets for row in rows if row.client.assets is not None]

    def branch_row(branch: group_rules.Branch) -> dict[str, Any]:
        return {**members[branch.number], "below": [branch_row(below) for below in branch.below]}

    rendered = render_row(group, shown=True)
    return {
        "id": group.pk,
        "kind": rendered["kind"],
        "name": rendered["name"],
        "assets": str(sum(known_assets, Decimal(0))) if cleared and known_assets else None,
        "counted": len(known_assets) if cleared else 0,
        "members": list(members.values()),
        "hidden": total - len(rows),
        "tree": [branch_row(branch) for branch in group_rules.forest([(row.pk, row.to_id) for row in rows])],
    }


def _member(row: Member, members: dict[int, Member], own: Member, clearance: Any) -> dict[str, Any]:
    """Render one member with its relation, and its relation to the viewing client ("" if not direct)."""
    related = members.get(row.to_id) if row.to_id else None
    cleared = clearance >= PERSONAL
    relation_to_viewer = ""
    if row.to_id == own.pk:
        relation_to_viewer = str(row.relation)
    elif own.to_id == row.pk:
        relation_to_viewer = group_rules.opposite(str(own.relation), str(row.client.gender))
    return {
        "member": row.pk,
        "client": {"id": row.client_id, "code": row.client.code, "name": name_of(row.client, clearance)},
        "relation": choices.Relation.text_of(str(row.relation)) if related and row.relation and cleared else "",
        "to": name_of(related.client, clearance) if related else "",
        "to_me": choices.Relation.text_of(relation_to_viewer) if relation_to_viewer and cleared else "",
        "me": row.pk == own.pk,
        "assets": str(row.client.assets) if cleared and row.client.assets is not None else None,
    }


@query("clients.groups", needs=Permission.CLIENT_READ, zh="关系与家庭", en="Groups of a client", parameters=CLIENT)
def groups(*, client: Client) -> list[dict[str, Any]]:
    """Return the groups of a client.

    [{id, kind, name, assets (sum over visible members, CNY, None if unknown or not cleared), counted (members in that
    sum), members [{member, client, relation, to, to_me, me, assets}], tree (members with `below`), hidden (number of
    hidden members)}].
    """
    rows = Member.objects.filter(client=client).select_related("group").order_by("pk")
    return [group_row(row.group, client) for row in rows]


@action(
    "clients.create_group",
    needs=Permission.CLIENT_WRITE,
    zh="新建家庭或群组",
    en="Create a household or group",
    parameters=(CLIENT, parameters_of("clients.Group", "kind", "name")),
)
def create_group(*, client: Client, kind: str, name: str) -> dict[str, Any]:
    """Create a group with this client as its first member. Returns {group, batch}."""
    group = Group(kind=kind, name=name)
    group.save()
    Member(client=client, group=group).save()
    return {"group": group.pk, "batch": undo_entries.entry_number(client.code)}


@action(
    "clients.add_member",
    needs=Permission.CLIENT_WRITE,
    zh="加入家庭/群组成员",
    en="Add a member",
    parameters=(CLIENT, GROUP, MEMBER, Parameter("relation", "clients.Member", "relation")),
)
def add_member(*, client: Client, group: int, member: Client, relation: str) -> dict[str, Any]:
    """Add `member` to the group of `client`, as its `relation` (spouse, child, …).

    Returns {member, batch}.
    """
    related = _get_member(client, group)
    if Member.objects.filter(group_id=group, client=member).exists():
        raise refusal("member", "“{code}”已在这个群组。", "“{code}” is in this group already.", code=member.code)
    row = Member(client=member, group=related.group, relation=relation, to=related)
    row.save()
    return {"member": row.pk, "batch": undo_entries.entry_number(member.code)}


@action(
    "clients.remove_member",
    needs=Permission.CLIENT_WRITE,
    zh="移出群组",
    en="Remove a group member",
    parameters=(CLIENT, GROUP),
)
def remove_member(*, client: Client, group: int) -> dict[str, Any]:
    """Remove a member; the group ends with its last one. Returns {batch}.

    Raises Refused while other members are related through this one.
    """
    row = _get_member(client, group)
    with elevated("check for members related through a client"):
        if Member.objects.filter(to=row).exists():
            raise refusal(
                "client",
                "还有成员的关系以这位客户为准，请先移出他们。",
                "Other members are related through this client; let them leave first.",
            )
        row.delete()
        if not Member.objects.filter(group_id=group).exists():
            row.group.delete()
    return {"batch": undo_entries.entry_number(client.code)}
