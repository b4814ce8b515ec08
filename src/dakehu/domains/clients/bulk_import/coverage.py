"""Import coverage: a named main manager takes the client over."""

from typing import Any

from dakehu.domains.clients import choices
from dakehu.domains.clients.actions import SERVES_NONE
from dakehu.domains.clients.bulk_import.evaluation import ClientEvaluation
from dakehu.domains.clients.models import Coverage
from dakehu.domains.team.roles import serves_clients
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports.row_matching import CREATED, UNCHANGED, UPDATED
from dakehu.foundation.records.bulk import record_columns, record_rows


def assignment_refusal(user: Any) -> Bilingual | None:
    """Return why the actor may not assign clients to a user, None if they may."""
    actor = current_actor()
    if not serves_clients(user):
        return bilingual(SERVES_NONE.zh, SERVES_NONE.en, name=user.name)
    if actor.user_id == user.pk:
        return None
    if not actor.may(Permission.CLIENT_ASSIGN):
        return bilingual(
            "您只能导入自己名下的客户，分派给他人请联系团队负责人。",
            "You import your own clients only; ask your team head to assign others.",
        )
    if actor.reach is Reach.COVERED and user.pk not in actor.covers:
        return bilingual("“{name}”不在您的团队。", "“{name}” is not on your team.", name=user.name)
    return None


def evaluate_coverage(evaluation: ClientEvaluation, staff: list[Any] | None) -> None:
    """Set which clients get another main manager."""
    if staff is None:
        return
    row_evaluation, current_mains = evaluation.row_evaluation, {}
    for some_ids in chunks(sorted({client_id for client_id in evaluation.people if client_id > 0})):
        mains = Coverage.objects.filter(client_id__among=some_ids, until=None, role=str(choices.CoverRole.MAIN))
        current_mains.update(mains.values_list("client_id", "user_id"))
    for row in row_evaluation.rows(CREATED, UPDATED, UNCHANGED):
        user = staff[row]
        if row in row_evaluation.anchored and "staff" not in row_evaluation.anchored[row]:
            continue
        if user is None or current_mains.get(evaluation.people[row]) == user.pk:
            continue
        refusal = assignment_refusal(user)
        if refusal is not None:
            row_evaluation.fault(row, "staff", user.name, refusal)
            continue
        evaluation.duties[row] = user
        if row_evaluation.verdicts[row] != CREATED:
            row_evaluation.verdicts[row] = UPDATED
            row_evaluation.differences.setdefault(row, {})["staff"] = (current_mains.get(evaluation.people[row]), user)


def write_coverage(evaluation: ClientEvaluation, created: dict[int, int]) -> None:
    """End replaced coverage and write new ones; `created` are the new clients, by row."""
    today, actor = clock.today(), current_actor()
    new_mains = {evaluation.people[row]: user.pk for row, user in evaluation.duties.items()}
    ended = []
    main = str(choices.CoverRole.MAIN)
    for some_ids in chunks(sorted(set(new_mains) - set(created.values()))):
        for open_duty in Coverage.objects.filter(client_id__among=some_ids, until=None):
            if open_duty.role == main or open_duty.user_id == new_mains[open_duty.client_id]:
                open_duty.until = today
                ended.append(open_duty)
    if actor.user_id is not None:
        new_mains = {**dict.fromkeys(created.values(), actor.user_id), **new_mains}
    if ended:
        record_rows(Coverage, [], ended, ["until"], client_ids=[duty.client_id for duty in ended])
    if new_mains:
        count = len(new_mains)
        record_columns(
            Coverage,
            count,
            {
                "client_id": list(new_mains),
                "user_id": list(new_mains.values()),
                "role": [main] * count,
                "since": [today] * count,
            },
        )
