"""Surveys: the list, one with its questions and sendings, preview, results, text answers, phone, links for an event."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dakehu.domains.care.surveys import queries as surveys
from dakehu.domains.care.surveys.choices import Anonymity, Purpose, QuestionKind, Stratum
from dakehu.domains.clients.queries import clients, get_client
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual, join_items, language
from dakehu.foundation.gates import ask, perform, render_rows
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.campaigns import views
from dakehu.interfaces.web.views.clients.grid import asked_of
from dakehu.interfaces.web.views.survey_form import form_content, shown_questions

SIZE = 100
SHOWN = ("title_zh", "anonymity", "purpose", "state", "owner", "closed_on")
TONES = {"draft": "", "open": "good", "closed": "accent"}
MOODS = {"positive": "good", "negative": "bad", "neutral": "", "unsure": "warn"}
CRUMBS = [{"label": bilingual("问卷", "Surveys"), "url": "/surveys/"}]
DETAILS = ("anonymity", "purpose", "min_n", "sample_percent", "days_after", "days_open", "owner", "closed_on")


def crumbs_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [*CRUMBS, {"label": found["shown"]["title_zh"], "url": f"/surveys/{found['survey']['id']}/"}]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The surveys, the newest first."""
    found = surveys.surveys()
    rows = list(found[:SIZE])
    shown = render_rows(rows, SHOWN, shown=True)
    content = {
        "page_title": bilingual("问卷", "Surveys"),
        "labels": labels_of("care.Survey"),
        "rows": [
            {**text, "id": row.pk, "tone": TONES.get(str(row.state), "")} for row, text in zip(rows, shown, strict=True)
        ],
        "count": found.count(),
        "cases": ask("care.survey_distress", {}),
    }
    return render(request, "surveys/list.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A survey: its questions, its recipients, its anonymity statement, the text of its mail."""
    found = ask("care.survey_page", {"survey": pk})
    labels = labels_of("care.Survey")
    content = {
        **found,
        "page_title": found["shown"]["title_zh"],
        "crumbs": CRUMBS,
        "tone": TONES.get(found["survey"]["state"], ""),
        "facts": [(labels[name], found["shown"][name]) for name in details_of(found) if found["shown"].get(name)],
        "rows": [{**row, **question_row(pk, row)} for row in shown_questions(found["questions"], {}, {})],
        "views": [(key, label) for key, label, _ in views()],
        "strata": [(each.value, each.text) for each in Stratum],
        "cases": [case for case in ask("care.survey_distress", {}) if case["url"] == f"/surveys/{pk}/"],
        "is_named": found["survey"]["anonymity"] == Anonymity.NAMED,
    }
    return render(request, "surveys/survey.html", content)


def details_of(found: dict[str, Any]) -> tuple[str, ...]:
    """Return the relevant settings: the share of requests and the days after a reply only where they apply."""
    of_purpose = {"sample_percent": Purpose.REQUEST, "days_after": Purpose.COMPLAINT}
    purpose = found["survey"]["purpose"]
    return tuple(name for name in DETAILS if of_purpose.get(name, purpose) == purpose)


def question_row(pk: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return the kind of a question as text and the address of the form that changes it."""
    parts = row["rows"] or row["options"]
    condition = row["show_if"]
    given = {
        "survey": pk,
        "question": row["code"],
        "kind": row["kind"],
        "text_zh": row["zh"],
        "text_en": row["en"],
        "options": "; ".join(f"{part['zh']} | {part['en']}" for part in parts),
        "is_required": "1" if row["required"] else "",
        "show_if": f"{condition['question']}: {','.join(condition['values'])}" if condition else "",
    }
    return {"kind_text": QuestionKind.text_of(row["kind"]), "change": urlencode(given), "parts": parts}


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The form as a client sees it; nothing can be submitted."""
    survey = surveys.survey_detail(survey=pk)
    questions = ask("care.survey_questions", {"survey": pk})["questions"]
    content = {**form_content(survey, questions, {}, {}), "is_preview": True, "back": f"/surveys/{pk}/"}
    return render(request, "surveys/form.html", content)


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a survey to the clients of a view of the client list."""
    text, filters = segment_of(request.POST.get("view", ""))
    given = {"survey": pk, "text": text, "filters": filters}
    given |= {name: request.POST.get(name) for name in ("size", "split_by", "expires_on") if request.POST.get(name)}
    done = perform("care.send_survey", given)
    left = sum(done["refused"].values())
    said = bilingual(
        "已邀请 {n} 位客户；按规则不邀请 {m} 位。",
        "{n} clients invited; {m} left out by rule.",
        n=done["invited"],
        m=left,
    )
    messages.success(request, str(said))
    return HttpResponseRedirect(f"/surveys/{pk}/")


def segment_of(chosen: str) -> tuple[str, dict[str, Any]]:
    """Return text and filters of a view of the client list. Raises NotFound."""
    found = next((query for key, _, query in views() if key == chosen), None)
    if found is None:
        raise NotFound(bilingual("视图", "view"))
    text, filters, _ = asked_of(dict(parse_qsl(found)))
    return text, filters


@require_POST
def event_links(request: HttpRequest, pk: int) -> HttpResponse:
    """Create links to be given out at an event; this page shows them once."""
    done = perform("care.make_event_links", {"survey": pk, "count": request.POST.get("count", "")})
    found = ask("care.survey_page", {"survey": pk})
    content = {
        "page_title": bilingual("现场链接", "Links for an event"),
        "crumbs": crumbs_of(found),
        "title": found["shown"]["title_zh"],
        "event_links": done["links"],
    }
    return render(request, "surveys/links.html", content)


@require_safe
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """Results with intervals, without those of too few answers."""
    found = ask("care.survey_page", {"survey": pk})
    figures = ask("care.survey_results", {"survey": pk})
    content = {
        **found,
        **figures,
        "questions": [with_bars(row) for row in figures["questions"]],
        "page_title": bilingual("结果", "Results"),
        "crumbs": crumbs_of(found),
    }
    return render(request, "surveys/results.html", content)


def with_bars(row: dict[str, Any]) -> dict[str, Any]:
    """Return a question with the length of each bar, in steps of five percent of the longest."""
    most = max((line["count"] for line in row["counts"]), default=0)
    return {
        **row,
        "counts": [{**line, "bar": round(20 * line["count"] / most) * 5 if most else 0} for line in row["counts"]],
    }


@require_POST
def texts(request: HttpRequest, pk: int) -> HttpResponse:
    """The text answers, read by the survey office; each reading is recorded."""
    found = ask("care.survey_page", {"survey": pk})
    rows = perform("care.read_survey_texts", {"survey": pk})
    content = {
        **found,
        "page_title": bilingual("文字答案", "Words of answers"),
        "crumbs": crumbs_of(found),
        "rows": [{**row, "texts": [{**text, "tone": MOODS[text["label"]]} for text in row["texts"]]} for row in rows],
        "is_confidential": found["survey"]["anonymity"] == Anonymity.CONFIDENTIAL,
    }
    return render(request, "surveys/texts.html", content)


@require_POST
def identify(request: HttpRequest, pk: int, answer: int) -> HttpResponse:
    """Find the client of a confidential answer and open that client; the reading is recorded."""
    done = perform("care.identify_answer", {"answer": answer})
    return HttpResponseRedirect(f"/clients/{done['client_id']}/")


@require_POST
def named(request: HttpRequest, pk: int) -> HttpResponse:
    """The named answers of visible clients."""
    found = ask("care.survey_page", {"survey": pk})
    asked = {row["code"]: row for row in shown_questions(found["questions"], {}, {})}
    rows = perform("care.read_named_answers", {"survey": pk})
    content = {
        **found,
        "page_title": bilingual("实名答卷", "Named answers"),
        "crumbs": crumbs_of(found),
        "rows": [
            {
                **row,
                "lines": [
                    (asked[code]["label"], answer_text(asked[code], value))
                    for code, value in row["choices"].items()
                    if code in asked
                ],
                "texts": [{**text, "tone": MOODS[text["label"]]} for text in row["texts"]],
            }
            for row in rows
        ],
    }
    return render(request, "surveys/named.html", content)


def answer_text(question: dict[str, Any], value: Any) -> str:
    """Return an answer as text."""
    if isinstance(value, dict):
        labels = {row["code"]: str(bilingual(row["zh"], row["en"])) for row in question["rows"]}
        return join_items([f"{labels.get(code, code)} {score}" for code, score in value.items()], language())
    words = {code: str(label) for code, label, _ in question["choices"]}
    each = value if isinstance(value, list) else [value]
    return join_items([words.get(str(one), str(one)) for one in each], language())


@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """?q=王 or ?client=12: find a client, read the survey out and record the answers."""
    found = ask("care.survey_page", {"survey": pk})
    survey = surveys.survey_detail(survey=pk)
    wanted = (request.POST if request.method == "POST" else request.GET).get("client", "")
    client = get_client(int(wanted)) if wanted.isdecimal() else None
    text = request.GET.get("q", "").strip()
    found_clients = list(clients(text=text)[:10]) if text and client is None else []
    raw: dict[str, tuple[str, ...]] = {}
    faults: dict[str, tuple[str, str]] = {}
    refused = ""
    if request.method == "POST" and client is not None:
        asked = {name for name in request.POST if name not in ("csrfmiddlewaretoken", "client")}
        raw = {name: tuple(request.POST.getlist(name)) for name in asked}
        answers = {name: list(values) for name, values in raw.items()}
        try:
            perform("care.record_phone_survey", {"survey": pk, "client": client.code, "answers": answers})
        except Refused as refusal:
            codes = {row["code"] for row in found["questions"]}
            faults = {name: (str(text[0]), str(text[0])) for name, text in refusal.messages.items() if name in codes}
            refused = "" if faults else str(refusal)
        else:
            messages.success(request, str(bilingual("答卷已登记。", "The answers are noted.")))
            return HttpResponseRedirect(f"/surveys/{pk}/")
    content = {
        **found,
        **form_content(survey, found["questions"], raw, faults),
        "page_title": bilingual("电话问卷", "Survey by phone"),
        "crumbs": crumbs_of(found),
        "client": {"id": client.pk, **render_rows([client], ("name", "code"), shown=True)[0]} if client else None,
        "given": text,
        "people": [
            {"id": row.pk, **shown}
            for row, shown in zip(found_clients, render_rows(found_clients, ("name", "code"), shown=True), strict=True)
        ],
        "refused": refused,
    }
    return render(request, "surveys/phone.html", content, status=422 if faults or refused else 200)
