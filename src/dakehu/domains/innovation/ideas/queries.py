"""Queries of ideas: the list with votes, one idea with its permitted actions."""

from typing import Any

from django.db.models import Count

from dakehu.domains.innovation.choices import IdeaState
from dakehu.domains.innovation.ideas import rules
from dakehu.domains.innovation.ideas.actions import get_idea
from dakehu.domains.innovation.models import Idea, IdeaSupport, ServiceVersion, Trial
from dakehu.domains.innovation.parameters import FILTERS, IDEA, ORDER
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

STATE = Parameter("state", "innovation.Idea", "state", required=False)
TOPIC = Parameter("topic", "innovation.Idea", "topic", required=False)
MINE = Parameter("mine", required=False, kind="bool", spec=FieldSpec("只看我的", "Only mine"))
LISTED = ("title", "topic", "state", "author", "filed_on", "sponsor")
MOST = 200  # ideas per list


@query("innovation.ideas", needs=Permission.IDEAS, zh="创意列表", en="Ideas", parameters=(FILTERS, ORDER))
def ideas(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the ideas, the newest first by default."""
    return filter_rows(Idea.objects.all(), filters or {}, order or "-filed_on")


@query("innovation.idea", needs=Permission.IDEAS, zh="创意", en="An idea", parameters=(IDEA,))
def idea_detail(*, idea: int) -> Idea:
    """Return one idea."""
    return get_idea(idea)


@query(
    "innovation.idea_board",
    needs=Permission.IDEAS,
    zh="创意页面",
    en="Page of ideas",
    parameters=(STATE, TOPIC, MINE),
)
def idea_board(*, state: str | None = None, topic: str | None = None, mine: bool | None = None) -> dict[str, Any]:
    """Return the ideas by voices, descending: {rows: [{shown fields, id, state_code, voices, is_mine, is_supported,
    can_support}], states: [{state, name, count}], count}, at most 200 rows. `voices` does not count the author."""
    actor, rows = current_actor(), Idea.objects.all()
    counts = dict(Idea.objects.order_by().values_list("state").annotate(n=Count("pk")))
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(topic=topic) if topic else rows
    rows = rows.filter(author_id=actor.user_id) if mine else rows
    found = list(
        rows.annotate(voices=Count("supports"))
        .select_related("author", "sponsor")
        .order_by("-voices", "-filed_on", "-pk")[:MOST]
    )
    own = set(IdeaSupport.objects.filter(user_id=actor.user_id).values_list("idea_id", flat=True))
    return {
        "rows": [
            {**shown, **_reader_relation(row, row.pk in own), "voices": row.voices}
            for row, shown in zip(found, render_rows(found, LISTED, shown=True), strict=True)
        ],
        "states": [{"state": one.value, "name": one.text, "count": counts.get(one.value, 0)} for one in IdeaState],
        "count": rows.count(),
    }


def _reader_relation(row: Idea, is_supporter: bool) -> dict[str, Any]:
    """Return the reader's relation to an idea."""
    me = current_actor().user_id
    return {
        "id": row.pk,
        "row_version": row.row_version,
        "state_code": str(row.state),
        "is_mine": row.author_id == me,
        "is_supported": is_supporter,
        "can_support": rules.support_error(str(row.state), row.author_id, me, is_supporter) is None,
    }


@query("innovation.idea_page", needs=Permission.IDEAS, zh="创意详情", en="One idea", parameters=(IDEA,))
def idea_page(*, idea: int) -> dict[str, Any]:
    """Return {row: shown fields with id, state_code, …, voices, supporters: names, trials: [{id, name, state, state_code}] that the
    reader sees, services: [{id, name, number}] that resulted, steps: the reader's permitted actions, days: in this state}."""
    row, actor = get_idea(idea), current_actor()
    supports = list(IdeaSupport.objects.filter(idea=row).select_related("user").order_by("pk"))
    is_supporter = any(one.user_id == actor.user_id for one in supports)
    seen = Trial.objects if actor.may(Permission.TRIAL_READ) else Trial.objects.none()
    trials = list(seen.filter(idea=row).order_by("-pk"))
    versions = ServiceVersion.objects.filter(based_on__in=[one.pk for one in trials]).order_by("pk")
    return {
        "row": {**render_row(row, shown=True), **_reader_relation(row, is_supporter)},
        "voices": len(supports),
        "supporters": [one.user.name for one in supports],
        "trials": [
            {**shown, "id": one.pk, "state_code": str(one.state)}
            for one, shown in zip(trials, render_rows(trials, ("name", "state"), shown=True), strict=True)
        ],
        "services": [{"id": one.service_id, "name": one.name, "number": one.number} for one in versions],
        "steps": _steps(row, is_supporter),
        "days": (clock.today() - row.moved_on).days,
    }


def _steps(row: Idea, is_supporter: bool) -> list[str]:
    """Return the reader's permitted actions on an idea now."""
    actor, state = current_actor(), str(row.state)
    me, steps = actor.user_id, []
    if rules.support_error(state, row.author_id, me, is_supporter) is None:
        steps.append("support")
    if is_supporter:
        steps.append("withdraw")
    if rules.change_error(state, row.author_id, me) is None:
        steps.append("change")
    if not actor.may(Permission.IDEA_SPONSOR):
        return steps
    if rules.sponsor_error(state, row.author_id, me) is None:
        steps.append("sponsor")
    if state == IdeaState.SPONSORED and actor.may(Permission.TRIAL_WRITE):
        steps.append("try")
    if rules.decision_error(state, "declined", "-", row.author_id, me) is None:
        steps.append("decide")
    if state == IdeaState.SPONSORED and row.sponsor_id == me:
        steps.append("return")
    if state in rules.CLOSED:
        steps.append("reopen")
    return steps
