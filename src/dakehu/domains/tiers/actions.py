"""Actions on schemes and on manually set tiers."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dakehu.domains.tiers import defaults, rules, schemes
from dakehu.domains.tiers.choices import ChangeKind, SchemeState
from dakehu.domains.tiers.models import (
    AssignmentRun,
    ClientTier,
    Scheme,
    ServiceFlavour,
    Tier,
    TierChange,
    TierOverride,
)
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

SCHEME = Parameter("scheme", kind="integer", spec=FieldSpec("分级方案", "Tier scheme"))
TIER = Parameter("tier", kind="integer", spec=FieldSpec("级别", "Tier"))
FLAVOUR = Parameter("flavour", kind="integer", spec=FieldSpec("服务方式", "Service flavour"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
BOUNDS = Parameter(
    "bounds",
    required=False,
    kind="json",
    spec=FieldSpec("各级下限", "Lower bounds", help_zh='如 {"T4": 5000000}', help_en='such as {"T4": 5000000}'),
)
LIKE = Parameter("like", required=False, kind="integer", spec=FieldSpec("复制自方案", "Copy of scheme"))
OF_TIER = ("row_version", "created_at", "changed_at", "scheme", "id")


@action(
    "tiers.create_scheme",
    needs=Permission.TIERS_EDIT,
    zh="新建分级方案",
    en="Create a tier scheme",
    parameters=(parameters_of("tiers.Scheme", "name"), LIKE, BOUNDS),
)
def create_scheme(*, name: str, like: int | None = None, bounds: dict[str, Any] | None = None) -> Scheme:
    """Create a draft: a copy of a scheme (by default the one in force), or of the house defaults where there is none.

    `bounds` replaces lower bounds by tier. Raises Refused for a name in use or bounds out of order.
    """
    _check_name(name, None)
    source = schemes.get_scheme(like) if like else schemes.find_scheme_in_force(clock.today())
    scheme = Scheme(name=name)
    if source is not None:
        for column in (
            "window",
            *(f.name for f in Scheme._meta.fields if f.name.endswith(("_months", "_minutes"))),
            "busy_trades",
            "hours_per_day",
            "reserve",
            "note",
        ):
            setattr(scheme, column, getattr(source, column))
    scheme.save()
    for tier in _tiers_like(source):
        tier.scheme = scheme
        tier.save()
    for flavour in _flavours_like(source):
        flavour.scheme = scheme
        flavour.save()
    _store_bounds(scheme, bounds)
    return scheme


def _tiers_like(source: Scheme | None) -> list[Tier]:
    """Return new tiers copied from another scheme, or from the defaults."""
    if source is None:
        return [Tier(**values) for values in defaults.TIERS]
    names = [field.name for field in Tier._meta.fields if field.name not in OF_TIER]
    return [Tier(**{name: getattr(tier, name) for name in names}) for tier in schemes.tiers_of(source)]


def _flavours_like(source: Scheme | None) -> list[ServiceFlavour]:
    """Return new service flavours copied from another scheme, or from the defaults."""
    if source is None:
        return [ServiceFlavour(frequency=f, risk=r, zh=zh, en=en) for (f, r), (zh, en) in defaults.FLAVOURS.items()]
    rows = ServiceFlavour.objects.filter(scheme=source)
    return [ServiceFlavour(frequency=row.frequency, risk=row.risk, zh=row.zh, en=row.en) for row in rows]


def read_bounds(bounds: Any) -> dict[str, Decimal]:
    """Return {code of a tier: lower bound} of raw input. Raises Refused for values that are not amounts."""
    if bounds in (None, ""):
        return {}
    if isinstance(bounds, str):  # a form sends JSON as text
        try:
            bounds = json.loads(bounds)
        except ValueError:
            bounds = None
    fault: set[str] = set()
    if isinstance(bounds, dict):
        read = {str(code): _amount(value) for code, value in bounds.items()}
        fault = {code for code, amount in read.items() if amount is None}
        if not fault:
            return {code: amount for code, amount in read.items() if amount is not None}
    named = sorted(fault) or "—"
    raise Refused(
        {
            "bounds": [
                bilingual(
                    '各级下限应写成 {{"T4": 5000000}} 这样的元数；无法读取：{named}。',
                    'Write lower bounds in yuan such as {{"T4": 5000000}}; not understood: {named}.',
                    named=named,
                )
            ]
        }
    )


def _amount(value: Any) -> Decimal | None:
    """Return a bound in yuan, None for invalid input."""
    try:
        amount = Decimal(str(value).replace(",", ""))
    except ArithmeticError:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and 0 <= amount < 10**15 else None


def move_bounds(tiers: list[Tier], bounds: dict[str, Decimal]) -> None:
    """Set other lower bounds on tiers, without storing them. Raises Refused for a tier without one, or bounds out of order."""
    by_code = {str(tier.code): tier for tier in tiers if tier.lower_bound is not None}
    unknown = sorted(set(bounds) - by_code.keys())
    if unknown:
        raise refusal(
            "bounds",
            f"方案里没有按资产划分的级别 {'、'.join(unknown)}。",
            f"The scheme has no tier by assets called {', '.join(unknown)}.",
        )
    for code, amount in bounds.items():
        by_code[code].lower_bound = amount
    check_bounds(tiers)


def _store_bounds(scheme: Scheme, bounds: Any) -> None:
    """Store other lower bounds of a draft."""
    tiers = schemes.tiers_of(scheme)
    move_bounds(tiers, read_bounds(bounds))
    for tier in tiers:
        tier.save()


def check_bounds(tiers: list[Tier]) -> None:
    """Raise Refused where the bounds of a scheme leave a gap or are out of order."""
    texts = {
        "none": ("方案至少要有一个按资产划分的级别。", "A scheme needs at least one tier by assets."),
        "zero": (
            "最低一级的下限应为 0，否则有客户无级可定。",
            "The lowest tier must begin at 0, or some clients have none.",
        ),
        "order": ("级别越高，下限应越高。", "A higher tier needs a higher lower bound."),
    }
    fault = rules.band_fault(schemes.bands(tiers))
    if fault:
        raise refusal("bounds", *texts[fault])


def _check_name(name: str, scheme: Scheme | None) -> None:
    """Raise Refused for a name used by another scheme."""
    if Scheme.objects.filter(name=name).exclude(pk=scheme.pk if scheme else None).exists():
        raise refusal("name", "已有同名方案，请换一个名称。", "Another scheme has this name; choose another one.")


def _get_draft(pk: int) -> Scheme:
    """Return a scheme that may still be edited. Raises Refused for one already switched on."""
    scheme = schemes.get_scheme(pk)
    if scheme.state != SchemeState.DRAFT:
        raise refusal(
            "scheme",
            "方案启用后不能再改下限和升降规则；请复制为新草稿，改好后再启用。",
            "Bounds and rules of a scheme stay as they are once it is switched on: copy it, edit the copy, switch that on.",
        )
    return scheme


@action(
    "tiers.change_scheme",
    needs=Permission.TIERS_EDIT,
    zh="修改分级方案",
    en="Change a tier scheme",
    parameters=(SCHEME, VERSION, Fields("tiers.Scheme"), BOUNDS),
)
def change_scheme(*, scheme: int, version: int | None = None, bounds: Any = None, **values: Any) -> Scheme:
    """Change a draft: its rule of moves, its hours, its lower bounds. Raises Refused once it was switched on."""
    row = _get_draft(scheme)
    check_version(row, version)
    if values.get("name"):
        _check_name(values["name"], row)
    for name, value in values.items():
        default: Any = Scheme._meta.get_field(name)
        setattr(row, name, value if value is not None else default.get_default())
    row.save()
    if bounds:
        _store_bounds(row, bounds)
    return row


@action(
    "tiers.remove_scheme",
    needs=Permission.TIERS_EDIT,
    zh="删除方案草稿",
    en="Remove a draft scheme",
    parameters=(SCHEME,),
)
def remove_scheme(*, scheme: int) -> None:
    """Remove a draft with its tiers. Raises Refused for a scheme that was switched on."""
    _get_draft(scheme).delete()


@action(
    "tiers.change_tier",
    needs=Permission.TIERS_EDIT,
    zh="修改级别与服务标准",
    en="Change a tier and its standard",
    parameters=(TIER, VERSION, Fields("tiers.Tier")),
)
def change_tier(*, tier: int, version: int | None = None, **values: Any) -> Tier:
    """Change a tier: its name and service standard at any time, its lower bound while the scheme is a draft."""
    row = Tier.objects.filter(pk=tier).select_related("scheme").first()
    if row is None:
        raise NotFound(bilingual("级别", "tier"))
    check_version(row, version)
    if "lower_bound" in values and values["lower_bound"] != row.lower_bound:
        _get_draft(row.scheme_id)
        if row.lower_bound is None or values["lower_bound"] is None:
            raise refusal(
                "lower_bound",
                "按客户类型定的级别没有下限，按资产定的必须有。",
                "A tier by kind of client has no lower bound; one by assets needs it.",
            )
    for name, value in values.items():
        setattr(row, name, value)
    others = [other for other in schemes.tiers_of(row.scheme) if other.pk != row.pk]
    check_bounds([*others, row])
    row.save()
    return row


@action(
    "tiers.change_flavour",
    needs=Permission.TIERS_EDIT,
    zh="修改服务方式",
    en="Change a service flavour",
    parameters=(FLAVOUR, VERSION, Fields("tiers.ServiceFlavour")),
)
def change_flavour(*, flavour: int, version: int | None = None, **values: Any) -> ServiceFlavour:
    """Change how clients of one trading frequency and risk preference are served."""
    row = ServiceFlavour.objects.filter(pk=flavour).first()
    if row is None:
        raise NotFound(bilingual("服务方式", "service flavour"))
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value or "")
    row.save()
    return row


@action(
    "tiers.activate_scheme",
    needs=Permission.TIERS_EDIT,
    zh="启用分级方案",
    en="Switch a tier scheme on",
    parameters=(
        SCHEME,
        Parameter("effective_from", "tiers.Scheme", "effective_from", required=False),
    ),
)
def activate_scheme(*, scheme: int, effective_from: date | None = None) -> Scheme:
    """Switch a draft on from a day (default: today); nightly assignments use it from then on.

    Raises Refused for bounds out of order and for a day that was already assigned.
    """
    row = _get_draft(scheme)
    check_bounds(schemes.tiers_of(row))
    day = effective_from or clock.today()
    last = AssignmentRun.objects.order_by("-day").values_list("day", flat=True).first()
    if last is not None and day <= last:
        raise refusal(
            "effective_from",
            f"{last} 及以前已经定级，生效日期应更晚。",
            f"Tiers are already assigned up to {last}; choose a later day.",
        )
    row.state, row.effective_from = SchemeState.ACTIVE, day
    row.save()
    return row


@action(
    "tiers.override_tier",
    needs=Permission.TIERS_OVERRIDE,
    zh="人工定级",
    en="Set a tier by hand",
    parameters=(parameters_of("tiers.TierOverride", "client", "code", "until", "reason"),),
)
def override_tier(*, client: Any, code: str, until: date, reason: str) -> TierOverride:
    """Set the tier of a client manually until a day; it overrides the rule from now on.

    Raises Refused for a day in the past, a tier that is not in the scheme in force, and an empty reason.
    """
    today = clock.today()
    scheme = schemes.find_scheme_in_force(today)
    tiers = {str(tier.code): tier for tier in schemes.tiers_of(scheme)} if scheme is not None else {}
    if str(code) not in tiers:
        raise refusal("code", "现行方案没有这一级别。", "The scheme in force has no such tier.")
    if until < today:
        raise refusal("until", "有效期不能早于今天。", "It cannot end before today.")
    if not reason.strip():
        raise refusal("reason", "请写明理由。", "Say why.")
    _end_running(client, today)
    row = TierOverride(
        client=client, code=code, until=until, reason=reason.strip(), since=today, set_by_id=current_actor().user_id
    )
    row.save()
    held = ClientTier.objects.filter(client=client).first() or ClientTier(client=client, rule_code="", decided_on=today)
    _set_code(held, tiers[str(code)], ChangeKind.OVERRIDDEN, until, row.reason)
    return row


@action(
    "tiers.end_override",
    needs=Permission.TIERS_OVERRIDE,
    zh="结束人工定级",
    en="End a tier set by hand",
    parameters=parameters_of("tiers.TierOverride", "client"),
)
def end_override(*, client: Any) -> None:
    """Return a client to the tier by rule immediately. Raises Refused where no tier is set manually."""
    today = clock.today()
    if not _end_running(client, today):
        raise refusal("client", "该客户没有有效的人工定级。", "No tier of this client is set by hand.")
    held = ClientTier.objects.filter(client=client).first()
    if held is None:
        return
    scheme = schemes.find_scheme_in_force(today)
    tiers = {str(tier.code): tier for tier in schemes.tiers_of(scheme)} if scheme is not None else {}
    if str(held.rule_code) in tiers:
        _set_code(held, tiers[str(held.rule_code)], ChangeKind.OVERRIDE_ENDED, None, "")
    else:
        held.delete()


def _end_running(client: Any, today: date) -> bool:
    """End the manually set tier of a client; return whether one applied until now."""
    running = TierOverride.objects.filter(client=client, ended_on=None).first()
    if running is None:
        return False
    running.ended_on = min(today, running.until)
    running.save()
    return bool(running.until >= today)


def _set_code(held: ClientTier, tier: Tier, kind: ChangeKind, until: date | None, reason: str) -> None:
    """Apply another tier to a client from today on, and record the change."""
    today, was = clock.today(), str(held.code)
    if was != tier.code:
        held.since = today
    held.code, held.rank, held.override_until = tier.code, tier.rank, until
    last = held.client.last_contact_on or held.since
    gap = tier.contact_every_days
    held.contact_due_on = None if gap is None else last + timedelta(days=gap)
    held.save()
    TierChange(
        client=held.client,
        on=today,
        kind=kind,
        code_before=was,
        code=tier.code,
        average_assets=held.average_assets,
        averaged_days=held.averaged_days,
        assets_source=held.assets_source,
        reason=reason,
    ).save()
