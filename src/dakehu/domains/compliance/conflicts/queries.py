"""Queries: the register as the reader sees it, and the entries that apply to a piece of advice."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.choices import ConflictEffect, ConflictKind
from dakehu.domains.compliance.conflicts import store
from dakehu.domains.compliance.models import Conflict
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
CLIENT = Parameter("client", "clients.Client", required=False, spec=FieldSpec("客户", "Client"))
PRODUCT = Parameter("product", required=False, spec=FieldSpec("产品代码", "Code of the product"))
STAFF = Parameter("staff", "team.User", required=False, spec=FieldSpec("人员", "Member of staff"))
ON = Parameter("on", kind="date", required=False, spec=FieldSpec("日期", "Day"))


@query(
    "compliance.conflict_register",
    needs=Permission.CONFLICT_DECLARE,
    zh="利益冲突登记",
    en="Register of conflicts of interest",
    parameters=(FILTERS, ORDER),
)
def conflict_register(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the entries about the reader, or all for keepers of the register; newest first."""
    return filter_rows(Conflict.objects.all(), filters or {}, order or "-from_on")


@query(
    "compliance.conflicts",
    needs=Permission.CONFLICT_DECLARE,
    zh="检查利益冲突",
    en="Conflicts of interest of an advice",
    parameters=(CLIENT, PRODUCT, STAFF, ON),
)
def conflicts(
    *, client: Any = None, product: str | None = None, staff: Any = None, on: date | None = None
) -> list[dict[str, Any]]:
    """Return the entries that apply to the reader, or `staff`, discussing a product with a client on a day (today).

    [{id, kind, kind_text, effect: "block" or "disclose", effect_text, disclosure}], blocking ones first. Only keepers
    of the register may query another person.
    """
    actor = current_actor()
    if staff is not None and staff.pk != actor.user_id and not actor.may(Permission.CONFLICT_KEEP):
        raise NotAllowed(bilingual("检查他人的利益冲突", "ask about somebody else"), Permission.CONFLICT_KEEP)
    user = staff.pk if staff is not None else actor.user_id
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "kind_text": str(ConflictKind.text_of(one.kind)),
            "effect": one.effect,
            "effect_text": str(ConflictEffect.text_of(one.effect)),
            "disclosure": one.disclosure,
        }
        for one in store.conflicts_for(user, client.pk if client is not None else None, product or "", on)
    ]
