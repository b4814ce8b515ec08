"""Client events: the list, one with its invitations, and the check-in page for a phone."""

from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.growth.events import queries as events
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_rows
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.campaigns import views
from dakehu.interfaces.web.views.clients.grid import asked_of

SIZE = 100
SHOWN = ("name", "kind", "starts_at", "place", "state", "owner")
TONES = {"draft": "", "waiting": "warn", "approved": "good", "cancelled": "bad"}
CRUMBS = [{"label": bilingual("客户活动", "Client events"), "url": "/events/"}]
DETAILS = ("kind", "starts_at", "ends_at", "place", "capacity", "owner", "budget", "cost")
ANSWER_TONES = {"yes": "good", "maybe": "warn", "no": "bad", "open": ""}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The visible client events, the latest first."""
    found = events.events()
    rows = list(found[:SIZE])
    shown = render_rows(rows, SHOWN, shown=True)
    content = {
        "page_title": bilingual("客户活动", "Client events"),
        "labels": labels_of("growth.Event"),
        "rows": [
            {**text, "id": row.pk, "tone": TONES.get(str(row.state), "")} for row, text in zip(rows, shown, strict=True)
        ],
        "count": found.count(),
    }
    return render(request, "growth/events.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One client event: the invitation, invited clients, their answers, attendance."""
    found = ask("growth.event_page", {"event": pk})
    labels = labels_of("growth.Event")
    content = {
        **found,
        "page_title": found["shown"]["name"],
        "crumbs": CRUMBS,
        "tone": TONES.get(found["event"]["state"], ""),
        "facts": [(labels[name], found["shown"][name]) for name in DETAILS if found["shown"].get(name)],
        "rows": [{**row, "tone": ANSWER_TONES[row["answer_code"]]} for row in found["invitations"]],
        "views": [(key, label) for key, label, _ in views()],
    }
    return render(request, "growth/event.html", content)


@require_safe
def door(request: HttpRequest, pk: int) -> HttpResponse:
    """?name=王: the invited clients, with one large button each, for check-in on a phone."""
    name = request.GET.get("name", "")
    found = ask("growth.event_page", {"event": pk, **({"name": name} if name else {})})
    content = {
        **found,
        "page_title": bilingual("签到", "At the door"),
        "crumbs": [*CRUMBS, {"label": found["shown"]["name"], "url": f"/events/{pk}/"}],
        "given": name,
        "rows": [{**row, "tone": ANSWER_TONES[row["answer_code"]]} for row in found["invitations"]],
    }
    return render(request, "growth/event_door.html", content)


@require_POST
def came(request: HttpRequest, pk: int, invitation: int) -> HttpResponse:
    """Record the attendance of a client at check-in."""
    perform("growth.mark_attendance", {"invitation": invitation})
    return HttpResponseRedirect(f"/events/{pk}/door")


@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the clients of a view of the client list to an event."""
    chosen = request.POST.get("view", "")
    found = next((query for key, _, query in views() if key == chosen), None)
    if found is None:
        raise NotFound(bilingual("视图", "view"))
    text, filters, _ = asked_of(dict(parse_qsl(found)))
    done = perform("growth.invite_clients", {"event": pk, "text": text, "filters": filters})
    messages.success(request, str(bilingual("加入 {n} 位客户。", "{n} clients added.", n=done["added"])))
    return HttpResponseRedirect(f"/events/{pk}/")
