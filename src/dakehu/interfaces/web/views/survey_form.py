"""The form on which a survey is answered: without a sign-in, by a short link, once."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from dakehu.domains.care.surveys import links
from dakehu.domains.care.surveys.texts import FREE_TEXT, PRIVACY
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.interfaces import rate_limits

SATISFACTION = {
    5: bilingual("5 非常满意", "5 Very satisfied"),
    4: bilingual("4 满意", "4 Satisfied"),
    3: bilingual("3 一般", "3 Neither"),
    2: bilingual("2 不满意", "2 Dissatisfied"),
    1: bilingual("1 非常不满意", "1 Very dissatisfied"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the survey of a link and accept its answers. A second post and a used link get the same thank-you page.

    Wrong, altered, expired and unknown links get one page, and use up much of an address's rate limit. A signed-in user sees no
    question: staff do not answer for clients.
    """
    if request.user.is_authenticated:
        return _render(request, {"is_staff": True}, 403)
    try:
        return _submit_answers(request, token) if request.method == "POST" else _draw_form(request, token)
    except links.LinkGone:
        rate_limits.check_stranger(request, rate_limits.WRONG_TOKEN)
        return _render(request, {"is_gone": True}, 404)


def _submit_answers(request: HttpRequest, token: str) -> HttpResponse:
    raw = {name: tuple(request.POST.getlist(name)) for name in request.POST}
    handed = links.submit(token, raw)
    if handed.faults:
        return _draw_form(request, token, raw, handed.faults)
    return _render(request, {"is_done": True, "is_distressed": handed.is_distressed})


def _draw_form(request: HttpRequest, token: str, raw: Any = None, faults: Any = None) -> HttpResponse:
    with links.acting_for_link(token) as link:
        content: dict[str, Any] = {"is_done": True}
        if not link.is_spent:
            content = {
                **form_content(link.survey, link.questions, raw or {}, faults or {}),
                "until": link.batch.expires_on.isoformat(),
            }
    return _render(request, content, 422 if faults and not link.is_spent else 200)


def form_content(survey: Any, questions: list[dict[str, Any]], raw: Any, faults: Any) -> dict[str, Any]:
    """Return the form's context of a survey: {title, intro, privacy, free_text, questions, faults}."""
    return {
        "title": bilingual(survey.title_zh, survey.title_en or survey.title_zh),
        "intro": bilingual(survey.intro_zh, survey.intro_en or survey.intro_zh),
        "privacy": PRIVACY[str(survey.anonymity)],
        "free_text": FREE_TEXT if str(survey.anonymity) != "named" else "",
        "questions": shown_questions(questions, raw, faults),
        "faults": faults,
    }


def shown_questions(
    questions: list[dict[str, Any]], raw: Mapping[str, tuple[str, ...]], faults: Mapping[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return the questions numbered consecutively, each with its answer and error."""
    numbers = {one["code"]: number for number, one in enumerate(questions, 1)}
    by_code = {one["code"]: one for one in questions}
    return [
        {
            **one,
            "number": numbers[one["code"]],
            "label": bilingual(one["zh"], one["en"]),
            "choices": choices_of(one, raw.get(one["code"], ())),
            "lines": [
                {
                    "name": f"{one['code']}.{row['code']}",
                    "label": bilingual(row["zh"], row["en"]),
                    "choices": choices_of(one, raw.get(f"{one['code']}.{row['code']}", ())),
                }
                for row in one["rows"]
            ],
            "text": "\n".join(raw.get(one["code"], ())),
            "fault": Bilingual(*faults[one["code"]]) if one["code"] in faults else None,
            "condition": condition_of(one, numbers, by_code),
            "watched": one["show_if"]["question"] if one["show_if"] else "",
            "values": " ".join(one["show_if"]["values"]) if one["show_if"] else "",
        }
        for one in questions
    ]


def choices_of(one: dict[str, Any], given: tuple[str, ...]) -> list[tuple[str, Any, bool]]:
    """Return (value, label, chosen) of each option of a question, or of the scale of a line."""
    if one["kind"] == "nps":
        return [(str(n), str(n), str(n) in given) for n in range(11)]
    if one["kind"] in ("csat", "matrix"):
        return [(str(n), words, str(n) in given) for n, words in SATISFACTION.items()]
    return [(each["code"], bilingual(each["zh"], each["en"]), each["code"] in given) for each in one["options"]]


def condition_of(one: dict[str, Any], numbers: Mapping[str, int], by_code: Mapping[str, Any]) -> Bilingual | None:
    """Return the earlier answers for which a question is shown, None where always."""
    if not one["show_if"] or one["show_if"]["question"] not in numbers:
        return None
    code, values = one["show_if"]["question"], one["show_if"]["values"]
    labels = {each["code"]: each for each in by_code[code]["options"]}
    return bilingual(
        "第 {n} 题选“{chosen}”时回答",
        "Only if question {n} is “{chosen_en}”",
        n=numbers[code],
        chosen="、".join(labels[value]["zh"] if value in labels else value for value in values),
        chosen_en=", ".join(labels[value]["en"] if value in labels else value for value in values),
    )


def _render(request: HttpRequest, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, "surveys/form.html", shown, status=status)
    # With "no-referrer" browsers send the form with `Origin: null`, which is refused as cross-site.
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
