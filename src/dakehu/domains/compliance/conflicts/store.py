"""Entries of the register that apply to a statement: used by campaigns and advice, regardless of who may see them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from dakehu.domains.compliance.conflicts import rules
from dakehu.domains.compliance.conflicts.rules import Entry
from dakehu.domains.compliance.models import Conflict
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base import clock

COLUMNS = (
    "pk",
    "kind",
    "staff_id",
    "client_id",
    "product",
    "effect",
    "disclosure",
    "from_on",
    "until_on",
    "product_name",
)


def conflicts_for(
    user_id: int | None, client_id: int | None = None, product: str = "", on: date | None = None
) -> list[Entry]:
    """Return the entries that apply to a member of staff, a client and a product on a day (today), blocking ones first.

    The actor's scope is ignored: entries of the firm and of that person, none of other persons.
    """
    day = on or clock.today()
    return rules.conflicts_for(
        entries_of(user_id, [client_id] if client_id else [], day), user_id, client_id, product, day
    )


def conflicts_of_text(
    user_id: int | None, client_ids: Iterable[int], products: Iterable[str], text: str
) -> list[Entry]:
    """Return the entries that apply to a text of a person to clients today, about products given or named in the text."""
    day, clients = clock.today(), sorted(set(client_ids))
    entries = entries_of(user_id, clients, day)
    named = {rules.normalize_code(one) for one in (*products, *rules.products_named(entries, text)) if one.strip()}
    found = [one for one in entries if not one.product or rules.normalize_code(one.product) in named]
    return sorted(found, key=lambda one: (one.effect != rules.BLOCK, one.id))


def entries_of(user_id: int | None, client_ids: list[int], on: date) -> list[Entry]:
    """Return the entries in force on a day that concern a person, for given clients or any."""
    with elevated("ask for conflicts of interest"):
        rows = Conflict.objects.filter(
            Q(staff_id=user_id) | Q(staff_id=None),
            Q(until_on=None) | Q(until_on__gte=on),
            Q(client_id=None) | Q(client_id__among=client_ids),
            from_on__lte=on,
        )
        return [Entry(*values) for values in rows.order_by("pk").values_list(*COLUMNS)]
