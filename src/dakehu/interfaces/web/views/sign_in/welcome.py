"""Next steps on a new desk: import a table, view the demonstration, add people."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.domains.team import first_account
from dakehu.domains.team.setup_checklist import setup_checklist
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.client_address import is_from_this_machine
from dakehu.interfaces.side_desk import DEMONSTRATION

NOT_HERE = bilingual(
    "演示只能在运行工作台的这台电脑上启动；在终端运行 dakehu demo 也可以。",
    "The demonstration starts on the machine that serves the desk only; dakehu demo in a terminal does the same.",
)
POLLED = {"preparing": "running", "ready": "done", "failed": "failed", "off": "failed"}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    may_demonstrate = current_actor().may(ACTIONS["team.record_demonstration"].needs)
    is_here = is_from_this_machine(request)
    return render(
        request,
        "sign_in/welcome.html",
        {
            "page_title": bilingual("开始使用", "Get started"),
            "may_import": current_actor().may(Permission.IMPORT),
            "checklist": setup_checklist() if may_demonstrate else [],
            "demonstration": DEMONSTRATION.read_state() if may_demonstrate and is_here else None,
        },
    )


@require_http_methods(["GET", "POST"])
def demonstrate(request: HttpRequest) -> HttpResponse:
    """Start the demonstration, or stop it with `stop`; GET returns its progress, for poll.js."""
    if not is_from_this_machine(request):
        raise NotAllowed(NOT_HERE, "")
    wanted = ACTIONS["team.record_demonstration"]
    if not current_actor().may(wanted.needs):
        raise NotAllowed(wanted.label, wanted.needs)
    if request.method == "GET":
        now = DEMONSTRATION.read_state()
        return JsonResponse({"state": POLLED[now.state], "progress": now.share, "label": now.text, "note": ""})
    if request.POST.get("stop"):
        DEMONSTRATION.stop()
    else:
        first_account.record_demonstration()
        DEMONSTRATION.start("--no-browser")
    return redirect("welcome")
