"""Practice: on the desk the link to the training desk, and on the training desk its exercises."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dakehu.domains.support.training import evidence, people
from dakehu.domains.team.sign_in import one_time_links
from dakehu.domains.team.sign_in.one_time_links import LinkRefused, Purpose
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.client_address import is_from_this_machine
from dakehu.interfaces.side_desk import TRAINING
from dakehu.interfaces.web.views.sign_in.password import let_in

TITLE = bilingual("练习", "Practice")
POLLED = {"preparing": "running", "ready": "done", "failed": "failed", "off": "failed"}
NOT_HERE = bilingual(
    "练习台只能在运行工作台的这台电脑上启动；在终端运行 dakehu training 也可以。",
    "The training desk starts on the machine that serves the desk only; dakehu training in a terminal does the same.",
)
OFF = bilingual(
    "练习台没有运行。请管理员启动，或在服务器上运行 dakehu training。",
    "The training desk does not run. Ask an administrator, or run dakehu training on the server.",
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """On the training desk the exercises and their progress; on the desk the state of the training desk."""
    if settings.TRAINING:
        rows = ask("support.exercises", {})
        done = sum(bool(row["done_on"]) for row in rows)
        content = {"page_title": TITLE, "rows": rows, "done": done, "percent": round(100 * done / max(len(rows), 1))}
        return render(request, "support/exercises.html", content)
    return _desk_page(request, {})


def _desk_page(request: HttpRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    may_run = current_actor().may(ACTIONS["support.run_training"].needs)
    content = {
        "page_title": TITLE,
        "training": TRAINING.read_state(),
        "may_run": may_run and is_from_this_machine(request),
        "is_administrator": may_run,
        "finished": evidence.find_my_finished(TRAINING.home()),
        **more,
    }
    return render(request, "support/training.html", content, status=status)


@require_POST
def go(request: HttpRequest) -> HttpResponse:
    """Issue the link by which the reader enters the training desk: it is valid for two minutes and one use."""
    state = TRAINING.read_state()
    if state.state != "ready":
        raise Refused(OFF)
    person = people.go_to_training()
    token = one_time_links.issue_training_link(TRAINING.home(), person.as_plain())
    return _desk_page(request, {"link": f"{_address(request, state.address)}training/enter?token={token}"})


def _address(request: HttpRequest, served: str) -> str:
    """Return the address of the training desk for the reader's browser: the firm's own, or its port on this host."""
    if settings.TRAINING_URL:
        return settings.TRAINING_URL.rstrip("/") + "/"
    host = urlsplit(f"//{request.get_host()}").hostname or "localhost"
    shown = f"[{host}]" if ":" in host else host
    return f"{request.scheme}://{shown}:{urlsplit(served).port}/"


@require_POST
def finish(request: HttpRequest) -> HttpResponse:
    """On the training desk: record that all exercises are done."""
    evidence.finish_exercises()
    done = bilingual(
        "已记录，请到正式工作台的“练习”页面登记学时。", "Noted; enter the hours on “Practice” of the desk."
    )
    messages.success(request, str(done))
    return redirect("practice")


@require_POST
def enter_hours(request: HttpRequest) -> HttpResponse:
    """On the desk: enter the reader's finished exercises as a training."""
    row = evidence.enter_practice(home=TRAINING.home())
    return HttpResponseRedirect(f"/learning/training/{row.pk}/")


@require_http_methods(["GET", "POST"])
def run(request: HttpRequest) -> HttpResponse:
    """Start, stop or reset the training desk (`step`); GET returns its progress, for poll.js."""
    wanted = ACTIONS["support.run_training"]
    if not current_actor().may(wanted.needs):
        raise NotAllowed(wanted.label, wanted.needs)
    if request.method == "GET":
        now = TRAINING.read_state()
        return JsonResponse({"state": POLLED[now.state], "progress": now.share, "label": now.text, "note": ""})
    if not is_from_this_machine(request):
        raise NotAllowed(NOT_HERE, "")
    step = request.POST.get("step", "")
    people.run_training(step=step)
    if step in ("stop", "reset"):
        TRAINING.stop()
    if step in ("start", "reset"):
        TRAINING.start(*(["--reset"] if step == "reset" else []))
    return redirect("practice")


@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """On the training desk: sign in the user named by a link of the desk next to it. Raises LinkRefused with the reason."""
    if not settings.TRAINING:
        raise Http404
    token = request.GET.get("token", "")
    if one_time_links.read_link(token).purpose != Purpose.TRAINING:
        raise LinkRefused(one_time_links.UNKNOWN)
    user = people.join_training(**one_time_links.use_link(token).person)
    response: HttpResponse = let_in(request, user, "link")
    response["Location"] = "/training/"
    return response
