"""Pages of learning paths and levels: one's own path, a member's for the lead, a proposal, and their administration by compliance."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.learning.mine import CRUMBS

TITLE = bilingual("我的路径", "My path")
OUTCOMES = {"met": "good", "not_met": "bad", "not_measured": "warn"}
STEPS = {
    "done": ("good", bilingual("已完成", "Completed")),
    "open": ("warn", bilingual("学习中", "Under way")),
    "late": ("bad", bilingual("已逾期", "Late")),
    "waiting": ("", bilingual("待学习", "To come")),
}
PROMOTIONS = {"waiting": "warn", "approved": "good", "refused": "bad", "withdrawn": ""}
DETAILS = ("user", "from_level", "level", "reason", "exception", "proposed_by", "proposed_on", "decided_on")


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """One's own learning paths, and the progress to the next level."""
    return render(request, "learning/path.html", _content(None, {"page_title": TITLE, "crumbs": CRUMBS}))


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """The same of a member of the team, for its lead."""
    crumbs = [{"label": bilingual("团队学习", "Team learning"), "url": "/learning/team/"}]
    content = _content(pk, {"crumbs": crumbs})
    name = content["ladder"]["person"]["name"]
    content["page_title"] = bilingual("{name}的路径", "Path of {name}", name=name)
    return render(request, "learning/path.html", content)


def _content(pk: int | None, more: dict[str, Any]) -> dict[str, Any]:
    ladder = ask("learning.ladder_of", {"person": pk} if pk else {})
    paths = ask("learning.paths_of", {"person": pk} if pk else {})
    for path in paths:
        path["steps"] = [
            {**one, "tone": STEPS[one["state"]][0], "text": STEPS[one["state"]][1]} for one in path["steps"]
        ]
    return {
        **more,
        "paths": paths,
        "ladder": {
            **ladder,
            "conditions": _add_tones(ladder["conditions"]),
            "promotions": [{**row, "tone": PROMOTIONS[row["state_code"]]} for row in ladder["promotions"]],
        },
    }


def _add_tones(conditions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "tone": OUTCOMES[one["outcome"]]} for one in conditions]


@require_safe
def promotion(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal with its frozen figures, and the decision for a user who may decide."""
    found = ask("learning.promotion_page", {"promotion_id": pk})
    labels, shown = labels_of("learning.Promotion"), found["shown"]
    content = {
        **found,
        "page_title": bilingual("晋升提名 {n}", "Proposal {n}", n=pk),
        "crumbs": [{"label": shown["user"], "url": f"/learning/path/{shown['person']}/"}],
        "conditions": _add_tones(found["facts"]),
        "tone": PROMOTIONS[shown["state_code"]],
        "details": [(labels[name], shown[name]) for name in DETAILS if shown.get(name)],
    }
    return render(request, "learning/promotion.html", content)


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """The learning paths with their courses, and the ladders with their levels and conditions."""
    content = {
        "page_title": bilingual("路径与职级", "Paths and levels"),
        "paths": ask("learning.path_list", {}),
        "ladders": ask("learning.ladders", {}),
        "kinds": ask("learning.condition_kinds", {}),
    }
    return render(request, "learning/ladders.html", content)
