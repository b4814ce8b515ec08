"""Error pages: what failed, where and how to fix it, never a stack trace."""

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from dakehu.foundation.base import system_faults
from dakehu.foundation.base.errors import Conflict, Refused, TooManyRequests
from dakehu.foundation.base.i18n import Bilingual, bilingual

SIGN_IN_FIRST = bilingual("登录已过期，请重新登录。", "Your session has ended; please sign in again.")

TITLES = {
    400: bilingual("没有照办", "Not done"),
    403: bilingual("没有权限", "Not allowed"),
    404: bilingual("没有找到", "Not found"),
    429: bilingual("请求过于频繁", "Too many requests"),
    412: bilingual("内容已被他人修改", "Changed by somebody else"),
    503: bilingual("请稍后再试", "Try again in a moment"),
    500: bilingual("系统出错了", "Something went wrong here"),
}


def wants_json(request: HttpRequest) -> bool:
    return "text/html" not in request.headers.get("Accept", "text/html") or request.headers.get(
        "Accept", ""
    ).startswith("application/json")


def plain(messages: dict[str, Any], status: int, **more: Any) -> JsonResponse:
    """{"messages": {field: [sentence]}} for scripts."""
    said = {name: [str(text) for text in texts] for name, texts in messages.items()}
    return JsonResponse({"messages": said, **more}, status=status, json_dumps_params={"ensure_ascii": False})


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Return a refusal: as JSON to scripts, as a page to people."""
    if request.headers.get("HX-Request") or wants_json(request):
        more = {"version": refusal.version} if isinstance(refusal, Conflict) else {}
        return with_wait(plain(dict(refusal.messages), refusal.status, **more), refusal)
    texts = [str(text) for texts in refusal.messages.values() for text in texts]
    return with_wait(page(request, refusal.status, texts), refusal)


def with_wait(response: HttpResponse, refusal: Refused) -> HttpResponse:
    """Also set the header with the seconds after which to retry."""
    if isinstance(refusal, TooManyRequests):
        response.headers["Retry-After"] = str(refusal.wait)
    return response


def page(request: HttpRequest, status: int, texts: list[Any]) -> HttpResponse:
    title = TITLES.get(status, TITLES[400])
    shown = {
        "title": title,
        "texts": texts,
        "status": status,
        "page_title": title,
        "request_id": getattr(request, "request_id", ""),
    }
    return render(request, "errors/page.html", shown, status=status)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: an unknown address, or a client not visible to the reader, indistinguishably."""
    text: Bilingual = bilingual(
        "没有这个页面，或者它不在您的权限范围内。请检查地址，或用搜索查找。",
        "There is no such page, or it lies outside what you may see. Check the address, or search.",
    )
    if wants_json(request):
        return plain({"": [text]}, 404)
    return page(request, 404, [text])


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403, [bilingual("您的角色不能打开这个页面。", "Your role may not open this page.")])


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 400, [bilingual("请求内容无法识别。", "The request could not be read.")])


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is older than the session, or was sent from another site."""
    text = bilingual(
        "页面停留太久，表单已失效，内容没有提交。请返回、刷新页面后再试。",
        "This page was open too long and its form has lapsed; nothing was sent. Go back, reload and try again.",
    )
    if request.headers.get("HX-Request") or wants_json(request):
        return plain({"": [text]}, 403)
    return page(request, 403, [text])


def broken(request: HttpRequest) -> HttpResponse:
    """500: a server fault, with the request id for the log. 503 where disk or database fail."""
    known = system_faults.explain(sys.exc_info()[1])
    if known is not None:
        as_json = request.headers.get("HX-Request") or wants_json(request)
        return plain({"": [known]}, 503) if as_json else page(request, 503, [known])
    number = getattr(request, "request_id", "")
    text = bilingual(
        "问题出在系统，不在您的操作；已经记入日志。请稍后再试，仍有问题时把编号 {number} 告诉管理员。",
        "The fault is ours, not yours, and it is in the log. Try again in a moment; if it stays, give your administrator the number {number}.",
        number=number,
    )
    if request.headers.get("HX-Request") or wants_json(request):
        return plain({"": [text]}, 500)
    return page(request, 500, [text])
