"""Inform clients of the outcome of their feedback: the text, a task for each client's manager, and who was informed."""

from datetime import date
from typing import Any

from dakehu.domains.care.improvements.actions import ISSUE, get_issue, get_link
from dakehu.domains.care.improvements.link_kinds import find_kind
from dakehu.domains.care.models import Issue, IssueLink
from dakehu.domains.compliance.complaints.rules import working_days_after
from dakehu.domains.compliance.wording.refusals import refuse_blocked_words
from dakehu.domains.service.tasks.actions import create_task, finish_task
from dakehu.domains.service.tasks.owners import main_managers
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

LINK = Parameter("link", kind="integer", spec=FieldSpec("关联编号", "Number of the link"))
TEXT = parameters_of("care.Issue", "client_text")
HOW = parameters_of("care.IssueLink", "informed_how", optional=("informed_on",))
DAYS = 5  # trading days within which clients are to be informed [D]


@action(
    "care.write_client_text",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="撰写告知客户的话",
    en="Write what clients are informed of",
    parameters=(ISSUE, TEXT),
)
def write_client_text(*, issue: int, client_text: str) -> Issue:
    """Write the text for the linked clients; the person who serves each of them gets a task with it.

    Raises Refused for words that may not go to a client.
    """
    row = get_issue(issue)
    refuse_blocked_words(client_text, "client_text")
    row.client_text = client_text
    row.save()
    publish_event("issue.text_written", issue=row.pk)
    return row


@on_event("issue.text_written")
def on_text(*, issue: int) -> dict[str, Any]:
    """Plan one task for each linked client who was not informed yet. Returns {tasks: how many are new}.

    For a complaint about a member of staff, the handler of the case gets it, without the client's name.
    """
    with acting_as(system_actor(str(bilingual("告知客户改进结果", "Inform clients of what changed")), "worker")):
        row = get_issue(issue)
        links = list(IssueLink.objects.filter(issue=row, informed_on=None).select_related("client"))
        managers = main_managers([link.client_id for link in links if link.client_id])
        tasks = [_plan_task(row, link, managers) for link in links]
    return {"tasks": sum(tasks)}


def _plan_task(row: Issue, link: IssueLink, managers: dict[int, Any]) -> bool:
    """Create the task of one link unless it exists or no one is to be informed; return whether it is new."""
    key = f"issue_link:{link.pk}"
    if not has_person(link) or model_of("service.Task").objects.filter(source_ref=key).exists():
        return False
    complaint = _complaint_about_staff(link)
    subject = bilingual("告知客户：您反映的问题已改进", "Inform the client: you told us, we changed")
    owner: Any = managers.get(link.client_id or 0) or row.owner
    if complaint is not None:
        subject = bilingual("告知投诉人改进结果（投诉 {n}）", "Inform the complainant (complaint {n})", n=link.ref)
        owner = complaint.owner or row.owner
    create_task(
        subject=str(subject),
        detail=row.client_text,
        due_on=working_days_after(clock.today(), DAYS, trading_days.is_trading_day),
        client=None if complaint is not None else link.client,
        owner=owner,
        source="case",
        source_ref=key,
    )
    return True


def has_person(link: IssueLink) -> bool:
    """Return whether the record behind a link is of a person who can be informed."""
    kind = find_kind(link.kind)
    return kind is not None and bool(kind.client)


def _complaint_about_staff(link: IssueLink) -> Any:
    """Return the complaint behind a link if it is about a member of staff, else None."""
    if link.kind != "complaint":
        return None
    return model_of("compliance.Complaint").objects.filter(pk=link.ref).exclude(about_staff=None).first()


@action(
    "care.inform_client",
    needs=Permission.FEEDBACK_WRITE,
    zh="登记已告知客户",
    en="Note that a client was informed",
    parameters=(LINK, HOW),
)
def inform_client(*, link: int, informed_how: str, informed_on: date | None = None) -> IssueLink:
    """Note when and how the client behind a link was informed. Raises Refused before there is a text, and for a later day."""
    row = get_link(link)
    if not has_person(row):
        raise refusal("link", "这条来源没有可告知的客户。", "Nobody is to be informed by this record.")
    if not row.issue.client_text:
        raise refusal("link", "请先撰写告知客户的话。", "Write what clients are informed of first.")
    day = informed_on or clock.today()
    if day > clock.today():
        raise refusal("informed_on", "告知日期不能晚于今天。", "It cannot lie in the future.")
    row.informed_on, row.informed_how, row.informed_by = day, informed_how, team.current_user()
    row.save()
    publish_event("issue.client_informed", link=row.pk)
    return row


@on_event("issue.client_informed")
def on_informed(*, link: int) -> dict[str, Any]:
    """Finish the task of a link whose client was informed. Returns {finished}."""
    with acting_as(system_actor(str(bilingual("已告知客户", "The client was informed")), "worker")):
        rows = model_of("service.Task").objects.filter(source_ref=f"issue_link:{link}")
        tasks = list(rows.filter(state__in=("open", "working", "waiting")).values_list("pk", flat=True))
        for task in tasks:
            finish_task(task=task)
    return {"finished": len(tasks)}
