"""Actions on the tags of clients."""

from dakehu.domains.clients.actions import CLIENT
from dakehu.domains.clients.models import Client, ClientTag, Tag
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter


@action(
    "clients.tag",
    needs=Permission.CLIENT_WRITE,
    zh="添加标签",
    en="Tag a client",
    parameters=(CLIENT, Parameter("name", spec=FieldSpec("标签", "Tag"))),
)
def tag(*, client: Client, name: str) -> ClientTag:
    """Tag a client; the tag is created if new."""
    tag_row = Tag.objects.filter(name=name[:40]).first()
    if tag_row is None:
        tag_row = Tag(name=name[:40])
        tag_row.save()
    row = ClientTag.objects.filter(client=client, tag=tag_row).first() or ClientTag(client=client, tag=tag_row)
    row.save()
    return row


@action(
    "clients.untag",
    needs=Permission.CLIENT_WRITE,
    zh="移除标签",
    en="Remove a tag from a client",
    parameters=(CLIENT, Parameter("name", spec=FieldSpec("标签", "Tag"))),
)
def untag(*, client: Client, name: str) -> None:
    """Remove a tag from a client. Raises NotFound."""
    row = ClientTag.objects.filter(client=client, tag__name=name).first()
    if row is None:
        raise NotFound(bilingual("标签", "tag"), name)
    row.delete()
