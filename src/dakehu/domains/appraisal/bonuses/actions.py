"""Actions on bonuses: enter a pool, distribute it, submit it; propose and decide a change of a tranche."""

from decimal import Decimal
from typing import Any

from dakehu.domains.appraisal.bonuses import rules
from dakehu.domains.appraisal.bonuses.holds import holds_of
from dakehu.domains.appraisal.choices import GuardState, PeriodState, PoolState, TrancheState
from dakehu.domains.appraisal.models import Appraisal, Award, BonusPool, BookReview, Tranche
from dakehu.domains.appraisal.parameters import REASON
from dakehu.domains.appraisal.reviews.actions import check_fault
from dakehu.domains.appraisal.reviews.rules import decider_fault
from dakehu.domains.appraisal.scores.store import newest_scores
from dakehu.domains.compliance.approvals import rules as approvals
from dakehu.domains.compliance.approvals.requests import request_approval
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

SUBJECT = "appraisal.bonus_pool"
FEN = 100
MOST_WEIGHT = 10  # weight of a role
ROLE_WEIGHTS = {RoleName.MANAGER.value: "1", RoleName.LEAD.value: "1.2"}  # house default [D]; other roles weigh 1
DEFERRED_ROLES = [RoleName.MANAGER.value, RoleName.LEAD.value]  # house default [D]
POOL = Parameter("bonus_pool", kind="integer", spec=FieldSpec("奖金池编号", "Number of the pool"))
TRANCHE = Parameter("tranche", kind="integer", spec=FieldSpec("递延编号", "Number of the tranche"))
STATE = Parameter("state", choice_set=TrancheState, spec=FieldSpec("拟变更为", "Proposed"))
TAKEN = Parameter("taken", required=False, kind="decimal", spec=FieldSpec("扣减或追回金额", "Amount taken", unit="CNY"))
IS_ACCEPTED = Parameter("is_accepted", kind="bool", spec=FieldSpec("同意", "Accepted"))
WEIGHTS = Parameter(
    "role_weights",
    required=False,
    kind="json",
    spec=FieldSpec("角色系数", "Weights of roles", help_zh='如 {"lead": "1.2"}', help_en='such as {"lead": "1.2"}'),
)
KEPT = bilingual("奖金记录会保留，如有错误请另行提议变更。", "Records of bonuses stay; propose another change.")


def get_pool(pk: int, *states: PoolState) -> BonusPool:
    """Return a visible pool in one of these states (any without). Raises NotFound and Refused."""
    row = BonusPool.objects.filter(pk=pk).select_related("period", "team").first()
    if row is None:
        raise NotFound(bilingual("奖金池", "pool"), pk)
    if states and row.state not in states:
        raise refusal("pool", "奖金池已提交或已批准，不能再改。", "The pool is submitted or approved.")
    found: BonusPool = row
    return found


@action(
    "appraisal.add_pool",
    needs=Permission.BONUS_KEEP,
    zh="登记奖金池",
    en="Enter a bonus pool",
    parameters=(Fields("appraisal.BonusPool", required=("name", "period", "amount"), new=True), WEIGHTS),
    is_confidential=True,
)
def add_pool(*, name: str, period: Any, amount: Decimal, role_weights: Any = None, **values: Any) -> BonusPool:
    """Enter a pool for the people of a period; its amount is decided elsewhere. Raises Refused for invalid weights."""
    known = {key: value for key, value in values.items() if value is not None}
    me = current_actor().user_id
    row = BonusPool(name=name, period=period, amount=amount, author_ids=[me] if me else [], **known)
    row.role_weights, row.deferred_roles = _read_weights(role_weights), DEFERRED_ROLES
    row.save()
    return row


def _read_weights(given: Any) -> dict[str, str]:
    """Return {role: weight as text} with the house defaults. Raises Refused."""
    found = dict(ROLE_WEIGHTS)
    try:
        found |= {str(role): str(Decimal(str(weight))) for role, weight in dict(given or {}).items()}
        if set(found) - set(RoleName) or any(not 0 < Decimal(weight) <= MOST_WEIGHT for weight in found.values()):
            raise ValueError
    except (ValueError, TypeError, ArithmeticError):
        raise refusal(
            "role_weights",
            '角色系数应写成 {{"lead": "1.2"}}，大于 0、不超过 10。',
            'Write weights as {{"lead": "1.2"}}, above 0 and up to 10.',
        ) from None
    return found


@action(
    "appraisal.share_pool",
    needs=Permission.BONUS_KEEP,
    zh="试算奖金池",
    en="Share out a pool",
    parameters=(POOL,),
    is_confidential=True,
    irreversible=bilingual("批准前可再次试算。", "Share it out again until it is approved."),
)
def share_pool(*, bonus_pool: int) -> BonusPool:
    """Compute the awards of a pool from final scores. People without a score, or without a scored role, get none.

    Raises Refused before the period is closed, while a book waits for its review, and if no one has a score.
    """
    row = get_pool(bonus_pool, PoolState.DRAFT, PoolState.SHARED)
    if row.period.state != PeriodState.CLOSED:
        raise refusal("pool", "考核期关闭后才能分配奖金。", "Bonuses are shared out once the period is closed.")
    with elevated("share out a bonus pool"):
        members = _members(row)
        if not members:
            raise refusal("pool", "没有人有得分，无法分配。", "Nobody has a score.")
        for older in Award.objects.filter(pool=row):
            older.delete()
        shares = rules.share_out(int(row.amount * FEN), row.team_share, list(members.values()))
        for share in shares:
            _save_award(row, members[share.user], share)
    row.state, row.rule_version = PoolState.SHARED, rules.VERSION
    row.author_ids = sorted({*row.author_ids, *filter(None, [current_actor().user_id])})
    row.save()
    return row


def _members(pool: BonusPool) -> dict[int, rules.Member]:
    """Return {person: member} of a pool with their final scores. Raises Refused while a book waits for its review."""
    rows = Appraisal.objects.filter(period=pool.period, role__in=list(pool.role_weights)).select_related("team")
    if pool.team_id is not None:
        rows = rows.filter(team_id=pool.team_id)
    found = list(rows.order_by("user_id"))
    waiting = BookReview.objects.filter(appraisal__in=found, state=GuardState.WAITING.value).count()
    if waiting:
        raise refusal(
            "pool",
            "还有 {n} 项换手与费用复核未完成，完成前不显示奖金。",
            "{n} reviews of books are open; no bonus is shown before.",
            n=waiting,
        )
    scores = newest_scores(found)
    members = {}
    for one in found:
        score = scores.get(one.pk)
        if score is not None and score.final is not None:
            name = one.team.name if one.team else ""
            members[one.user_id] = rules.Member(
                one.user_id, name, score.final, Decimal(pool.role_weights[str(one.role)])
            )
    return members


def _save_award(pool: BonusPool, member: rules.Member, share: rules.Share) -> None:
    """Store an award with its tranches, due on the next trading day after each anniversary."""
    award = Award(pool=pool, user_id=member.user, score=member.score, role_weight=member.role_weight)
    award.team_amount, award.own_amount = _yuan(share.team_fen), _yuan(share.own_fen)
    award.amount = _yuan(share.fen)
    person = team.get_user(member.user)
    is_deferred = person is not None and str(person.role) in pool.deferred_roles
    parts = rules.deferred_parts(share.fen, pool.deferred_share, pool.deferred_years) if is_deferred else []
    award.deferred = _yuan(sum(parts))
    award.save()
    for day, fen in zip(rules.due_days(pool.period.last_on, pool.deferred_years), parts, strict=False):
        Tranche(award=award, due_on=trading_days.next_trading_day(day), amount=_yuan(fen)).save()


def _yuan(fen: int) -> Decimal:
    return (Decimal(fen) / FEN).quantize(Decimal("0.01"))


@action(
    "appraisal.submit_pool",
    needs=Permission.BONUS_KEEP,
    zh="提交奖金池复核",
    en="Submit a pool for approval",
    parameters=(POOL,),
    is_confidential=True,
)
def submit_pool(*, bonus_pool: int) -> BonusPool:
    """Submit a distributed pool to a second person without a share in it; awards are visible only after approval."""
    row = get_pool(bonus_pool, PoolState.SHARED)
    row.state = PoolState.WAITING
    row.save()
    members = Award.objects.filter(pool=row).values_list("user_id", flat=True)
    request_approval(SUBJECT, row.pk, row.name, pool_digest(row.pk), [*row.author_ids, *members])
    return row


def pool_digest(pk: int) -> str:
    """Return the digest of a pool and its awards."""
    row = get_pool(pk)
    awards = Award.objects.filter(pool=row).order_by("user_id").values_list("user_id", "amount", "deferred")
    return approvals.digest([row.pk, row.amount, row.rule_version, [list(one) for one in awards]])


def decide_pool(pk: int, is_approved: bool, note: str) -> None:
    """Store the decision on a pool. Call inside an action."""
    row = get_pool(pk)
    row.state = PoolState.APPROVED if is_approved else PoolState.SHARED
    row.save()


def _get_tranche(pk: int) -> Tranche:
    """Return a visible tranche of an approved pool that is still held. Raises NotFound and Refused."""
    row = Tranche.objects.filter(pk=pk, award__pool__state=PoolState.APPROVED.value).select_related("award").first()
    if row is None:
        raise NotFound(bilingual("递延奖金", "tranche"), pk)
    if row.state != TrancheState.HELD:
        raise refusal("tranche", "这笔递延奖金已有最终决定。", "This tranche is decided already.")
    found: Tranche = row
    return found


@action(
    "appraisal.propose_tranche",
    needs=Permission.BONUS_KEEP,
    zh="提议递延奖金变更",
    en="Propose a change of a tranche",
    parameters=(TRANCHE, STATE, TAKEN, REASON),
    is_confidential=True,
)
def propose_tranche(*, tranche: int, state: str, reason: str, taken: Decimal | None = None) -> Tranche:
    """Propose to release, reduce or claw back a tranche, with the reason. Another person decides.

    Raises Refused for a release before its day or while it is on hold, and for a reduction without an amount.
    """
    row = _get_tranche(tranche)
    _check_proposal(row, str(state), taken or Decimal(0), reason)
    row.proposed_state, row.proposed_amount = state, taken or Decimal(0)
    row.proposed_by, row.reason = team.current_user(), reason.strip()[:300]
    row.save()
    return row


def _check_proposal(row: Tranche, state: str, taken: Decimal, reason: str) -> None:
    """Raise Refused for a proposal that cannot be decided on."""
    if state == TrancheState.HELD or not reason.strip():
        raise refusal(
            "state", "请选择发放、扣减或追回，并写明理由。", "Choose release, reduction or clawback, with a reason."
        )
    if state == TrancheState.RELEASED:
        if row.due_on > clock.today():
            raise refusal("state", "{day} 才到期。", "It falls due on {day}.", day=row.due_on.isoformat())
        held = holds_of(row)
        if held:
            raise refusal(
                "state",
                "有未了结事项，暂不能发放：{why}。",
                "Something holds it: {why}.",
                why="；".join(map(str, held)),
            )
    elif taken <= 0:
        raise refusal("taken", "请填写扣减或追回的金额。", "State the amount taken.")


@action(
    "appraisal.decide_tranche",
    needs=Permission.BONUS_DECIDE,
    zh="决定递延奖金变更",
    en="Decide a change of a tranche",
    parameters=(TRANCHE, IS_ACCEPTED, parameters_of("appraisal.Adjustment", optional=("note",))),
    irreversible=KEPT,
    is_confidential=True,
)
def decide_tranche(*, tranche: int, is_accepted: bool, note: str | None = None) -> Tranche:
    """Decide a proposed change of a tranche. Raises Refused for its proposer and its recipient.

    An amount clawed back beyond the tranche is recorded as a claim.
    """
    row = _get_tranche(tranche)
    if not row.proposed_state:
        raise refusal("tranche", "还没有人提议变更。", "Nobody proposed a change.")
    check_fault(decider_fault(current_actor().user_id, row.proposed_by_id, row.award.user_id))
    state = str(row.proposed_state)
    if is_accepted:
        _check_proposal(row, state, row.proposed_amount, row.reason)
        taken = 0 if state == TrancheState.RELEASED else int(row.proposed_amount * FEN)
        paid, claim = rules.reduce_tranche(int(row.amount * FEN), taken)
        row.state, row.paid, row.claim = state, _yuan(paid), _yuan(claim)
    row.proposed_state, row.decided_by, row.decided_on = "", team.current_user(), clock.today()
    row.reason = f"{row.reason}；{note}"[:300] if note else row.reason
    row.save()
    return row
