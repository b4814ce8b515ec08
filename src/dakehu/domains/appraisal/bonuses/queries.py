"""Queries of bonuses: the reader's own, pools for their keepers, one pool with its awards."""

from typing import Any

from dakehu.domains.appraisal.bonuses import rules
from dakehu.domains.appraisal.bonuses.actions import POOL, SUBJECT, get_pool
from dakehu.domains.appraisal.bonuses.holds import holds_of
from dakehu.domains.appraisal.choices import GuardState, PoolState, TrancheState
from dakehu.domains.appraisal.models import Award, BonusPool, BookReview, Tranche
from dakehu.domains.appraisal.scores.rules import plain
from dakehu.domains.compliance.approvals.requests import find_approval
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query


def _text(amount: Any) -> str:
    return f"{amount:.2f}"


@query("appraisal.my_bonuses", needs=Permission.APPRAISAL_OWN, zh="我的奖金", en="My bonuses")
def my_bonuses() -> list[dict[str, Any]]:
    """Return one's own awards of approved pools, the newest first; none while one's own book waits for its review.

    [{id, pool, period, score, team_amount, own_amount, amount, deferred, total, tranches}]. `total` of the pool is None with
    fewer than three members: it would reveal the other's amount.
    """
    me = current_actor().user_id
    rows = Award.objects.filter(user_id=me, pool__state=PoolState.APPROVED.value).select_related("pool__period")
    return [_render_own_award(row) for row in rows.order_by("-pool_id") if not _waits_for_review(row)]


def _waits_for_review(award: Award) -> bool:
    """Return whether a book of the person waits for its review in the period of the pool."""
    waiting = {"state": GuardState.WAITING.value, "appraisal__period_id": award.pool.period_id}
    with elevated("look for open reviews of a book"):
        return bool(BookReview.objects.filter(appraisal__user_id=award.user_id, **waiting).exists())


def _render_own_award(award: Award) -> dict[str, Any]:
    """Return one's own award; of the pool only what reveals no other person's amount."""
    with elevated("count the members of a pool"):
        members = Award.objects.filter(pool_id=award.pool_id).count()
    return {
        **_plain(award),
        "pool": award.pool.name,
        "period": award.pool.period.name,
        "total": _text(award.pool.amount) if rules.may_show_total(members) else None,
    }


def _plain(award: Award) -> dict[str, Any]:
    """Return an award with its tranches as plain values."""
    return {
        "id": award.pk,
        "score": plain(award.score),
        "role_weight": plain(award.role_weight),
        "team_amount": _text(award.team_amount),
        "own_amount": _text(award.own_amount),
        "amount": _text(award.amount),
        "deferred": _text(award.deferred),
        "now": _text(award.amount - award.deferred),
        "tranches": [
            _tranche(one) for one in award.tranches.select_related("award__pool__period", "proposed_by", "decided_by")
        ],
    }


def _tranche(row: Tranche) -> dict[str, Any]:
    actor = current_actor()
    is_proposed = bool(row.proposed_state)
    return {
        "id": row.pk,
        "due_on": row.due_on.isoformat(),
        "is_due": row.due_on <= clock.today(),
        "amount": _text(row.amount),
        "paid": _text(row.paid),
        "claim": _text(row.claim),
        "state": str(row.state),
        "state_text": TrancheState.text_of(row.state),
        "proposed_text": TrancheState.text_of(row.proposed_state) if is_proposed else "",
        "reason": row.reason,
        "holds": [str(one) for one in _tranche_blocks(row)],
        "may_decide": is_proposed
        and actor.may(Permission.BONUS_DECIDE)
        and actor.user_id not in (row.proposed_by_id, row.award.user_id),
    }


def _tranche_blocks(row: Tranche) -> list[Any]:
    """Return the holds of a tranche, for those who keep or decide on bonuses of others: no one sees a complaint about themselves here."""
    actor = current_actor()
    keeps = actor.may(Permission.BONUS_KEEP) or actor.may(Permission.BONUS_DECIDE)
    if row.state != TrancheState.HELD or not keeps or actor.user_id == row.award.user_id:
        return []
    return holds_of(row)


@query("appraisal.pools", needs=Permission.APPRAISAL_OWN, zh="奖金池", en="Bonus pools")
def pool_rows() -> list[dict[str, Any]]:
    """Return the pools that the reader may see: all for those who keep or decide on them, none for others."""
    rows = BonusPool.objects.select_related("period", "team").order_by("-pk")
    return [_render_pool(row) for row in rows]


def _render_pool(row: BonusPool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "period": row.period.name,
        "period_state": str(row.period.state),
        "team": row.team.name if row.team else "",
        "amount": _text(row.amount),
        "team_share": plain(row.team_share),
        "deferred_share": plain(row.deferred_share),
        "deferred_years": row.deferred_years,
        "role_weights": row.role_weights,
        "state": str(row.state),
        "state_text": PoolState.text_of(row.state),
    }


@query("appraisal.pool", needs=Permission.APPRAISAL_OWN, zh="奖金池详情", en="A bonus pool", parameters=(POOL,))
def pool_detail(*, bonus_pool: int) -> dict[str, Any]:
    """Return a pool with its awards by team and name. Raises NotFound and NotAllowed for users who neither keep nor decide on pools."""
    actor = current_actor()
    if not (actor.may(Permission.BONUS_KEEP) or actor.may(Permission.BONUS_DECIDE)):
        raise NotAllowed(bilingual("奖金池详情", "A bonus pool"), Permission.BONUS_KEEP)
    row = get_pool(bonus_pool)
    approval = find_approval(SUBJECT, row.pk)
    awards = (
        Award.objects.filter(pool=row)
        .select_related("user__team", "pool__period")
        .order_by("user__team__name", "user__name")
    )
    return {
        **_render_pool(row),
        "approval": approval.pk if approval is not None and row.state == PoolState.WAITING else None,
        "awards": [
            {"user": one.user.name, "team": one.user.team.name if one.user.team else "", **_plain(one)}
            for one in awards
        ],
    }
