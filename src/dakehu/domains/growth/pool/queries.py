"""Queries of pools: their rules, the reader's remaining limits, and the waiting prospects, masked."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count

from dakehu.domains.growth.choices import MarketingChoice, Source
from dakehu.domains.growth.models import Pool, PoolCounter, PoolEvent, Prospect
from dakehu.domains.growth.models.prospect import OPEN_STATES
from dakehu.domains.growth.parameters import FILTERS, LIMIT, OFFSET, ORDER
from dakehu.domains.growth.pool.actions import count_open_prospects, is_open_to_actor
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import mask_value, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, spec_of
from dakehu.foundation.schema.parameters import Parameter

POOL = Parameter("pool", required=False, kind="integer", spec=FieldSpec("公海", "Pool"))
SOURCE = Parameter("source", required=False, choice_set=Source, spec=FieldSpec("来源", "Source"))
CITY = Parameter("city", required=False, spec=FieldSpec("城市", "City"))
SHOWN = (
    "name",
    "kind",
    "employer",
    "city",
    "source",
    "interest_kind",
    "interests",
    "remark",
    "expected_assets",
    "phone",
    "pool_since",
)
PAGE, MOST = 50, 200
SOON = 10  # own prospects that are recycled next


@query(
    "growth.pool",
    needs=Permission.GROWTH_READ,
    zh="公海",
    en="The pool",
    parameters=(POOL, SOURCE, CITY, LIMIT, OFFSET),
)
def pool_page(
    *,
    pool: int | None = None,
    source: str | None = None,
    city: str | None = None,
    limit: int | None = None,
    offset: int | None = None,
) -> dict[str, Any]:
    """Return the pools open to the reader with their rules, and the prospects waiting in one of them, longest first.

    {pools: [{id, name, rules…, waiting, claims_left, views_left, in_hand, in_hand_left; None without a limit}], pool: id of
    the one shown, count, rows: [{id, fields as shown, previous: whether the reader owned it and until when}], going_back:
    [{id, name, recycle_on} of the reader's own, soonest first]}. Fields that the pool masks are masked for all readers.
    """
    pools = [one for one in Pool.objects.filter(is_active=True).select_related("team").order_by("pk") if _may_see(one)]
    chosen = next((one for one in pools if one.pk == pool), pools[0] if pools else None)
    waiting = _waiting_counts(pools)
    rows, count = _rows(chosen, source, city, min(limit or PAGE, MOST), offset or 0) if chosen else ([], 0)
    return {
        "pools": [{**_render_pool(one), "waiting": waiting.get(one.pk, 0)} for one in pools],
        "pool": chosen.pk if chosen else None,
        "count": count,
        "rows": rows,
        "going_back": going_back(SOON),
    }


def _may_see(pool: Pool) -> bool:
    """Return whether the reader sees a pool: one open to them, or any for readers with full reach."""
    return is_open_to_actor(pool) or current_actor().reach not in ("none", "covered")


def _waiting_counts(pools: Iterable[Pool]) -> dict[int, int]:
    """Return {pool: prospects that wait in it}."""
    with elevated("count who waits in pools"):
        rows = Prospect.objects.filter(
            pool__in=[one.pk for one in pools], owner=None, client=None, state__in=OPEN_STATES
        )
        return dict(rows.order_by().values("pool").annotate(n=Count("pk")).values_list("pool", "n"))


def _render_pool(pool: Pool) -> dict[str, Any]:
    """Return the rules of a pool and the reader's remaining limits."""
    user_id = current_actor().user_id
    counter = PoolCounter.objects.filter(pool=pool, user_id=user_id, on=clock.today()).first()
    claims, views = (counter.claims, counter.views) if counter else (0, 0)
    held = count_open_prospects(pool, user_id) if user_id else 0
    (rules,) = render_rows([pool])
    return {
        **rules,
        "in_hand_now": held,
        "claims_left": max(pool.claims_per_day - claims, 0) if pool.claims_per_day else None,
        "views_left": max(pool.views_per_day - views, 0) if pool.views_per_day else None,
        "in_hand_left": max(pool.in_hand - held, 0) if pool.in_hand else None,
    }


def _rows(
    pool: Pool, source: str | None, city: str | None, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """Return one page of the prospects waiting in a pool, masked by its rules, and their number."""
    today, actor = clock.today(), current_actor()
    with elevated("a prospect in the pool belongs to nobody"):
        found = Prospect.objects.filter(pool=pool, owner=None, client=None, state__in=OPEN_STATES)
        if source:
            found = found.filter(source=str(source))
        if city:
            found = found.filter(city=city)
        count = found.count()
        rows = list(found.order_by("pool_since", "pk")[offset : offset + limit])
    shown = render_rows(rows, SHOWN, shown=True)  # with the reader's own clearance
    for row, cells in zip(rows, shown, strict=True):
        for name in pool.masked_fields:
            cells[name] = mask_value(cells[name], spec_of(Prospect._meta.get_field(name))) if cells[name] else ""
        cells["refused"] = str(row.marketing) == MarketingChoice.REFUSED
        cells["cool_off_until"] = _cool_off_end(row, actor.user_id, today)
    return shown, count


def _cool_off_end(row: Prospect, user_id: int | None, today: date) -> str | None:
    """Return the end of the cool-off of a prospect that the reader owned, None without one."""
    is_mine = user_id is not None and row.last_owner_id == user_id and row.cool_off_until is not None
    return row.cool_off_until.isoformat() if is_mine and row.cool_off_until > today else None  # type: ignore[operator, union-attr]


def going_back(limit: int | None = None) -> list[dict[str, Any]]:
    """Return the reader's own prospects with a warning, soonest first: [{id, name, recycle_on, last}]."""
    mine = Prospect.objects.filter(owner_id=current_actor().user_id, client=None, state__in=OPEN_STATES)
    warned = mine.exclude(recycle_on=None).exclude(warned_on=None, warned_last_on=None).order_by("recycle_on", "pk")
    rows = list(warned[:limit] if limit else warned)
    return [
        {**shown, "last": row.warned_last_on is not None}
        for row, shown in zip(rows, render_rows(rows, ("name", "recycle_on")), strict=True)
    ]


@query("growth.pools", needs=Permission.GROWTH_READ, zh="公海规则列表", en="Pools", parameters=(FILTERS, ORDER))
def pools(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return all pools with their rules."""
    return filter_rows(Pool.objects.all(), filters or {}, order or "name")


@query(
    "growth.pool_events",
    needs=Permission.GROWTH_READ,
    zh="公海记录列表",
    en="Events of pools",
    parameters=(FILTERS, ORDER),
)
def pool_events(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the pool events of visible prospects, newest first."""
    return filter_rows(PoolEvent.objects.all(), filters or {}, order or "-at")
