"""First run: the one-time link, and the first account of an empty desk."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.domains.team import first_account
from dakehu.domains.team.sign_in import backends, one_time_links
from dakehu.domains.team.sign_in.one_time_links import LinkRefused, Purpose
from dakehu.exchange.imports import kept_files
from dakehu.exchange.imports import service as imports
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import parse_input
from dakehu.interfaces.client_address import is_from_this_machine
from dakehu.interfaces.web.views.imports.steps import SHOW_GRID
from dakehu.interfaces.web.views.sign_in.password import let_in

SET_UP = "set_up"  # in the session that opened the link of an empty desk: {until, file, token}
NOT_HERE = bilingual(
    "一次性链接只能在运行工作台的这台电脑上打开。首个账号也可在那里用 dakehu user add 建立。",
    "A one-time link opens only on the machine that serves the desk. The first account can also be made there: dakehu user add.",
)
HAS_STAFF = bilingual(
    "这个工作台已经有人员，首次设置已经完成。请登录。", "This desk already has staff, so it is set up. Please sign in."
)
ASK_AGAIN = bilingual(
    "请先打开终端里的一次性链接。需要新的一条：dakehu link",
    "First open the one-time link in the terminal. For a new one: dakehu link",
)


@require_safe
def open_link(request: HttpRequest) -> HttpResponse:
    """Redeem a one-time link: to the set-up, or signed in to a page. Raises LinkRefused with the reason."""
    token = request.GET.get("token", "")
    if not is_from_this_machine(request):
        raise LinkRefused(NOT_HERE)
    if request.session.get(SET_UP, {}).get("token") == token and not first_account.has_staff():
        return redirect("set-up")  # the page was reloaded
    purpose = one_time_links.read_link(token).purpose
    if purpose == Purpose.SET_UP:
        return _begin_set_up(request, token)
    if purpose == Purpose.SIGN_IN:
        return _sign_in_only_person(request, token)
    asked: Any = request
    if not asked.user.is_authenticated:
        return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")
    return open_file(request, one_time_links.use_link(token).file, token)


def _begin_set_up(request: HttpRequest, token: str) -> HttpResponse:
    if first_account.has_staff():
        raise LinkRefused(HAS_STAFF)
    link = one_time_links.use_link(token)
    until = int(clock.now().timestamp()) + one_time_links.MINUTES * 60
    request.session[SET_UP] = {"until": until, "file": link.file, "token": token}
    return redirect("set-up")


def _sign_in_only_person(request: HttpRequest, token: str) -> HttpResponse:
    link = one_time_links.use_link(token)
    user = first_account.find_only_person()
    if user is None or user.pk != link.user or not backends.may_use_link(user):
        return HttpResponseRedirect(f"/sign-in?{urlencode({'next': link.target or '/'})}")
    response = let_in(request, user, "link")
    response["Location"] = link.target or "/"
    return response


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the form of the first account, create it and sign it in: then open the named file, or the next steps."""
    if first_account.has_staff():
        request.session.pop(SET_UP, None)
        return redirect("sign-in")
    allowed = request.session.get(SET_UP) or {}
    if not is_from_this_machine(request) or allowed.get("until", 0) < clock.now().timestamp():
        raise LinkRefused(ASK_AGAIN)
    if request.method == "GET":
        return _ask(request, {"kind": "alone"}, {})
    kind = request.POST.get("kind", "alone")
    raw = {name: request.POST.get(name, "") for name in ("firm", "name", "username", "password")}
    raw["firm"] = raw["firm"] if kind == "firm" else ""
    try:
        if kind == "firm" and not raw["firm"].strip():
            raise Refused({"firm": [bilingual("请填写公司名称。", "Write the name of the firm.")]})
        wanted = ACTIONS["team.set_up_desk"]
        user = wanted.body(**{k: v for k, v in parse_input(wanted.parameters, raw).items() if v is not None})
    except Refused as refused:
        return _ask(request, {**raw, "kind": kind}, refused.as_plain())
    one_time_links.end_links(Purpose.SET_UP)
    return _welcome(request, user, allowed)


def _ask(request: HttpRequest, values: dict[str, str], faults: dict[str, list[str]]) -> HttpResponse:
    kinds = (
        ("alone", bilingual("只有我", "Just me")),
        ("firm", bilingual("公司或团队", "A firm or a team")),
    )
    page = {
        "values": {**values, "password": ""},
        "faults": faults,
        "whole": faults.get("", []),
        "focus": {next(iter(faults), "name"): True},
        "kinds": kinds,
        "has_file": bool((request.session.get(SET_UP) or {}).get("file")),
    }
    return render(request, "sign_in/set_up.html", page, status=422 if faults else 200)


@require_safe
def propose_username(request: HttpRequest) -> JsonResponse:
    """{"username"} for ?name=, for the user creating the first account."""
    if not request.session.get(SET_UP):
        raise LinkRefused(ASK_AGAIN)
    name = request.GET.get("name", "")[:60].strip()
    return JsonResponse({"username": first_account.default_username(name) if name else ""})


def _welcome(request: HttpRequest, user: Any, allowed: dict[str, Any]) -> HttpResponse:
    """Sign in the first account and redirect it."""
    request.session.pop(SET_UP, None)
    response = let_in(request, user, "link")
    response["Location"] = "/welcome/"
    done = bilingual(
        "账号已建立，您的登录名是 {name}。", "The account is created; your user name is {name}.", name=user.username
    )
    messages.success(request, done.in_("en" if user.language == "en" else "zh"))
    if allowed["file"]:
        with acting_as(backends.acting_as_user(user, request)):
            response["Location"] = open_file(request, allowed["file"], allowed["token"])["Location"]
    return response


def open_file(request: HttpRequest, kept: dict[str, str], token: str) -> HttpResponse:
    """Open the file that `dakehu open` named as an import of the user, dry-run immediately where no input is required."""
    try:
        batch = kept_files.open_kept_file(kept)
        if kept_files.is_understood(batch):
            imports.start_dry_run(batch.pk)
            request.session[SHOW_GRID] = batch.pk
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("import")
    one_time_links.note_batch(token, batch.pk)
    return redirect("import-batch", pk=batch.pk)
