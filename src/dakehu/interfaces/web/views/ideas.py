"""Ideas: the list with the most supported ones, and one with its votes, trials and decision."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of, model_of

CRUMBS = [{"label": bilingual("创意", "Ideas"), "url": "/ideas/"}]
TONES = {"sponsored": "accent", "in_trial": "accent", "adopted": "good", "declined": "warn"}
TEXTS = ("problem", "proposal", "beneficiaries")
FACTS = ("author", "filed_on", "topic", "sponsor", "moved_on")
VERBS = {  # step → its action, label, whether it is the main one
    "support": ("innovation.support_idea", bilingual("支持", "Support"), True),
    "withdraw": ("innovation.withdraw_support", bilingual("取消支持", "Withdraw support"), False),
    "change": ("innovation.change_idea", bilingual("修改", "Edit"), False),
    "sponsor": ("innovation.sponsor_idea", bilingual("牵头", "Sponsor"), True),
    "try": ("innovation.add_trial", bilingual("新建试点", "Add a trial"), True),
    "decide": ("innovation.decide_idea", bilingual("决定", "Decide"), False),
    "return": ("innovation.return_idea", bilingual("退出牵头", "Give back"), False),
    "reopen": ("innovation.reopen_idea", bilingual("重新打开", "Reopen"), False),
}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?state=submitted&topic=speed&mine=1: the ideas with most votes first."""
    given = {name: request.GET.get(name, "") for name in ("state", "topic", "mine")}
    found = ask("innovation.idea_board", {name: value for name, value in given.items() if value})
    content = {
        **found,
        "rows": [{**row, "tone": TONES.get(row["state_code"], "")} for row in found["rows"]],
        "demand": ask("innovation.demand", {}),
        "given": given,
        "topics": [(one.value, one.text) for one in model_of("innovation.Idea")._meta.get_field("topic").choice_set],
        "labels": labels_of("innovation.Idea"),
        "page_title": bilingual("创意", "Ideas"),
    }
    return render(request, "innovation/ideas.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One idea: the proposal, its supporters, its trials, the decision and its reason."""
    found = ask("innovation.idea_page", {"idea": pk})
    labels, row = labels_of("innovation.Idea"), found["row"]
    content = {
        **found,
        "tone": TONES.get(row["state_code"], ""),
        "texts": [(labels[name], row[name]) for name in TEXTS],
        "facts": [(labels[name], row[name]) for name in FACTS if row.get(name)],
        "verbs": [VERBS[step] for step in found["steps"]],
        "page_title": row["title"],
        "crumbs": CRUMBS,
    }
    return render(request, "innovation/idea.html", content)
