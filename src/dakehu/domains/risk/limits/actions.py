"""Actions on limits: set a version, withdraw one. Versions are never changed, so that past evaluations remain valid."""

from datetime import date
from typing import Any

from dakehu.domains.risk.limits import rules
from dakehu.domains.risk.models import ClientLimit, HouseLimit
from dakehu.domains.risk.parameters import CLIENT_LIMIT, HOUSE_LIMIT, VERSION
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Fields

SUBJECTS = ("risk_level", "tier", "security", "industry", "product_risk")


def get_house_limit(pk: int) -> HouseLimit:
    """Return a limit of the house. Raises NotFound."""
    row: HouseLimit | None = HouseLimit.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("内部限额", "house limit"))
    return row


def get_client_limit(pk: int) -> ClientLimit:
    """Return a limit of a visible client. Raises NotFound."""
    row: ClientLimit | None = ClientLimit.objects.filter(pk=pk).select_related("client").first()
    if row is None:
        raise NotFound(bilingual("客户限额", "limit of a client"))
    return row


@action(
    "risk.set_house_limit",
    needs=Permission.LIMIT_WRITE,
    zh="设置内部限额",
    en="Set a house limit",
    parameters=(Fields("risk.HouseLimit", required=("measure", "value", "effective_from"), new=True),),
)
def set_house_limit(*, measure: str, value: Any, effective_from: date, **values: Any) -> HouseLimit:
    """Set a version of a limit for all clients, or for one level, tier, security, industry or product risk.

    The previous version is kept and remains in force until the new one is. Raises Refused for a scope that the
    measure does not have, and for a day in the past.
    """
    filled = {name: one for name, one in values.items() if one not in (None, "")}
    scopes = [name for name in SUBJECTS if name in filled]
    _check(measure, scopes, value, filled.get("strong_value"), effective_from)
    row = HouseLimit(measure=measure, value=value, effective_from=effective_from, **filled)
    same = {name: filled.get(name, None if name == "security" else "") for name in SUBJECTS}
    newest = HouseLimit.objects.filter(measure=measure, **same).order_by("-version").first()
    row.version = (newest.version if newest is not None else 1) + 1  # version 1 is the shipped default
    row.save()
    return row


@action(
    "risk.withdraw_house_limit",
    needs=Permission.LIMIT_WRITE,
    zh="停用内部限额",
    en="Withdraw a house limit",
    parameters=(HOUSE_LIMIT,),
)
def withdraw_house_limit(*, house_limit: int) -> HouseLimit:
    """Withdraw a limit from today on; the version before it, or the shipped default, is in force again."""
    return _withdraw(get_house_limit(house_limit))


@action(
    "risk.set_client_limit",
    needs=Permission.LIMIT_WRITE,
    zh="设置客户限额",
    en="Set a limit of a client",
    parameters=(Fields("risk.ClientLimit", required=("client", "measure", "value", "effective_from"), new=True),),
)
def set_client_limit(*, client: Any, measure: str, value: Any, effective_from: date, **values: Any) -> ClientLimit:
    """Set a version of a limit of one client; it takes precedence over every limit of the house."""
    filled = {name: one for name, one in values.items() if one not in (None, "")}
    _check(measure, ["client"], value, filled.get("strong_value"), effective_from)
    row = ClientLimit(client=client, measure=measure, value=value, effective_from=effective_from, **filled)
    newest = ClientLimit.objects.filter(client=client, measure=measure).order_by("-version").first()
    row.version = newest.version + 1 if newest is not None else 1
    row.save()
    return row


@action(
    "risk.withdraw_client_limit",
    needs=Permission.LIMIT_WRITE,
    zh="停用客户限额",
    en="Withdraw a limit of a client",
    parameters=(CLIENT_LIMIT,),
)
def withdraw_client_limit(*, client_limit: int) -> ClientLimit:
    """Withdraw a client's limit from today on; the limit of the house is in force again."""
    return _withdraw(get_client_limit(client_limit))


@action(
    "risk.change_house_limit",
    needs=Permission.LIMIT_WRITE,
    zh="修改内部限额",
    en="Change a house limit",
    parameters=(HOUSE_LIMIT, VERSION, Fields("risk.HouseLimit", without=("measure", *SUBJECTS))),
)
def change_house_limit(*, house_limit: int, version: int | None = None, **values: Any) -> HouseLimit:
    """Set the next version of a limit of the house, from today by default; omitted values stay unchanged."""
    row = get_house_limit(house_limit)
    check_version(row, version)
    same = {name: getattr(row, name) for name in ("measure", *SUBJECTS)}
    return set_house_limit(**same, **_next_version(row, ("value", "strong_value", "tag", "source", "note"), values))


@action(
    "risk.change_client_limit",
    needs=Permission.LIMIT_WRITE,
    zh="修改客户限额",
    en="Change a limit of a client",
    parameters=(CLIENT_LIMIT, VERSION, Fields("risk.ClientLimit", without=("client", "measure"))),
)
def change_client_limit(*, client_limit: int, version: int | None = None, **values: Any) -> ClientLimit:
    """Set the next version of a client's limit, from today by default; omitted values stay unchanged."""
    row = get_client_limit(client_limit)
    check_version(row, version)
    same = {"client": row.client, "measure": row.measure}
    return set_client_limit(**same, **_next_version(row, ("value", "strong_value", "note"), values))


def _next_version(row: Any, names: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the version after a row: the given ones, the others unchanged; from today by default."""
    day = {"effective_from": values.get("effective_from") or clock.today()}
    return {**{name: values.get(name, getattr(row, name)) for name in names}, **day}


def _check(measure: str, scopes: list[str], value: Any, strong: Any, effective_from: date) -> None:
    """Raise Refused for an invalid limit."""
    error = rules.limit_error(
        str(measure),
        scopes,
        float(value),
        None if strong is None else float(strong),
        effective_from,
        clock.today(),
    )
    if error is not None:
        raise refusal(*error)


def _withdraw(row: Any) -> Any:
    """Withdraw a version. Raises Refused for one already withdrawn."""
    if row.effective_until is not None:
        raise refusal("", "这条限额已经停用。", "This limit is withdrawn already.")
    row.effective_until = clock.today()
    row.save()
    return row
