"""Actions on the pool: claim, view, return; and its rules.

A claim is one conditional update (the prospect has no owner), made while the claiming person's counter is locked: so
a prospect is claimed only once, and concurrent claims exceed no limit.
"""

from typing import Any

from django.db import IntegrityError, connection, transaction

from dakehu.domains.clients.details import READ_IN_FULL
from dakehu.domains.growth.choices import MarketingChoice, Masked, PoolEventKind
from dakehu.domains.growth.models import Pool, PoolCounter, PoolView, Prospect
from dakehu.domains.growth.models.prospect import OPEN_STATES
from dakehu.domains.growth.parameters import PROSPECT, REASON, VERSION
from dakehu.domains.growth.pool import recycling, rules
from dakehu.domains.growth.pool.history import add_event
from dakehu.domains.growth.prospects.details import get_prospect
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.records.conditional import change_if
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

POOL_ID = Parameter("pool_id", kind="integer", spec=FieldSpec("公海编号", "Number of the pool"))
TO_POOL = Parameter("pool", "growth.Prospect", "pool", required=False)
BACK_INSTEAD = bilingual(
    "领取不能撤销；不再跟进时请退回公海。", "A claim is not undone; return the prospect to the pool instead."
)
TAKEN = bilingual("这条线索刚被他人领取，请另选一条。", "Somebody else has just claimed this prospect; choose another.")
SHOWN = (
    "name",
    "kind",
    "employer",
    "position",
    "city",
    "source",
    "source_note",
    "interest_kind",
    "interests",
    "expected_assets",
    "remark",
)


def waiting_prospect(pk: int) -> Prospect:
    """Return a prospect that waits in a pool which the actor may claim from. Raises NotFound."""
    with elevated("a prospect in the pool belongs to nobody"):
        row: Prospect | None = (
            Prospect.objects.filter(pk=pk, client=None, state__in=OPEN_STATES)
            .exclude(pool=None)
            .select_related("pool")
            .first()
        )
    if row is None or row.pool is None or not is_open_to_actor(row.pool):
        raise NotFound(bilingual("公海线索", "prospect in a pool"))
    return row


def is_open_to_actor(pool: Pool) -> bool:
    """Return whether the actor may claim from a pool: it is active, and open to all or to their team."""
    if not pool.is_active:
        return False
    if pool.team_id is None:
        return True
    user = team.current_user()
    return user is not None and user.team_id == pool.team_id


def locked_counter(pool: Pool) -> PoolCounter:
    """Return the actor's counter of a pool for today, locked until the action ends; created if missing."""
    user_id, today = current_actor().user_id, clock.today()
    if user_id is None:
        raise Refused(bilingual("只有人员可以领取。", "Only a member of staff can claim."))
    rows = PoolCounter.objects.filter(pool=pool, user_id=user_id)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    counter = rows.first()
    if counter is None:
        try:
            with transaction.atomic():
                counter = PoolCounter(pool=pool, user_id=user_id, on=today)
                counter.save()
        except IntegrityError:  # created concurrently by another request of the same person
            counter = rows.get()
    if counter.on != today:
        counter.on, counter.claims, counter.views = today, 0, 0
    return counter


def count_open_prospects(pool: Pool, user_id: int | None) -> int:
    """Return how many open prospects of a pool a person owns."""
    with elevated("count what somebody has in hand"):
        mine = Prospect.objects.filter(pool=pool, owner_id=user_id, client=None, state__in=OPEN_STATES)
        return int(mine.count())


@action(
    "growth.claim",
    needs=Permission.POOL_CLAIM,
    zh="领取线索",
    en="Claim a prospect",
    parameters=(PROSPECT,),
    irreversible=BACK_INSTEAD,
)
def claim(*, prospect: int) -> Prospect:
    """Claim a prospect from the pool. Raises Refused for one already taken, at a limit, or in the cool-off of its last owner."""
    row = waiting_prospect(prospect)
    pool, user_id, today = row.pool, current_actor().user_id, clock.today()
    counter = locked_counter(pool)
    if str(row.marketing) == MarketingChoice.REFUSED:
        raise refusal("prospect", "对方已拒绝联系，不能领取。", "They refused to be contacted; nobody may claim them.")
    error = rules.claim_error(
        rules.Taking(
            counter.claims,
            pool.claims_per_day,
            count_open_prospects(pool, user_id) if pool.in_hand else 0,
            pool.in_hand,
            row.last_owner_id == user_id,
            row.cool_off_until,
        ),
        today,
    )
    if error is not None:
        raise refusal(*error)
    goes_back = recycling.day_of_going_back(pool, user_id, today)
    taken = {"owner_id": user_id, "claimed_on": today, "recycle_on": goes_back}
    with elevated("a prospect in the pool belongs to nobody"):
        is_mine = change_if(row, {"owner": None, "client": None, "pool": pool}, taken)
    if not is_mine:
        raise Refused({"prospect": [TAKEN]})
    counter.claims += 1
    counter.save()
    add_event(row, PoolEventKind.CLAIMED)
    return row


@action(
    "growth.view_prospect",
    needs=Permission.SEALED_OPEN,
    zh="查看公海线索",
    en="View a prospect of the pool in full",
    parameters=(PROSPECT,),
    irreversible=READ_IN_FULL,
)
def view_prospect(*, prospect: int) -> dict[str, Any]:
    """Return a prospect of the pool unmasked; distinct ones count towards the daily limit.

    {its fields as shown, phone, mail in full, views_left: remaining views today, None without a limit}.
    """
    row = waiting_prospect(prospect)
    pool, today = row.pool, clock.today()
    if row.owner_id is not None:
        raise Refused({"prospect": [TAKEN]})
    counter = locked_counter(pool)
    if not PoolView.objects.filter(user_id=counter.user_id, on=today, prospect=row).exists():
        error = rules.view_error(counter.views, pool.views_per_day)
        if error is not None:
            raise refusal(*error)
        counter.views += 1
        PoolView(pool=pool, user_id=counter.user_id, prospect=row, on=today).save()
        counter.save()
    add_audit_note(prospect=row.pk)
    left = max(pool.views_per_day - counter.views, 0) if pool.views_per_day else None
    opened = {name: value.open() if (value := getattr(row, name)) else "" for name in ("phone", "mail")}
    return {**render_row(row, SHOWN, shown=True), **opened, "views_left": left}


@action(
    "growth.return_prospect",
    needs=Permission.POOL_CLAIM,
    zh="退回公海",
    en="Return a prospect to the pool",
    parameters=(PROSPECT, REASON, TO_POOL),
)
def return_prospect(*, prospect: int, reason: str, pool: Any = None) -> Prospect:
    """Return a prospect to its own pool or a given one; its owner may not claim it during the cool-off."""
    row = get_prospect(prospect)
    if not row.is_open or row.owner_id is None:
        raise refusal(
            "prospect", "只有跟进中的线索可以退回。", "Only a prospect that somebody follows can be returned."
        )
    row.pool = pool or row.pool or Pool.objects.filter(is_active=True).order_by("pk").first()
    if row.pool is None:
        raise refusal("pool", "还没有公海，请团队负责人先设置。", "There is no pool yet; a team lead sets one up.")
    event = recycling.give_back(row, PoolEventKind.RETURNED, reason, clock.today())
    with elevated("a prospect in the pool belongs to nobody"):
        row.save()
        event.save()
    return row


@action(
    "growth.add_pool",
    needs=Permission.POOL_RULES,
    zh="新建公海",
    en="Add a pool",
    parameters=(Fields("growth.Pool", required=("name",), new=True),),
)
def add_pool(*, name: str, **rules_given: Any) -> Pool:
    """Add a pool with its rules; omitted ones have house defaults."""
    if Pool.objects.filter(name=name).exists():
        raise refusal("name", "已有同名公海。", "There is a pool of this name.")
    pool = Pool(name=name, **{key: value for key, value in rules_given.items() if value is not None})
    _check_pool(pool)
    pool.save()
    return pool


@action(
    "growth.change_pool",
    needs=Permission.POOL_RULES,
    zh="修改公海规则",
    en="Change the rules of a pool",
    parameters=(POOL_ID, VERSION, Fields("growth.Pool")),
)
def change_pool(*, pool_id: int, version: int | None = None, **values: Any) -> Pool:
    """Change the rules of a pool; they apply from the next claim, view and nightly run."""
    row: Pool | None = Pool.objects.filter(pk=pool_id).first()
    if row is None:
        raise NotFound(bilingual("公海", "pool"))
    check_version(row, version)
    for name, value in values.items():
        if value is not None or Pool._meta.get_field(name).null:
            setattr(row, name, value)
    _check_pool(row)
    row.save()
    return row


def _check_pool(pool: Pool) -> None:
    """Convert the names of masked fields to their stored form. Raises Refused for rules that contradict each other."""
    read = {
        name: Masked.read(name) for name in pool.masked.replace("，", ",").replace("、", ",").split(",") if name.strip()
    }
    unknown = [name for name, choice in read.items() if choice is None]
    if unknown:
        raise refusal(
            "masked", "没有可打码的字段“{name}”。", "There is no field “{name}” to mask.", name=unknown[0].strip()
        )
    pool.masked = ",".join(dict.fromkeys(str(choice) for choice in read.values()))
    if pool.recycle_days and pool.warn_days and pool.warn_days < pool.warn_last_days:
        raise refusal("warn_days", "首次预警应早于末次预警。", "The first warning comes before the last one.")
