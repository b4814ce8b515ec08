"""Queries of the registrations of staff."""

from typing import Any

from dakehu.domains.compliance.registrations import holders, rules
from dakehu.domains.compliance.registrations.choices import RegistrationKind
from dakehu.domains.compliance.registrations.models import StaffRegistration
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

REGISTRATION = Parameter("registration", "compliance.StaffRegistration", spec=FieldSpec("执业登记", "Registration"))
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))


@query(
    "compliance.registrations",
    needs=Permission.REGISTRATION_READ,
    zh="执业登记",
    en="Registrations of staff",
    parameters=(FILTERS, ORDER),
)
def registrations(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the registrations of staff, by person and kind unless an order is given."""
    rows = StaffRegistration.objects.select_related("user")
    return (
        filter_rows(rows, filters or {}, order)
        if order
        else filter_rows(rows, filters or {}).order_by("user__name", "kind", "pk")
    )


@query(
    "compliance.registration",
    needs=Permission.REGISTRATION_READ,
    zh="一条执业登记",
    en="A registration of staff",
    parameters=(REGISTRATION,),
)
def registration(*, registration: StaffRegistration) -> StaffRegistration:
    """Return a registration of a member of staff."""
    return registration


@query("compliance.my_registrations", needs="", zh="我的执业登记", en="My registrations")
def my_registrations() -> dict[str, Any]:
    """Return the kinds that the actor holds today and the actions that require each kind.

    {held: [kind], number: the number to sign with, "" without one, needed: {kind: [label of an action]}}.
    """
    user_id = current_actor().user_id
    needed: dict[str, list[str]] = {}
    for one in ACTIONS.values():
        if one.registration and one.is_public and current_actor().may(one.needs):
            needed.setdefault(one.registration, []).append(str(one.label))
    return {
        "held": [kind.value for kind in RegistrationKind if holders.has_registration(user_id, kind)],
        "number": holders.find_number(user_id),
        "needed": needed,
    }


def due_registrations() -> list[StaffRegistration]:
    """Return the registrations that end within 30 days or have ended but are still marked valid, the earliest first."""
    today = clock.today()
    rows = StaffRegistration.objects.filter(user__is_active=True, valid_to__isnull=False).select_related("user")
    plain = ((row, rules.Registration(str(row.kind), str(row.state), row.valid_from, row.valid_to)) for row in rows)
    return sorted(
        (row for row, one in plain if rules.is_reminder_due(one, today)), key=lambda row: (row.valid_to, row.pk)
    )
