"""My account, notices: channels, times and quiet hours of reminders."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.web import forms

SET, ADD = "service.set_notice_preferences", "service.add_notice_address"
VERBS = {
    "confirm": "service.confirm_notice_address",
    "code": "service.send_notice_code",
    "switch": "service.switch_notice_address",
    "remove": "service.remove_notice_address",
}
SNOOZES = (
    (4, bilingual("4 小时", "4 hours")),
    (24, bilingual("1 天", "A day")),
    (168, bilingual("1 周", "A week")),
)
WRONG_CODE = bilingual("验证码不对，请核对后再填。", "The code is wrong; look again.")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """One's own settings of notices, or saving them."""
    if request.method != "POST":
        return _draw(request)
    action = ACTIONS[SET]
    raw = forms.answers(action, request.POST, changing=True)
    try:
        perform(SET, raw)
    except Refused as refusal:
        return _draw(request, 422, values=raw, faults=refusal.as_plain())
    messages.success(request, str(bilingual("设置已保存。", "Settings saved.")))
    return redirect("my-notices")


def _draw(
    request: HttpRequest,
    status: int = 200,
    values: dict[str, Any] | None = None,
    faults: dict[str, Any] | None = None,
    added: dict[str, Any] | None = None,
    add_faults: dict[str, Any] | None = None,
) -> HttpResponse:
    known = ask("service.notice_settings", {})
    page = {
        "page_title": bilingual("我的账号", "My account"),
        "tab": "notices",
        "known": known,
        "asked": forms.questions(ACTIONS[SET], {**known, **(values or {})}, faults),
        "address_asked": forms.questions(ACTIONS[ADD], added or {}, add_faults),
        "snoozes": SNOOZES,
    }
    return render(request, "account/notices.html", page, status=status)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add an address, to which a code is sent."""
    action = ACTIONS[ADD]
    raw = forms.answers(action, request.POST, changing=False)
    try:
        perform(ADD, raw)
    except Refused as refusal:
        return _draw(request, 422, added=raw, add_faults=refusal.as_plain())
    messages.success(request, str(bilingual("验证码已发送，请填写。", "A code is on its way; enter it here.")))
    return redirect("my-notices")


@require_POST
def do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm an address, have its code sent again, switch it or remove it."""
    if verb not in VERBS:
        raise NotFound(bilingual("操作", "action"), verb)
    given = {name: request.POST[name] for name in ("code", "is_on") if name in request.POST}
    try:
        done = perform(VERBS[verb], {"notice_address": pk, **given})
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("my-notices")
    if verb == "confirm" and not done["confirmed"]:
        messages.error(request, str(WRONG_CODE))
    else:
        messages.success(request, str(bilingual("已完成：{what}。", "Done: {what}.", what=ACTIONS[VERBS[verb]].label)))
    return redirect("my-notices")


@require_POST
def snooze(request: HttpRequest) -> HttpResponse:
    """Pause one's reminders for some hours, or resume them."""
    perform("service.snooze_notices", {"hours": request.POST.get("hours", "")})
    messages.success(request, str(bilingual("设置已保存。", "Settings saved.")))
    return redirect("my-notices")
