"""Queries of prospects, contacts with them and referrals."""

from typing import Any

from dakehu.domains.growth.models import Opportunity, PoolEvent, Prospect, ProspectContact, Referral
from dakehu.domains.growth.parameters import FILTERS, ORDER, PROSPECT
from dakehu.domains.growth.prospects.details import get_prospect
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.parameters import parameters_of

CLIENT = parameters_of("growth.Referral", "client")


@query("growth.prospects", needs=Permission.GROWTH_READ, zh="线索列表", en="Prospects", parameters=(FILTERS, ORDER))
def prospects(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible prospects, newest first. Prospects waiting in a pool: see growth.pool."""
    return filter_rows(Prospect.objects.all(), filters or {}, order or "-added_on")


@query("growth.prospect", needs=Permission.GROWTH_READ, zh="线索详情", en="A prospect", parameters=(PROSPECT,))
def prospect_detail(*, prospect: int) -> Any:
    """Return a visible prospect. Raises NotFound."""
    return get_prospect(prospect)


@query(
    "growth.prospect_page",
    needs=Permission.GROWTH_READ,
    zh="线索全貌",
    en="All about a prospect",
    parameters=(PROSPECT,),
)
def prospect_page(*, prospect: int) -> dict[str, Any]:
    """Return a prospect with contacts, referrals, opportunities and pool events, each as shown, newest first.

    Referrals by clients whom the reader does not see are left out.
    """
    row = get_prospect(prospect)
    contacts = list(ProspectContact.objects.filter(prospect=row).order_by("-held_at", "-pk"))
    events = list(
        PoolEvent.objects.filter(prospect=row).select_related("user", "previous", "pool").order_by("-at", "-pk")
    )
    opportunities = list(Opportunity.objects.filter(prospect=row).select_related("stage").order_by("-pk"))
    referrals = list(Referral.objects.filter(prospect=row).select_related("client").order_by("-referred_on"))
    return {
        "prospect": render_row(row),
        "shown": render_row(row, shown=True),
        "contacts": [
            {**shown, "effective": contact.is_effective, "on_client": contact.interaction_id is not None}
            for contact, shown in zip(contacts, render_rows(contacts, shown=True), strict=True)
        ],
        "events": render_rows(events, shown=True),
        "opportunities": [
            {**shown, "closed": one.closed_on is not None}
            for one, shown in zip(opportunities, render_rows(opportunities, shown=True), strict=True)
        ],
        "referrals": [
            {**shown, "client_id": one.client_id, "thanked": one.thanked_on is not None}
            for one, shown in zip(referrals, render_rows(referrals, shown=True), strict=True)
        ],
    }


@query(
    "growth.contacts",
    needs=Permission.GROWTH_READ,
    zh="线索联系记录",
    en="Contacts with prospects",
    parameters=(FILTERS, ORDER),
)
def contacts(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the contacts with visible prospects, newest first."""
    return filter_rows(ProspectContact.objects.all(), filters or {}, order or "-held_at")


@query("growth.referrals", needs=Permission.GROWTH_READ, zh="转介绍列表", en="Referrals", parameters=(FILTERS, ORDER))
def referrals(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the referrals by visible clients, newest first; those not thanked for: {"thanked_on.empty": true}."""
    return filter_rows(Referral.objects.all(), filters or {}, order or "-referred_on")


@query(
    "growth.client_referrals",
    needs=Permission.GROWTH_READ,
    zh="客户的转介绍",
    en="Referrals of a client",
    parameters=CLIENT,
)
def client_referrals(*, client: Any) -> Any:
    """Return the referrals of a client, newest first."""
    return Referral.objects.filter(client=client).order_by("-referred_on", "-pk")
