"""Actions on prospects: add, change, assign, end and reopen them, and record contacts."""

from datetime import date, datetime
from typing import Any

from dakehu.domains.clients import rules as client_rules
from dakehu.domains.clients.details import READ_IN_FULL
from dakehu.domains.growth.choices import InvalidReason, MarketingChoice, PoolEventKind, ProspectState
from dakehu.domains.growth.models import Prospect, ProspectContact, Referral
from dakehu.domains.growth.parameters import ANYWAY, PROSPECT, REASON, VERSION
from dakehu.domains.growth.pool import recycling
from dakehu.domains.growth.pool.history import add_event
from dakehu.domains.growth.prospects import rules
from dakehu.domains.growth.prospects.details import CONTACTS, check_owner, get_prospect, set_details
from dakehu.domains.growth.prospects.duplicates import check_new
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note, publish_event
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

REFERRED_BY = Parameter(
    "referred_by", "growth.Referral", "client", required=False, spec=FieldSpec("介绍客户", "Referring client")
)
INTO_POOL = Parameter(
    "pool",
    "growth.Prospect",
    "pool",
    required=False,
    spec=FieldSpec(
        "放入公海",
        "Put into pool",
        aliases=("公海",),
        help_zh="填写后无人跟进，供同事领取",
        help_en="Nobody follows it then; others claim it",
    ),
)
INBOUND = Parameter("is_inbound", required=False, kind="bool", spec=FieldSpec("对方主动联系", "They contacted us"))
WHY_INVALID = Parameter("why", choice_set=InvalidReason, spec=FieldSpec("无效原因", "Why invalid"))


@action(
    "growth.add_prospect",
    needs=Permission.PROSPECT_WRITE,
    zh="新增线索",
    en="Add a prospect",
    parameters=(Fields("growth.Prospect", required=("name",), new=True), INTO_POOL, REFERRED_BY, ANYWAY),
)
def add_prospect(
    *,
    name: str,
    owner: Any = None,
    pool: Any = None,
    referred_by: Any = None,
    anyway: bool | None = None,
    **details: Any,
) -> Prospect:
    """Add a prospect, owned by the actor unless a team member or a pool is given.

    Raises LikelyDuplicate (409) for a client or prospect that is likely the same; for those outside the actor's scope it states
    only that they exist and whom to ask. `anyway` overrides that, but not the same ID number.
    """
    if pool is not None and owner is not None:
        raise refusal("pool", "放入公海的线索没有跟进人。", "A prospect in the pool has no owner.")
    prospect = Prospect(added_by=team.current_user(), added_on=clock.today())
    set_details(prospect, {"name": name, **{key: value for key, value in details.items() if value is not None}})
    check_new(prospect, prospect.phone, prospect.mail, prospect.id_number, bool(anyway))
    if pool is None:
        prospect.owner = check_owner(owner)
    else:
        prospect.pool, prospect.pool_since = pool, clock.today()
    if referred_by is not None and "source" not in details:
        prospect.source = "referral"
    prospect.save()
    if pool is not None:
        add_event(prospect, PoolEventKind.ENTERED)
    if referred_by is not None:
        Referral(client=referred_by, prospect=prospect, referred_on=clock.today()).save()
    publish_event("growth.prospect_added", prospect=prospect.pk)
    return prospect


@action(
    "growth.change_prospect",
    needs=Permission.PROSPECT_WRITE,
    zh="修改线索",
    en="Change a prospect",
    parameters=(PROSPECT, VERSION, Fields("growth.Prospect", without=("owner",))),
)
def change_prospect(*, prospect: int, version: int | None = None, **details: Any) -> Prospect:
    """Change details of a prospect. Raises a conflict if `version` is not the stored one."""
    row = _workable(prospect)
    check_version(row, version)
    if "name" in details and not details["name"]:
        raise refusal("name", "不能为空。", "Cannot be empty.")
    set_details(row, details)
    row.save()
    return row


def _workable(pk: int) -> Prospect:
    """Return a visible prospect that may be worked on. Raises Refused for a client or an ended one."""
    row = get_prospect(pk)
    error = rules.ended_error(str(row.state))
    if error is not None:
        raise refusal(*error)
    return row


@action(
    "growth.assign_prospect",
    needs=Permission.POOL_RULES,
    zh="分派线索",
    en="Assign a prospect",
    parameters=(PROSPECT, Parameter("owner", "growth.Prospect", "owner")),
)
def assign_prospect(*, prospect: int, owner: Any) -> Prospect:
    """Give a prospect to a member of the actor's team; the count of days without contact restarts."""
    row = _workable(prospect)
    row.owner = check_owner(owner)
    row.claimed_on = clock.today()
    recycling.schedule(row)
    row.save()
    return row


@action(
    "growth.log_contact",
    needs=Permission.PROSPECT_WRITE,
    zh="登记线索联系",
    en="Log a contact with a prospect",
    parameters=(
        PROSPECT,
        parameters_of("growth.ProspectContact", "held_at", "summary", optional=("channel", "result", "is_effective")),
        INBOUND,
        parameters_of("growth.Prospect", optional=("next_contact_on",)),
    ),
)
def log_contact(
    *,
    prospect: int,
    held_at: datetime,
    summary: str,
    is_inbound: bool | None = None,
    next_contact_on: date | None = None,
    **values: Any,
) -> ProspectContact:
    """Record a contact. An effective one postpones recycling into the pool.

    Raises Refused for a prospect who refused to be contacted, unless they contacted us.
    """
    row = _workable(prospect)
    held_on = clock.local(held_at).date()
    error = rules.contact_error(
        held_at=held_at,
        now=clock.now(),
        has_refused=str(row.marketing) == MarketingChoice.REFUSED,
        is_inbound=bool(is_inbound),
        next_on=next_contact_on,
        held_on=held_on,
    )
    if error is not None:
        raise refusal(*error)
    contact = ProspectContact(
        prospect=row,
        held_at=held_at,
        summary=summary,
        staff=team.current_user(),
        **{name: value for name, value in values.items() if value is not None},
    )
    contact.save()
    row.state = ProspectState.FOLLOWED.value
    if next_contact_on is not None or (row.next_contact_on and row.next_contact_on <= held_on):
        row.next_contact_on = next_contact_on
    if contact.is_effective:
        row.last_contact_on = max(held_on, row.last_contact_on or held_on)
        recycling.schedule(row)
    row.save()
    return contact


@action(
    "growth.end_prospect",
    needs=Permission.PROSPECT_WRITE,
    zh="标记线索无效",
    en="Mark a prospect invalid",
    parameters=(PROSPECT, WHY_INVALID),
)
def end_prospect(*, prospect: int, why: str) -> Prospect:
    """End work on a prospect for a reason; it is no longer recycled and can be reopened."""
    row = _workable(prospect)
    row.state, row.invalid_reason = ProspectState.INVALID.value, str(why)
    row.recycle_on = row.warned_on = row.warned_last_on = row.next_contact_on = None
    row.save()
    return row


@action(
    "growth.reopen_prospect",
    needs=Permission.PROSPECT_WRITE,
    zh="恢复线索",
    en="Reopen a prospect",
    parameters=(PROSPECT,),
)
def reopen_prospect(*, prospect: int) -> Prospect:
    """Reopen an invalid prospect; the count of days without contact restarts."""
    row = get_prospect(prospect)
    if str(row.state) != ProspectState.INVALID:
        raise refusal("prospect", "这条线索没有标记无效。", "This prospect is not marked invalid.")
    row.state, row.invalid_reason = ProspectState.FOLLOWED.value, ""
    if row.pool_id is not None:
        row.claimed_on = clock.today()
    recycling.schedule(row)
    row.save()
    return row


@action(
    "growth.open_prospect_contact",
    needs=Permission.SEALED_OPEN,
    zh="查看线索联系方式",
    en="View a prospect's contacts in full",
    parameters=(PROSPECT, REASON),
    irreversible=READ_IN_FULL,
)
def open_prospect_contact(*, prospect: int, reason: str) -> dict[str, str]:
    """Return telephone and mail in full for a stated reason; the audit records it.

    Returns {phone, mail, value: both, link: the URI that calls or writes}, "" for unknown values.
    """
    row = get_prospect(prospect)
    add_audit_note(reason=reason, by=current_actor().user_id)
    plain = {name: value.open() if (value := getattr(row, name)) else "" for name, _ in CONTACTS}
    links = (client_rules.contact_link(kind, plain[name]) for name, kind in CONTACTS if plain[name])
    return {**plain, "value": " · ".join(filter(None, plain.values())), "link": next(links, "")}


REFERRAL = Parameter("referral", kind="integer", spec=FieldSpec("转介绍", "Referral"))


@action(
    "growth.record_referral",
    needs=Permission.PROSPECT_WRITE,
    zh="登记转介绍",
    en="Record a referral",
    parameters=(
        parameters_of("growth.Referral", "client"),
        PROSPECT,
        parameters_of("growth.Referral", optional=("referred_on", "note")),
    ),
)
def record_referral(
    *, client: Any, prospect: int, referred_on: date | None = None, note: str | None = None
) -> Referral:
    """Record which client referred a prospect. Raises Refused if already recorded."""
    row = get_prospect(prospect)
    if Referral.objects.filter(client=client, prospect=row).exists():
        raise refusal("client", "已登记这位客户的介绍。", "This referral is noted already.")
    referral = Referral(client=client, prospect=row, referred_on=referred_on or clock.today(), note=note or "")
    referral.save()
    return referral


@action(
    "growth.thank_referral",
    needs=Permission.PROSPECT_WRITE,
    zh="登记致谢",
    en="Note that a referral was thanked for",
    parameters=(
        REFERRAL,
        Parameter("how", "growth.Referral", "thanked_how"),
        Parameter("on", kind="date", required=False, spec=FieldSpec("致谢日期", "Thanked on")),
    ),
)
def thank_referral(*, referral: int, how: str, on: date | None = None) -> Referral:
    """Record how and when the referring client was thanked, today by default."""
    row: Referral | None = Referral.objects.filter(pk=referral).first()
    if row is None:
        raise NotFound(bilingual("转介绍", "referral"))
    row.thanked_on, row.thanked_how = on or clock.today(), how
    row.save()
    return row
