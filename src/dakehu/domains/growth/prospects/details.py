"""The details of one prospect: normalise and set them."""

from typing import Any

from dakehu.domains.clients import rules as client_rules
from dakehu.domains.clients.identifiers import BadIdentifier
from dakehu.domains.growth.choices import MarketingChoice
from dakehu.domains.growth.models import Prospect
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual

CONTACTS = (("phone", "mobile"), ("mail", "mail"))  # (field of a prospect, kind of contact of a client)


def get_prospect(pk: int) -> Prospect:
    """Return a visible prospect. Raises NotFound."""
    row: Prospect | None = Prospect.objects.select_related("pool", "owner").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("线索", "prospect"))
    return row


def set_details(prospect: Prospect, values: dict[str, Any]) -> None:
    """Set values on a prospect in their standard form. Raises Refused for invalid numbers."""
    for name, value in values.items():
        column: Any = Prospect._meta.get_field(name)
        if (value is None and not column.null) or (value == "" and not column.blank):
            value = column.get_default()
        setattr(prospect, name, value)
    for name, kind in CONTACTS:
        if values.get(name):
            setattr(prospect, name, standard_contact(name, kind, values[name]))
    number = values.get("id_number")
    if number:
        prospect.id_type = prospect.id_type or client_rules.guess_id_type(str(prospect.kind), number)
        try:
            prospect.id_number = client_rules.check_id_number(str(prospect.id_type), number)
        except BadIdentifier as error:
            raise refusal("id_number", error.zh, error.en) from None
    if values.get("marketing") and not values.get("marketing_on"):
        stated = str(values["marketing"]) != MarketingChoice.UNKNOWN
        prospect.marketing_on = clock.today() if stated else None


def standard_contact(name: str, kind: str, value: str) -> str:
    """Return a telephone number or address in its standard form. Raises Refused for an invalid one."""
    try:
        reading = client_rules.read_contact(kind, value)
    except BadIdentifier as error:
        raise refusal(name, error.zh, error.en) from None
    if reading.warning_zh:
        raise refusal(name, "打码的号码无法使用，请填写完整。", "A masked number is of no use; give it in full.")
    return reading.value


def check_owner(owner: Any) -> Any:
    """Return who owns a prospect: the actor by default. Raises Refused for a person outside the actor's team."""
    actor = current_actor()
    if owner is None:
        return team.current_user()
    if not (actor.is_system or owner.pk == actor.user_id or owner.pk in actor.covers):
        raise refusal(
            "owner",
            "只能分派给自己或本团队成员；给其他团队请先退回公海。",
            "Name yourself or a member of your team; return the prospect to the pool for another one.",
        )
    return owner
