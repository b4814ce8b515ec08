"""Queries of ladders: the versions with their levels, a person's standing towards the next level, one proposal."""

from typing import Any

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.queries import can_decide
from dakehu.domains.learning.choices import ConditionOutcome, LadderState, PromotionState
from dakehu.domains.learning.ladder import store
from dakehu.domains.learning.ladder.conditions import condition_kinds, find_condition_kind
from dakehu.domains.learning.ladder.promotions import SUBJECT
from dakehu.domains.learning.ladder.rules import months_between
from dakehu.domains.learning.models import Ladder, LadderLevel, LevelCondition, Promotion, StaffLevel
from dakehu.domains.learning.parameters import FILTERS, ORDER, PERSON, PROMOTION
from dakehu.domains.learning.visibility import sees_learner
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query


@query("learning.ladders", needs=Permission.LEARNING_READ, zh="职级体系", en="Ladders of levels")
def ladders() -> list[dict[str, Any]]:
    """Return the versions in force and in preparation, and the latest replaced ones, by track, the newest first.

    [{id, track, name, number, state, state_code, starts_on, levels: [{id, code, name, staff, conditions: [{id, label, subject,
    wanted, definition}]}]}]; `staff`: number of people visible to the reader in the level.
    """
    rows = list(Ladder.objects.order_by("track", "-number"))
    levels: dict[int, list[LadderLevel]] = {}
    for level in LadderLevel.objects.order_by("position"):
        levels.setdefault(level.ladder_id, []).append(level)
    conditions: dict[int, list[LevelCondition]] = {}
    for one in LevelCondition.objects.order_by("pk"):
        conditions.setdefault(one.level_id, []).append(one)
    staff = _people_by_level()
    return [
        {
            **shown,
            "id": row.pk,
            "number": row.number,
            "state_code": str(row.state),
            "levels": [
                {
                    "id": level.pk,
                    "code": level.code,
                    "name": level.name,
                    "staff": staff.get((row.track, level.code), 0) if row.state == LadderState.IN_FORCE else 0,
                    "conditions": [_render_condition(one) for one in conditions.get(level.pk, [])],
                }
                for level in levels.get(row.pk, [])
            ],
        }
        for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
    ]


def _people_by_level() -> dict[tuple[str, str], int]:
    """Return {(track, level): number of people with it as current level}, of those whom the reader sees."""
    latest: dict[int, tuple[str, str]] = {}
    rows = StaffLevel.objects.filter(user__is_active=True).order_by("since", "pk")
    for user, track, code in rows.values_list("user", "track", "code"):
        latest[user] = (track, code)
    found: dict[tuple[str, str], int] = {}
    for level in latest.values():
        found[level] = found.get(level, 0) + 1
    return found


def _render_condition(one: LevelCondition) -> dict[str, Any]:
    kind = find_condition_kind(one.kind)
    return {
        "id": one.pk,
        "label": str(kind.label) if kind else one.kind,
        "definition": str(kind.definition) if kind else "",
        "subject": one.subject,
        "wanted": store.shown_figure(one.kind, one.least),
    }


@query("learning.condition_kinds", needs=Permission.LEARNING_READ, zh="晋升条件类别", en="Kinds of conditions")
def condition_choices() -> list[dict[str, Any]]:
    """Return the possible conditions of a level: [{code, label, definition, needs_subject}]."""
    return [
        {
            "code": one.code,
            "label": str(one.label),
            "definition": str(one.definition),
            "needs_subject": one.needs_subject,
        }
        for one in condition_kinds()
    ]


@query(
    "learning.staff_levels",
    needs=Permission.LEARNING_READ,
    zh="人员职级列表",
    en="Levels of staff",
    parameters=(FILTERS, ORDER),
)
def staff_levels(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the levels of people whom the reader sees, the latest first."""
    rows = filter_rows(StaffLevel.objects.select_related("user"), filters or {}, order or "")
    return rows if order else rows.order_by("-since", "-pk")


@query(
    "learning.promotions",
    needs=Permission.LEARNING_READ,
    zh="晋升提名列表",
    en="Proposals of promotion",
    parameters=(FILTERS, ORDER),
)
def promotions(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the proposals about people whom the reader sees, the latest first."""
    rows = filter_rows(Promotion.objects.select_related("user", "level"), filters or {}, order or "")
    return rows if order else rows.order_by("-proposed_on", "-pk")


@query(
    "learning.ladder_of",
    needs=Permission.LEARNING_READ,
    zh="人员晋升条件",
    en="Conditions of a person",
    parameters=(PERSON,),
)
def ladder_of(*, person: int | None = None) -> dict[str, Any]:
    """Return a person's (default: own) standing towards the next level. Raises NotFound for one whom the reader does not see.

    {person: {id, name}, is_own, level: {code, name, since, months} or None, next: {id, code, name, ladder} or None, conditions: as
    ladder.store.standing, met, history: [{…}], promotions: [{…, id, state_code}], can_propose}.
    """
    actor = current_actor()
    user = team.get_user(person or actor.user_id)
    if user is None or not sees_learner(actor, user.pk):
        raise NotFound(bilingual("人员", "person"))
    now, above, today = store.level_of(user.pk), store.next_level(user.pk), clock.today()
    found = store.condition_results(user.pk, above, today) if above else []
    history = list(StaffLevel.objects.filter(user=user).order_by("-since", "-pk"))
    proposed = list(Promotion.objects.filter(user=user).select_related("level").order_by("-pk"))
    return {
        "person": {"id": user.pk, "name": user.name},
        "is_own": user.pk == actor.user_id,
        "level": now
        and {
            "code": now.code,
            "name": now.name,
            "since": now.since.isoformat(),
            "months": months_between(now.since, today),
        },
        "next": above and {"id": above.pk, "code": above.code, "name": above.name, "ladder": str(above.ladder)},
        "conditions": found,
        "met": sum(one["outcome"] == ConditionOutcome.MET for one in found),
        "history": render_rows(history, shown=True),
        "promotions": [
            {**shown, "id": row.pk, "state_code": str(row.state)}
            for row, shown in zip(proposed, render_rows(proposed, shown=True), strict=True)
        ],
        "can_propose": above is not None
        and user.pk != actor.user_id
        and actor.may(Permission.TRAINING_REVIEW)
        and not any(row.state == PromotionState.WAITING for row in proposed),
    }


@query(
    "learning.promotion_page",
    needs=Permission.LEARNING_READ,
    zh="晋升提名页面",
    en="Page of a proposal",
    parameters=(PROMOTION,),
)
def promotion_page(*, promotion_id: int) -> dict[str, Any]:
    """Return a proposal with its frozen figures: {shown, facts, unmet, approval, can_decide, can_withdraw, note}. Raises NotFound."""
    row = store.get_promotion(promotion_id)
    approval = approvals.find_approval(SUBJECT, row.pk)
    is_waiting = row.state == PromotionState.WAITING
    return {
        "shown": {**render_row(row, shown=True), "id": row.pk, "state_code": str(row.state), "person": row.user_id},
        "facts": row.facts,
        "unmet": sum(one["outcome"] != ConditionOutcome.MET for one in row.facts),
        "approval": None if approval is None else approval.pk,
        "can_decide": approval is not None and can_decide(approval),
        "can_withdraw": is_waiting and row.proposed_by_id == current_actor().user_id,
        "note": "" if approval is None else approval.note,
    }
