"""Rights of each duty at a client (main manager, deputy, specialist in a subject), and its agreed end.

Visibility follows the duty (visibility). What a specialist may not change is enforced in one place, after every action of every interface.
"""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.clients import queries
from dakehu.domains.clients.choices import CoverRole
from dakehu.domains.clients.models import Coverage
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import serves_clients
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action, add_check
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import ActionRecord, Change
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step
from dakehu.foundation.schema.parameters import parameters_of

CLIENT = parameters_of("clients.Coverage", "client")
MAY: dict[str, Bilingual] = {
    CoverRole.MAIN.value: bilingual("全部事项，并可指定协办和专家", "Everything, and names deputies and specialists"),
    CoverRole.DEPUTY.value: bilingual(
        "查看、服务、修改资料；不能调整服务团队", "Sees, serves, changes data; does not change who serves"
    ),
    CoverRole.SPECIALIST.value: bilingual(
        "查看、登记服务、任务与诉求；不能修改客户资料", "Sees, logs service, tasks and requests; changes no client data"
    ),
}
OF_SERVICE = {"last_contact_on", "next_contact_on"}  # fields of a client that follow from service
CLIENT_DATA = ("Client", "Contact", "Consent", "KeyDate", "Needs", "ClientTag", "Coverage", "GroupMember", "History")


@query("clients.service_team", needs=Permission.CLIENT_READ, zh="分工", en="Duties", parameters=CLIENT)
def service_team(*, client: Any) -> list[dict[str, Any]]:
    """Return the present and former duties at a client and what each allows, the present ones first.

    [{user, name, role, role_text, subject, since, until, ends_on, may, serves}]
    """
    return [
        {
            "user": row.user_id,
            "name": row.user.name,
            "role": str(row.role),
            "role_text": CoverRole.text_of(str(row.role)),
            "subject": row.subject,
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else None,
            "ends_on": row.ends_on.isoformat() if row.ends_on else None,
            "may": str(MAY.get(str(row.role), "")),
            "serves": row.until is None and (row.ends_on is None or row.ends_on >= clock.today()),
        }
        for row in queries.coverage(client=client).select_related("user")
    ]


def _changed_clients(changes: Iterable[Change]) -> set[int]:
    """Return the clients whose data these changes touch, without what follows from service."""
    found: set[int] = set()
    for change in changes:
        domain, _, name = change.model.partition(".")
        if domain != "clients" or name not in CLIENT_DATA or change.kind == "opened":
            continue
        if change.kind == "many":
            if not (name == "Client" and set(change.after.get("columns", ())) <= OF_SERVICE):
                found |= set(IdRanges.of(change.after.get("clients", ())))
        elif change.client_id is not None and not (name == "Client" and set(change.after) <= OF_SERVICE):
            found.add(change.client_id)
    return found


def check_duty(record: ActionRecord) -> None:
    """Raise Refused where an act changes data of a client whom the actor serves as a specialist only."""
    actor = current_actor()
    clients = _changed_clients(record.changes) if actor.reach is Reach.COVERED else set()
    if not clients:
        return
    duties = Coverage.objects.filter(client_id__among=sorted(clients), until=None)
    limited = set(
        duties.filter(user_id=actor.user_id, role=CoverRole.SPECIALIST.value).values_list("client_id", flat=True)
    )
    if limited:
        full = duties.filter(user_id__in=actor.covers).exclude(role=CoverRole.SPECIALIST.value)
        limited -= set(full.values_list("client_id", flat=True))
    if limited:
        raise refusal(
            "client",
            "您是这位客户的专家，可以登记服务、任务与诉求，不能修改客户资料；请联系主办客户经理。",
            "You serve this client as a specialist: you log service, tasks and requests, and change no client data. "
            "Ask the main manager.",
        )


add_check(check_duty)


@action(
    "clients.end_duties",
    needs=Permission.SYSTEM_WRITE,
    zh="结束到期的服务关系",
    en="End duties that were agreed for a time",
    is_public=False,
)
def end_duties() -> dict[str, Any]:
    """End the duties whose agreed last day has passed. Returns {ended}."""
    rows = list(Coverage.objects.filter(until=None, ends_on__lt=clock.today()).order_by("pk"))
    for row in rows:
        row.until = row.ends_on
        row.save()
    return {"ended": len(rows)}


def _run(night: Night) -> dict[str, Any]:
    """End the duties whose agreed last day has passed."""
    ended = end_duties()["ended"]
    return {
        "ended": ended,
        "unchanged": not ended,
        "words": bilingual("结束 {n} 项到期的服务关系。", "{n} duties ended.", n=ended),
    }


declare_step(NightlyStep("clients.duties", "到期的服务关系", "Duties agreed for a time", order=25, run=_run))


def people_to_appoint() -> list[tuple[int, str]]:
    """Return (id, name) of those to whom the actor may give a client (see actions.check_receiver)."""
    rows = team.users().filter(is_active=True)
    if current_actor().reach is Reach.COVERED:
        rows = rows.filter(pk__in=current_actor().covers)
    return [(user.pk, user.name) for user in rows if serves_clients(user)]
