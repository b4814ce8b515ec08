"""Read ladders, levels, and a person's results for the conditions of a level."""

from datetime import date
from decimal import Decimal
from typing import Any

from dakehu.domains.learning.choices import ConditionOutcome, LadderState
from dakehu.domains.learning.ladder import rules
from dakehu.domains.learning.ladder.conditions import Figure, find_condition_kind
from dakehu.domains.learning.models import Ladder, LadderLevel, LevelCondition, Promotion, StaffLevel
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual


def get_ladder(pk: int) -> Ladder:
    """Return a version of a ladder. Raises NotFound."""
    row: Ladder | None = Ladder.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("职级体系", "ladder"))
    return row


def get_level(pk: int) -> LadderLevel:
    """Return a level with its ladder. Raises NotFound."""
    row: LadderLevel | None = LadderLevel.objects.select_related("ladder").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("职级", "level"))
    return row


def get_promotion(pk: int) -> Promotion:
    """Return a visible proposal. Raises NotFound."""
    row: Promotion | None = Promotion.objects.select_related("user", "level__ladder").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("晋升提名", "proposal of a promotion"))
    return row


def level_of(person: int) -> StaffLevel | None:
    """Return the current level of a person, regardless of the actor's scope; None if none is entered."""
    with elevated("look up the level of a person"):
        row: StaffLevel | None = StaffLevel.objects.filter(user_id=person).order_by("-since", "-pk").first()
    return row


def ladder_in_force(track: str) -> Ladder | None:
    """Return the version of a track that is in force, None without one."""
    row: Ladder | None = Ladder.objects.filter(track=track, state=LadderState.IN_FORCE.value).first()
    return row


def next_level(person: int) -> LadderLevel | None:
    """Return the level above a person's current one, by the version in force.

    None on the highest, without a level, and if the version in force lacks the current one.
    """
    now = level_of(person)
    ladder = None if now is None else ladder_in_force(now.track)
    if now is None or ladder is None:
        return None
    levels = list(LadderLevel.objects.filter(ladder=ladder).order_by("position"))
    present = next((one.position for one in levels if one.code == now.code), None)
    position = None if present is None else rules.next_position(present, [one.position for one in levels])
    return next((one for one in levels if one.position == position), None)


def condition_results(person: int, level: LadderLevel, day: date) -> list[dict[str, Any]]:
    """Return the result of a person for each condition of a level.

    [{kind, label, definition, subject, wanted, figure, note, outcome, outcome_text, rows: [{label, url}]}].
    """
    rows = LevelCondition.objects.filter(level=level).order_by("pk")
    return [_measure_condition(person, one, day) for one in rows]


def _measure_condition(person: int, condition: LevelCondition, day: date) -> dict[str, Any]:
    kind = find_condition_kind(condition.kind)
    if kind is None:
        found = Figure(None, bilingual("系统不再衡量此条件", "the desk does not measure this any more"))
    else:
        found = kind.source(person, condition.subject, day)
    outcome = rules.outcome_of(found.value, condition.least)
    return {
        "kind": condition.kind,
        "label": str(kind.label) if kind else condition.kind,
        "definition": str(kind.definition) if kind else "",
        "subject": condition.subject,
        "wanted": shown_figure(condition.kind, condition.least),
        "figure": "" if found.value is None else shown_figure(condition.kind, found.value),
        "note": str(found.note or ""),
        "outcome": outcome.value,
        "outcome_text": str(ConditionOutcome.text_of(outcome)),
        "rows": [{"label": one.label, "url": one.url} for one in found.rows],
    }


def shown_figure(code: str, value: Decimal) -> str:
    """Return a figure of a kind of condition with its unit."""
    kind = find_condition_kind(code)
    if kind is None:
        return f"{value.normalize():f}"
    return f"{value:.{kind.decimals}f} {kind.unit}".strip()
