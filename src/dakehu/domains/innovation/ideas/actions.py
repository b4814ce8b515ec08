"""Actions on ideas: file, change, support, sponsor, decide, reopen."""

from typing import Any

from dakehu.domains.innovation.choices import IdeaDecision, IdeaState
from dakehu.domains.innovation.ideas import rules
from dakehu.domains.innovation.models import Idea, IdeaSupport
from dakehu.domains.innovation.parameters import IDEA, REASON, VERSION
from dakehu.domains.support.client_data.check import check_no_client_data
from dakehu.domains.support.parameters import ANYWAY
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

DECISION = Parameter("decision", choice_set=IdeaDecision, spec=FieldSpec("决定", "Decision"))
ASKED = ("title", "problem", "proposal", "beneficiaries")  # also checked for client data


def get_idea(pk: int) -> Idea:
    """Return an idea. Raises NotFound."""
    row: Idea | None = Idea.objects.select_related("author", "sponsor", "decided_by").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("创意", "idea"), pk)
    return row


def _refuse(error: rules.Refusal | None) -> None:
    if error is not None:
        raise refusal(*error)


def move(row: Idea, state: IdeaState) -> None:
    """Set the state of an idea, as of today. Call inside an action."""
    row.state, row.moved_on = state.value, clock.today()
    row.save()


@action(
    "innovation.file_idea",
    needs=Permission.IDEAS,
    zh="提出创意",
    en="File an idea",
    parameters=(Fields("innovation.Idea", required=ASKED, new=True), ANYWAY),
)
def file_idea(*, anyway: bool | None = None, **values: Any) -> Idea:
    """File an idea: problem, proposal, beneficiaries. All staff can read it, so it must name no client."""
    check_no_client_data({name: values[name] for name in ASKED}, anyway)
    row = Idea(**{name: value for name, value in values.items() if value is not None})
    row.author, row.filed_on = team.current_user(), clock.today()
    move(row, IdeaState.SUBMITTED)
    return row


@action(
    "innovation.change_idea",
    needs=Permission.IDEAS,
    zh="修改创意",
    en="Change an idea",
    parameters=(IDEA, VERSION, Fields("innovation.Idea"), ANYWAY),
)
def change_idea(*, idea: int, version: int | None = None, anyway: bool | None = None, **values: Any) -> Idea:
    """Change the text of one's own idea without a sponsor."""
    row = get_idea(idea)
    _refuse(rules.change_error(str(row.state), row.author_id, current_actor().user_id))
    check_version(row, version)
    for name, value in values.items():
        if value in (None, "") and name in ASKED:
            raise refusal(name, "请填写。", "Fill this in.")
        setattr(row, name, Idea._meta.get_field(name).get_default() if value is None else value)
    check_no_client_data({name: getattr(row, name) for name in ASKED}, anyway)
    row.save()
    return row


@action("innovation.support_idea", needs=Permission.IDEAS, zh="支持创意", en="Support an idea", parameters=(IDEA,))
def support_idea(*, idea: int) -> IdeaSupport:
    """Vote for the idea of another person."""
    row, user = get_idea(idea), team.current_user()
    is_supporter = IdeaSupport.objects.filter(idea=row, user=user).exists()
    _refuse(rules.support_error(str(row.state), row.author_id, current_actor().user_id, is_supporter))
    support = IdeaSupport(idea=row, user=user)
    support.save()
    return support


@action(
    "innovation.withdraw_support",
    needs=Permission.IDEAS,
    zh="取消支持",
    en="Withdraw one's support",
    parameters=(IDEA,),
)
def withdraw_support(*, idea: int) -> None:
    """Withdraw one's vote. Raises Refused without one."""
    support = IdeaSupport.objects.filter(idea=get_idea(idea), user=team.current_user()).first()
    if support is None:
        raise refusal("idea", "您没有支持这个创意。", "You do not support it.")
    support.delete()


@action(
    "innovation.sponsor_idea", needs=Permission.IDEA_SPONSOR, zh="牵头创意", en="Sponsor an idea", parameters=(IDEA,)
)
def sponsor_idea(*, idea: int) -> Idea:
    """Sponsor an idea: the sponsor is responsible for its trial or decision."""
    row = get_idea(idea)
    _refuse(rules.sponsor_error(str(row.state), row.author_id, current_actor().user_id))
    row.sponsor = team.current_user()
    move(row, IdeaState.SPONSORED)
    return row


@action(
    "innovation.return_idea",
    needs=Permission.IDEA_SPONSOR,
    zh="退出牵头",
    en="Give the sponsorship back",
    parameters=(IDEA,),
)
def return_idea(*, idea: int) -> Idea:
    """Stop sponsoring an idea, so that another sponsor can take it. Raises Refused for the idea of another sponsor."""
    row = get_idea(idea)
    if row.state != IdeaState.SPONSORED or row.sponsor_id != current_actor().user_id:
        raise refusal("idea", "您不是牵头人，或试点正在进行。", "You do not sponsor it, or a trial is running.")
    row.sponsor = None
    move(row, IdeaState.SUBMITTED)
    return row


@action(
    "innovation.decide_idea",
    needs=Permission.IDEA_SPONSOR,
    zh="决定创意",
    en="Decide an idea",
    parameters=(IDEA, DECISION, REASON),
)
def decide_idea(*, idea: int, decision: str, reason: str) -> Idea:
    """Adopt or decline an idea, with the reason shown to its author."""
    row = get_idea(idea)
    _refuse(rules.decision_error(str(row.state), str(decision), reason, row.author_id, current_actor().user_id))
    row.reason, row.decided_by = reason.strip(), team.current_user()
    move(row, IdeaState(str(decision)))
    return row


@action(
    "innovation.reopen_idea",
    needs=Permission.IDEA_SPONSOR,
    zh="重新打开创意",
    en="Reopen an idea",
    parameters=(IDEA, REASON),
)
def reopen_idea(*, idea: int, reason: str) -> Idea:
    """Reopen a decided idea, with the reason."""
    row = get_idea(idea)
    if row.state not in rules.CLOSED:
        raise refusal("idea", "创意没有结束。", "The idea is not decided.")
    if not reason.strip():
        raise refusal("reason", "请写明理由。", "Give the reason.")
    row.reason, row.decided_by = reason.strip()[: rules.LONGEST_REASON], team.current_user()
    move(row, IdeaState.SPONSORED if row.sponsor_id else IdeaState.SUBMITTED)
    return row


def follow_trial(row: Idea, is_running: bool) -> None:
    """Update the state of an idea by its trial: in trial while one runs, sponsored again afterwards. Call inside an action.

    A trial does not decide its idea: the sponsor does.
    """
    back = IdeaState.SPONSORED if row.sponsor_id else IdeaState.SUBMITTED
    state = IdeaState.IN_TRIAL if is_running else back
    if row.state not in rules.CLOSED and row.state != state:
        move(row, state)
