"""The page on which a client fills in the risk questionnaire: without sign-in, once, by a link that expires."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from dakehu.domains.advice.assessments import links
from dakehu.domains.advice.assessments.questionnaires import Questionnaire
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces import rate_limits


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the questionnaire of a link, and accept its answers. Wrong links use up much of an address's rate limit.

    A signed-in user sees no questions: staff neither fill it in nor influence an answer.
    """
    if request.user.is_authenticated:
        return _render(request, {"is_staff": True}, 403)
    try:
        return _submit_answers(request, token) if request.method == "POST" else _draw_questions(request, token)
    except links.LinkGone:
        rate_limits.check_stranger(request, rate_limits.WRONG_TOKEN)
        return _render(request, {"is_gone": True}, 404)


def _submit_answers(request: HttpRequest, token: str) -> HttpResponse:
    """Submit the answers; errors are shown next to the question."""
    answers = {name: tuple(request.POST.getlist(name)) for name in request.POST}
    try:
        found = links.submit(token, answers, is_confirmed=bool(request.POST.get("confirmed")))
    except links.LinkGone:
        raise
    except Refused as refusal:
        return _draw_questions(request, token, 422, answers, fault=str(refusal))
    if isinstance(found, links.Unfinished):
        return _draw_questions(request, token, 422, answers, faults=found.faults, hard=found.hard, soft=found.soft)
    return _render(request, {"result": links.summary(found)})


def _draw_questions(
    request: HttpRequest, token: str, status: int = 200, answers: Any = None, **more: Any
) -> HttpResponse:
    """Render the questions with the answers given."""
    with links.acting_for_questionnaire(token) as (_, questionnaire):
        groups = _groups(questionnaire, answers or {}, more.get("faults", {}))
    return _render(request, {"groups": groups, **more}, status)


def _groups(questionnaire: Questionnaire, answers: dict[str, tuple[str, ...]], faults: Any) -> list[dict[str, Any]]:
    """Return the questions by group, numbered consecutively."""
    number, groups = 0, []
    for code, zh, en in questionnaire.groups:
        items = []
        for item in questionnaire.items:
            if item.group != code:
                continue
            number += 1
            chosen = answers.get(item.code, ())
            items.append(
                {
                    "number": number,
                    "code": item.code,
                    "text": bilingual(item.zh, item.en),
                    "is_multiple": item.is_multiple,
                    "options": [
                        (one.code, bilingual(one.zh, one.en), one.code in chosen) for one in item.options.values()
                    ],
                    "fault": faults.get(item.code),
                }
            )
        groups.append({"label": bilingual(zh, en), "questions": items})
    return groups


def _render(request: HttpRequest, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, "suitability/questionnaire.html", shown, status=status)
    # With "no-referrer" browsers send the form with `Origin: null`, which is refused as cross-site.
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
