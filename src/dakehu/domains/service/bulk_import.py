"""Import many interactions and follow-ups together, by the rules of a single one."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Min

from dakehu.domains.clients.bulk_import import needs as needs_import
from dakehu.domains.service import rules
from dakehu.domains.service.actions import REGULAR_CONTACT, next_occurrence
from dakehu.domains.service.models import FollowUp, Interaction, PlanState
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
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
    """Return the importable fields of interactions, custom fields included."""
    return tuple(name for name in editable_fields("service.Interaction") if name != "client")


def follow_up_fields() -> tuple[str, ...]:
    """Return the importable fields of follow-ups, custom fields included."""
    return tuple(name for name in editable_fields("service.FollowUp") if name != "client")


def _column(columns: Columns, name: str, count: int) -> list[Any]:
    """Return a column, or None for every row if it is missing."""
    return columns.get(name) or [None] * count


def to_minute(moment: datetime | None) -> datetime | None:
    """Round to the nearest whole minute, the precision of worksheets."""
    return None if moment is None else (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def evaluate_interactions(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported interactions with stored ones and set the outcome of each row.

    An interaction is identified by client, minute and summary. Adds the column `next_on` if days are given.
    """
    count = len(clients)
    held_at, summaries = _column(columns, "held_at", count), _column(columns, "summary", count)
    fields = tuple(name for name in interaction_fields() if name in columns and name not in ("held_at", "summary"))
    stored: Stored = {}
    for (client, at, summary), rows in row_matching.stored_by_client(
        Interaction, ("held_at", "summary"), fields, clients
    ).items():
        stored.setdefault((client, to_minute(at), summary), []).extend(rows)
    keys = [(client, to_minute(at), summary) for client, at, summary in zip(clients, held_at, summaries, strict=True)]
    row_matching.evaluate(Interaction, columns, keys, stored, fields, evaluation, mode=mode)
    row_matching.hide_foreign_values(Interaction, columns, evaluation)
    row_matching.require_columns(ACTIONS["service.log_interaction"].parameters, columns, evaluation)
    _apply_rules(columns, evaluation, count)
    return evaluation


def _apply_rules(columns: Columns, evaluation: ImportEvaluation, count: int) -> None:
    """Reject rows that break the rules of a single interaction; compute `next_on`."""
    now, is_open = clock.now(), cache(trading_days.is_trading_day)
    next_dates = list(_column(columns, "next_on", count))
    for row in evaluation.rows(CREATED, UPDATED):
        held_at, held_on = columns["held_at"][row], clock.local(columns["held_at"][row]).date()
        days = _column(columns, "next_in_days", count)[row]
        days_error = rules.days_error(days)
        if days_error is not None:
            evaluation.fault(row, days_error[0], days, bilingual(days_error[1], days_error[2]))
            continue
        if next_dates[row] is None and days is not None:
            next_dates[row] = rules.next_contact(held_on, days, is_open)
        error = rules.interaction_error(
            held_at=held_at,
            now=now,
            held_on=held_on,
            promise=_column(columns, "promise", count)[row] or "",
            promise_due_on=_column(columns, "promise_due_on", count)[row],
            next_on=next_dates[row],
        )
        if error is not None:
            evaluation.fault(row, error[0], columns.get(error[0], [None] * count)[row], bilingual(error[1], error[2]))
    columns["next_on"] = next_dates


def _actor_user_id() -> int | None:
    """Return the user id of the actor, None for the system."""
    return current_actor().user_id


@action(
    "service.import_interactions",
    needs=Permission.INTERACTION_LOG,
    zh="批量导入服务记录",
    en="Import interactions",
    is_public=False,
)
def import_interactions(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated interactions, plan the next contacts they name, and update the clients' dates."""
    user_id, count = _actor_user_id(), len(clients)
    next_on, subjects = _column(columns, "next_on", count), _column(columns, "next_subject", count)
    plans: list[FollowUp] = []

    def finish(row: Interaction, index: int, is_new: bool) -> None:
        """Set the default owner and plan the next contact of a new row."""
        if is_new and row.staff_id is None:
            row.staff_id = user_id
        if is_new and next_on[index] is not None:
            plans.append(
                FollowUp(
                    client_id=row.client_id,
                    due_on=next_on[index],
                    subject=subjects[index] or str(REGULAR_CONTACT),
                    owner_id=row.staff_id,
                )
            )

    with elevated("interactions of clients imported in the same file"):
        created, changed = row_matching.write_dependents(
            Interaction, columns, row_evaluation, interaction_fields(), clients, finish
        )
        if plans:
            record_rows(FollowUp, plans, [], [], client_ids={plan.client_id for plan in plans})
        last_contact: dict[int, date] = {}
        for row in (*created, *changed):
            held_on = clock.local(row.held_at).date()
            last_contact[row.client_id] = max(held_on, last_contact.get(row.client_id, held_on))
        update_contact_dates_of(last_contact, last_contact)
    if created:
        publish_event("interactions.imported", count=len(created))


def update_contact_dates_of(clients: Iterable[int], last_on: dict[int, date] | None = None) -> None:
    """Update the dates of last and next contact of many clients."""
    next_dates: dict[int, date | None] = dict.fromkeys(clients)
    for client_ids in chunks(sorted(next_dates)):
        planned = FollowUp.objects.filter(client_id__in=client_ids, state=str(PlanState.PLANNED))
        next_dates.update(planned.values("client_id").annotate(on=Min("due_on")).values_list("client_id", "on"))
    needs_import.update_contact_dates_of(last_on=last_on or {}, next_on=next_dates)


def evaluate_follow_ups(
    columns: Columns, clients: list[int], evaluation: ImportEvaluation, *, mode: str = "both"
) -> ImportEvaluation:
    """Compare imported follow-ups with stored ones and set the outcome of each row.

    A follow-up is identified by client, day and subject.
    """
    count = len(clients)
    due_dates, subjects = _column(columns, "due_on", count), _column(columns, "subject", count)
    fields = tuple(name for name in follow_up_fields() if name in columns and name not in ("due_on", "subject"))
    stored = row_matching.stored_by_client(FollowUp, ("due_on", "subject"), fields, clients)
    row_matching.evaluate(
        FollowUp, columns, list(zip(clients, due_dates, subjects, strict=True)), stored, fields, evaluation, mode=mode
    )
    row_matching.hide_foreign_values(FollowUp, columns, evaluation)
    return row_matching.require_columns(ACTIONS["service.plan_follow_up"].parameters, columns, evaluation)


@action(
    "service.import_follow_ups",
    needs=Permission.PLAN_WRITE,
    zh="批量导入跟进计划",
    en="Import follow-ups",
    is_public=False,
)
def import_follow_ups(*, columns: Columns, row_evaluation: ImportEvaluation, clients: list[int]) -> None:
    """Write evaluated follow-ups. One marked as done plans its next occurrence, as when completed manually."""
    user_id, today = _actor_user_id(), clock.today()
    series: list[FollowUp] = []

    def finish(row: FollowUp, index: int, is_new: bool) -> None:
        """Set the default owner and the completion day of a row."""
        if is_new and row.owner_id is None:
            row.owner_id = user_id
        if str(row.state) == str(PlanState.DONE) and row.done_on is None:
            row.done_on = min(row.due_on, today) if is_new else today
            following = None if is_new else next_occurrence(row, today)
            if following is not None:
                series.append(following)

    with elevated("follow-ups of clients imported in the same file"):
        created, changed = row_matching.write_dependents(
            FollowUp, columns, row_evaluation, follow_up_fields(), clients, finish, also=("done_on",)
        )
        if series:
            record_rows(FollowUp, series, [], [], client_ids={row.client_id for row in series})
        update_contact_dates_of({row.client_id for row in (*created, *changed)})
