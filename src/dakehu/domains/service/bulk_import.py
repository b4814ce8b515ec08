"""Taking in many interactions and follow-up plans at once, by the rules of a single one."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Min

from dakehu.domains.clients.bulk_import import needs as needs_import
from dakehu.domains.service import rules
from dakehu.domains.service.actions import REGULAR_CONTACT, next_occurrence
from dakehu.domains.service.models import FollowUp, Interaction, PlanState
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.actions.registry import ACTIONS, action
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.imports import row_matching
from dakehu.foundation.imports.row_matching import CREATED, UPDATED, Columns, ImportEvaluation, Stored
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import editable_fields


def interaction_fields() -> tuple[str, ...]:
    return tuple(name for name in editable_fields("service.Interaction") if name != "client")


def follow_up_fields() -> tuple[str, ...]:
    return tuple(name for name in editable_fields("service.FollowUp") if name != "client")


def _column(columns: Columns, name: str, count: int) -> list[Any]:
    return columns.get(name) or [None] * count


def to_minute(moment: datetime | None) -> datetime | None:
    """The nearest whole minute, in which a worksheet shows a time."""
    return None if moment is None else (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def evaluate_interactions(
    columns: Columns, clients: list[int], weighed: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """A contact is known by client, minute and what was said. Adds the column `next_on` where days are given."""
    count = len(clients)
    held, said = _column(columns, "held_at", count), _column(columns, "summary", count)
    fields = tuple(n for n in interaction_fields() if n in columns and n not in ("held_at", "summary"))
    stored: Stored = {}
    for (client, at, summary), rows in row_matching.stored_by_client(
        Interaction, ("held_at", "summary"), fields, clients
    ).items():
        stored.setdefault((client, to_minute(at), summary), []).extend(rows)
    keys = [(c, to_minute(h), s) for c, h, s in zip(clients, held, said, strict=True)]
    row_matching.evaluate(Interaction, columns, keys, stored, fields, weighed, mode=mode)
    row_matching.hide_foreign_values(Interaction, columns, weighed)
    row_matching.require_columns(ACTIONS["service.log_interaction"].parameters, columns, weighed)
    _apply_rules(columns, weighed, count)
    return weighed


def _apply_rules(columns: Columns, weighed: ImportEvaluation, count: int) -> None:
    now, is_open = clock.now(), cache(trading_days.is_trading_day)
    ahead = list(_column(columns, "next_on", count))
    for row in weighed.rows(CREATED, UPDATED):
        held_at, on = columns["held_at"][row], clock.local(columns["held_at"][row]).date()
        days = _column(columns, "next_in_days", count)[row]
        beyond = rules.days_fault(days)
        if beyond is not None:
            weighed.fault(row, beyond[0], days, bilingual(beyond[1], beyond[2]))
            continue
        if ahead[row] is None and days is not None:
            ahead[row] = rules.next_contact(on, days, is_open)
        fault = rules.interaction_fault(
            held_at=held_at,
            now=now,
            held_on=on,
            promise=_column(columns, "promise", count)[row] or "",
            promise_due_on=_column(columns, "promise_due_on", count)[row],
            next_on=ahead[row],
        )
        if fault is not None:
            weighed.fault(row, fault[0], columns.get(fault[0], [None] * count)[row], bilingual(fault[1], fault[2]))
    columns["next_on"] = ahead


def _staff_number() -> int | None:
    return current_actor().user_id


@action(
    "service.take_in_interactions",
    needs=Permission.INTERACTION_LOG,
    zh="批量导入服务记录",
    en="Take in many interactions",
    is_public=False,
)
def import_interactions(*, columns: Columns, weighed: ImportEvaluation, clients: list[int]) -> None:
    """Write contacts, plan the next ones they name, and keep the clients' dates in step."""
    mine, count = _staff_number(), len(clients)
    next_on, about = _column(columns, "next_on", count), _column(columns, "next_subject", count)
    plans: list[FollowUp] = []

    def finish(row: Interaction, place: int, new: bool) -> None:
        if new and row.staff_id is None:
            row.staff_id = mine
        if new and next_on[place] is not None:
            plans.append(
                FollowUp(
                    client_id=row.client_id,
                    due_on=next_on[place],
                    subject=about[place] or str(REGULAR_CONTACT),
                    owner_id=row.staff_id,
                )
            )

    with elevated("interactions of clients just taken in"):
        made, changed = row_matching.write_dependents(
            Interaction, columns, weighed, interaction_fields(), clients, finish
        )
        if plans:
            record_rows(FollowUp, plans, [], [], client_ids={plan.client_id for plan in plans})
        last: dict[int, date] = {}
        for row in (*made, *changed):
            on = clock.local(row.held_at).date()
            last[row.client_id] = max(on, last.get(row.client_id, on))
        update_contact_dates_of(last, last)
    if made:
        publish_event("interactions.taken_in", count=len(made))


def update_contact_dates_of(clients: Iterable[int], last_on: dict[int, date] | None = None) -> None:
    """Bring last and next contact of many clients up to date with their plans."""
    ahead: dict[int, date | None] = dict.fromkeys(clients)
    for part in chunks(sorted(ahead)):
        planned = FollowUp.objects.filter(client_id__in=part, state=str(PlanState.PLANNED))
        ahead.update(planned.values("client_id").annotate(on=Min("due_on")).values_list("client_id", "on"))
    needs_import.update_contact_dates_of(last_on=last_on or {}, next_on=ahead)


def evaluate_follow_ups(
    columns: Columns, clients: list[int], weighed: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """A plan is known by client, day and subject."""
    count = len(clients)
    due, about = _column(columns, "due_on", count), _column(columns, "subject", count)
    fields = tuple(n for n in follow_up_fields() if n in columns and n not in ("due_on", "subject"))
    stored = row_matching.stored_by_client(FollowUp, ("due_on", "subject"), fields, clients)
    row_matching.evaluate(
        FollowUp, columns, list(zip(clients, due, about, strict=True)), stored, fields, weighed, mode=mode
    )
    row_matching.hide_foreign_values(FollowUp, columns, weighed)
    return row_matching.require_columns(ACTIONS["service.plan_follow_up"].parameters, columns, weighed)


@action(
    "service.take_in_follow_ups",
    needs=Permission.PLAN_WRITE,
    zh="批量导入跟进计划",
    en="Take in many follow-ups",
    is_public=False,
)
def import_follow_ups(*, columns: Columns, weighed: ImportEvaluation, clients: list[int]) -> None:
    """Write plans. One that the file marks as done leaves its next occurrence behind, as when finished by hand."""
    mine, today = _staff_number(), clock.today()
    series: list[FollowUp] = []

    def finish(row: FollowUp, place: int, new: bool) -> None:
        if new and row.owner_id is None:
            row.owner_id = mine
        if str(row.state) == str(PlanState.DONE) and row.done_on is None:
            row.done_on = min(row.due_on, today) if new else today
            after = None if new else next_occurrence(row, today)
            if after is not None:
                series.append(after)

    with elevated("plans of clients just taken in"):
        made, changed = row_matching.write_dependents(
            FollowUp, columns, weighed, follow_up_fields(), clients, finish, also=("done_on",)
        )
        if series:
            record_rows(FollowUp, series, [], [], client_ids={row.client_id for row in series})
        update_contact_dates_of({row.client_id for row in (*made, *changed)})
