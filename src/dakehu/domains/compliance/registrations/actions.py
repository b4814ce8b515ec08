"""Actions on the registrations of staff."""

from datetime import date
from typing import Any

from dakehu.domains.compliance.registrations import holders, rules
from dakehu.domains.compliance.registrations.models import StaffRegistration
from dakehu.domains.compliance.registrations.rules import Registration
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

MODEL = "compliance.StaffRegistration"
REGISTRATION = Parameter("registration", MODEL, spec=FieldSpec("执业登记", "Registration"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
FIELDS = ("state", "valid_from", "valid_to", "evidence")


@action(
    "compliance.add_registration",
    needs=Permission.REGISTRATION_WRITE,
    zh="登记执业资格",
    en="Enter a registration of staff",
    parameters=parameters_of(MODEL, "user", "kind", "number", optional=FIELDS),
)
def add_registration(
    *,
    user: Any,
    kind: str,
    number: str,
    state: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    evidence: str | None = None,
) -> StaffRegistration:
    """Enter a registration of a member of staff. Raises Refused for a number that is taken, days that end before they begin,
    and for an adviser who would also be an analyst."""
    row = StaffRegistration(
        user=user, kind=kind, number=number.strip(), valid_from=valid_from, valid_to=valid_to, evidence=evidence or ""
    )
    row.state = state or row.state
    _check(row)
    row.save()
    return row


@action(
    "compliance.change_registration",
    needs=Permission.REGISTRATION_WRITE,
    zh="修改执业登记",
    en="Change a registration of staff",
    parameters=(REGISTRATION, parameters_of(MODEL, optional=("kind", "number", *FIELDS)), VERSION),
)
def change_registration(
    *, registration: StaffRegistration, version: int | None = None, **changes: Any
) -> StaffRegistration:
    """Change a registration: renew, suspend or cancel it. Raises Refused as `add_registration` does, Conflict if
    another person changed it first."""
    check_version(registration, version)
    for name, value in changes.items():
        setattr(registration, name, "" if value is None and name in ("number", "evidence") else value)
    _check(registration)
    registration.save()
    return registration


def _check(row: StaffRegistration) -> None:
    """Raise Refused for a registration that is incompatible with the others."""
    taken = StaffRegistration.objects.filter(kind=str(row.kind), number=row.number).exclude(pk=row.pk)
    if taken.exists():
        raise refusal("number", "该类别下已有编号“{n}”。", "Number “{n}” of this kind is there already.", n=row.number)
    new = Registration(str(row.kind), str(row.state), row.valid_from, row.valid_to)
    others = holders.registrations_of(row.user_id, without=row.pk)
    fault = rules.days_fault(row.valid_from, row.valid_to) or rules.exclusion_fault(new, others)
    if fault is not None:
        raise Refused({fault[0]: [fault[1]]})
