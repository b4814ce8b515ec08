"""Messages that leave the desk: the delivery log, and how they are sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.gates.input import spec_behind
from dakehu.interfaces.web import forms

LOG = bilingual("送达记录", "Deliveries")
SETTINGS = bilingual("消息发送设置", "Settings of messages")
VERBS = {"again": "service.send_again", "stop": "service.stop_delivery"}
CHANGE, PASSWORD, TEST = "service.change_message_settings", "service.replace_mail_password", "service.send_test"
PERIODS = (1, 7, 30, 90)
FILTERS = ("days", "channel", "kind", "state")
EVERY = {
    "channel": bilingual("全部渠道", "Every channel"),
    "kind": bilingual("全部种类", "Every kind"),
    "state": bilingual("全部状态", "Every state"),
}
GROUPS = (
    (bilingual("邮件服务器", "Mail server"), ("mail_", "sender_")),
    (bilingual("提醒的内容", "What notices say"), ("desk_", "names_", "escalate_")),
    (bilingual("给客户的消息", "Texts to clients"), ("quiet_", "most_", "contact_")),
    (bilingual("聊天服务", "Chat services"), ("chat_",)),
)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Sent messages and their results, with the counts of every state and channel."""
    chosen = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    found = ask("service.deliveries", chosen)
    page = {
        "page_title": LOG,
        "page_note": bilingual("离开系统的消息及其结果", "What left, and how it ended"),
        "log": found,
        "chosen": chosen,
        "filters": _filters(found["days"], chosen),
    }
    return render(request, "messages/log.html", page)


def _filters(days: int, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Return the filters of the log, as the query declares them."""
    periods = [(str(n), bilingual("最近 {n} 天", "Last {n} days", n=n)) for n in PERIODS]
    found: list[dict[str, Any]] = []
    for parameter in QUERIES["service.deliveries"].parameters:
        if parameter.name == "days":
            choices: list[tuple[str, Any]] = periods
        elif parameter.choice_set is not None:
            choices = [("", EVERY[parameter.name]), *((one.value, one.text) for one in parameter.choice_set)]
        else:
            continue
        value = str(days) if parameter.name == "days" else chosen.get(parameter.name, "")
        label = spec_behind(parameter).label
        found.append({"name": parameter.name, "label": label, "choices": choices, "value": value})
    return found


@require_POST
def do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Resend a message, or stop a waiting one; then show the log with the same filters."""
    if verb not in VERBS:
        raise NotFound(bilingual("操作", "action"), verb)
    _perform_with_message(request, VERBS[verb], {"delivery": pk})
    back = redirect("messages")
    asked = request.META.get("QUERY_STRING", "")
    back["Location"] += f"?{asked}" if asked else ""
    return back


def _perform_with_message(request: HttpRequest, name: str, raw: dict[str, Any]) -> bool:
    """Perform an action and report the result; return whether it succeeded."""
    try:
        perform(name, raw)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, str(bilingual("已完成：{what}。", "Done: {what}.", what=ACTIONS[name].label)))
    return True


@sensitive_post_parameters("mail_password")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The settings of messages; the password and a test are separate forms on the same page."""
    action, faults, status = ACTIONS[CHANGE], dict[str, Any](), 200
    values: dict[str, Any] = ask("service.message_settings", {})
    if request.method == "POST":
        small = {"mail_password": PASSWORD, "to": TEST}
        for name, verb in small.items():
            if name in request.POST:
                _perform_with_message(request, verb, {name: request.POST[name]})
                return redirect("message-settings")
        raw = forms.answers(action, request.POST, changing=True)
        try:
            perform(CHANGE, raw)
            messages.success(request, str(bilingual("设置已保存。", "Saved.")))
            return redirect("message-settings")
        except (NotAllowed, NotFound):
            raise
        except Conflict as conflict:
            faults, status = conflict.as_plain(), 409
        except Refused as refused:
            faults, status, values = refused.as_plain(), 422, {**values, **raw}
    asked = forms.questions(action, values, faults, leave_out=("version",))
    page = {
        "page_title": SETTINGS,
        "crumbs": [{"label": LOG, "url": "/messages/"}],
        "known": values,
        "groups": [(title, [one for one in asked if one.name.startswith(starts)]) for title, starts in GROUPS],
        "whole": faults.get("", []),
        "password": forms.questions(ACTIONS[PASSWORD], {}),
        "test": forms.questions(ACTIONS[TEST], {}),
    }
    return render(request, "messages/settings.html", page, status=status)


@require_safe
def tests(request: HttpRequest) -> HttpResponse:
    """The last tests, polled while one is running."""
    return render(request, "messages/tests.html", {"known": ask("service.message_settings", {})})
