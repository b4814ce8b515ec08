"""Queries of anti-money laundering, for compliance only: reviews, watch-list hits, open suspicions."""

from typing import Any

from dakehu.domains.compliance.aml import files, rules
from dakehu.domains.compliance.aml.choices import AmlLevel, SuspicionState, WatchList
from dakehu.domains.compliance.aml.models import AmlFile, SuspicionReport
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

DUE = "compliance.aml_notices"
MOST = 200


@query("compliance.aml_desk", needs=Permission.AML, zh="反洗钱工作台", en="Desk of money laundering")
def aml_desk() -> dict[str, Any]:
    """Return the open tasks: {levels: [{level, count}], reviews, suspicions, hits, entries}, at most 200 rows each.

    reviews: [{client, code, name, level, due_on, is_late}]; suspicions: [{id, client, code, name, found_on}]; hits: [{entry,
    list, name, source, client, code}]; entries: [{id, list, name, source, listed_on, ended_on:
    the later day from which it is off the list, or None}].
    """
    today = clock.today()
    rated = list(AmlFile.objects.order_by("review_due_on", "pk"))
    open_rows = list(SuspicionReport.objects.filter(state=SuspicionState.OPEN.value).order_by("found_on", "pk")[:MOST])
    due = [row for row in rated if rules.is_reminder_due(row.review_due_on, today)][:MOST]
    clients = files.clients_by_number({row.client_ref for row in (*due, *open_rows)})
    levels = [str(row.level) for row in rated]
    return {
        "levels": [{"level": one.text, "count": levels.count(one.value)} for one in AmlLevel],
        "reviews": [
            {
                **_client(clients.get(row.client_ref)),
                "level": AmlLevel(str(row.level)).text,
                "due_on": row.review_due_on.isoformat(),
                "is_late": row.review_due_on < today,
            }
            for row in due
        ],
        "suspicions": [
            {**_client(clients.get(row.client_ref)), "id": row.pk, "found_on": row.found_on.isoformat()}
            for row in open_rows
        ],
        "hits": [
            {
                **_client(client),
                "entry": entry.pk,
                "list": WatchList(str(entry.watch_list)).text,
                "source": entry.source,
            }
            for entry, client in files.watch_list_hits()[:MOST]
        ],
        "entries": [
            {
                "id": row.pk,
                "list": WatchList(str(row.watch_list)).text,
                "name": row.name,
                "source": row.source,
                "listed_on": row.listed_on.isoformat(),
                "ended_on": row.ended_on.isoformat() if row.ended_on else None,
            }
            for row in files.watch_list().order_by("-listed_on", "-pk")[:MOST]
        ],
    }


def _client(row: Any) -> dict[str, Any]:
    """Return a client as the reader may see it; without a row the client no longer exists."""
    if row is None:
        return {"client": None, "code": "–", "name": "–"}
    return {"client": row.pk, "code": row.code, "name": name_of(row, current_actor().clearance)}


@query(DUE, needs=Permission.AML, zh="反洗钱提醒", en="Notices of money laundering")
def aml_notices() -> list[dict[str, Any]]:
    """Return one notice for the reviews that are due and one for the watch-list hits; no client is named."""
    today = clock.today()
    late = sum(rules.is_reminder_due(day, today) for day in AmlFile.objects.values_list("review_due_on", flat=True))
    found = []
    if late:
        text = bilingual("{n} 位客户的洗钱风险等级待复评", "Reviews of money laundering due: {n}", n=late)
        found.append(notice(f"{DUE}:reviews:{today}", text, at=today.isoformat(), url="/compliance/aml/", tone="warn"))
    listed = len(files.watch_list_hits())
    if listed:
        text = bilingual("监控名单命中 {n} 处，待核对", "Hits of watch lists to check: {n}", n=listed)
        found.append(
            notice(f"{DUE}:hits:{today}:{listed}", text, at=today.isoformat(), url="/compliance/aml/", tone="bad")
        )
    return found


declare(NoticeSource(DUE, bilingual("反洗钱", "Money laundering"), "shield", order=25, leaves=False))
