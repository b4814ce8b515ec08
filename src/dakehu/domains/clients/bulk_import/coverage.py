"""Who serves the clients of an import: a named main member of staff takes the client over."""

from typing import Any

from dakehu.domains.clients import choices
from dakehu.domains.clients.bulk_import.evaluation import ClientEvaluation
from dakehu.domains.clients.models import Coverage
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports.row_matching import CREATED, UNCHANGED, UPDATED
from dakehu.foundation.records.bulk import record_columns, record_rows


def may_give_to(user: Any) -> Bilingual | None:
    """Why the actor may not make this member of staff the main one of a client; None when they may."""
    actor = current_actor()
    if actor.user_id == user.pk:
        return None
    if not actor.may(Permission.CLIENT_ASSIGN):
        return bilingual(
            "您只能导入自己名下的客户，分派给他人请联系团队长。",
            "You import your own clients only; ask your desk head to assign others.",
        )
    if actor.reach is Reach.COVERED and user.pk not in actor.covers:
        return bilingual("“{name}”不在您的团队。", "“{name}” is not on your team.", name=user.name)
    return None


def evaluate_coverage(made: ClientEvaluation, staff: list[Any] | None) -> None:
    """A client whose stated main member of staff is not the present one changes hands."""
    if staff is None:
        return
    weighed, held = made.weighed, {}
    for part in chunks(sorted({p for p in made.people if p > 0})):
        mains = Coverage.objects.filter(client_id__among=part, until=None, role=str(choices.CoverRole.MAIN))
        held.update(mains.values_list("client_id", "user_id"))
    for row in weighed.rows(CREATED, UPDATED, UNCHANGED):
        user = staff[row]
        if row in weighed.anchored and "staff" not in weighed.anchored[row]:
            continue
        if user is None or held.get(made.people[row]) == user.pk:
            continue
        refusal = may_give_to(user)
        if refusal is not None:
            weighed.fault(row, "staff", user.name, refusal)
            continue
        made.duties[row] = user
        if weighed.verdicts[row] != CREATED:
            weighed.verdicts[row] = UPDATED
            weighed.differences.setdefault(row, {})["staff"] = (held.get(made.people[row]), user)


def write_coverage(made: ClientEvaluation, born: dict[int, int]) -> None:
    """End the main coverage that changes hands and write the new ones; `born` are the clients created, by row."""
    today, actor = clock.today(), current_actor()
    taking = {made.people[row]: user.pk for row, user in made.duties.items()}
    ended = []
    main = str(choices.CoverRole.MAIN)
    for part in chunks(sorted(set(taking) - set(born.values()))):
        for held in Coverage.objects.filter(client_id__among=part, until=None):
            if held.role == main or held.user_id == taking[held.client_id]:
                held.until = today
                ended.append(held)
    if actor.user_id is not None:
        taking = {**dict.fromkeys(born.values(), actor.user_id), **taking}
    if ended:
        record_rows(Coverage, [], ended, ["until"], client_ids=[h.client_id for h in ended])
    if taking:
        count = len(taking)
        record_columns(
            Coverage,
            count,
            {
                "client_id": list(taking),
                "user_id": list(taking.values()),
                "role": [main] * count,
                "since": [today] * count,
            },
        )
