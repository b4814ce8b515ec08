"""Groups of clients: households, persons acting in concert, companies of one controller."""

from django.db import models

from dakehu.domains.clients import choices
from dakehu.domains.clients.models.client import Client
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class Group(Recorded):
    """A household or a group of control.

    It belongs to no single client; any user who sees a member sees it.
    """

    names = Names("群组", "Group", "Groups")
    erased_when_empty = True

    kind = field(choice_field(choices.GroupKind), zh="关系类型", en="Group kind", listed=True, aliases=("群组类型",))
    name = field(models.CharField(max_length=80), zh="群组名称", en="Group name", sensitivity=PERSONAL, listed=True,
                 example="王氏家庭")  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk}"


class Member(ClientRecorded):
    """A client in a group. `relation` is its relation to member `to` (None for the root of the tree)."""

    names = Names("群组成员", "Group member", "Group members")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey(Client, on_delete=models.CASCADE, related_name="memberships"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    group = field(models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members"), zh="群组", en="Group",
                  listed=True)  # fmt: skip
    relation = field(choice_field(choices.Relation, blank=True, default=""), zh="关系", en="Relation", listed=True,
                     sensitivity=PERSONAL)  # fmt: skip
    to = field(models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers"),
               zh="与谁", en="To whom")  # fmt: skip

    class Meta(ClientRecorded.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "group"], name="a_member_once")]
