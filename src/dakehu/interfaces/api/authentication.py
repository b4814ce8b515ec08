"""Wrapper of the API views: actor, language, and refusals as JSON."""

import functools
from dataclasses import replace
from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.interfaces import rate_limits
from dakehu.interfaces.api.responses import View, refusal_answer, speaks_json
from dakehu.interfaces.authentication import WrongMethod, actor_of


def asked_by(*methods: str) -> Any:
    """Wrap every view of the API: the method, the actor, the language, refusals as JSON."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def run(request: Any, *args: Any, **named: Any) -> HttpResponseBase:
            wanted = request.headers.get("Accept-Language", "zh").lower()
            with in_language(wanted):
                try:
                    if request.method not in methods:
                        raise WrongMethod(
                            bilingual("此地址只接受 {m}。", "This address takes {m} only.", m=", ".join(methods))
                        )
                    actor = actor_of(request)
                    rate_limits.check_person(request, actor.user_id)
                except Refused as refusal:
                    answer = refusal_answer(refusal)
                    if refusal.status == 401 and not request.COOKIES:
                        answer.headers["WWW-Authenticate"] = 'Basic realm="dakehu", charset="UTF-8"'
                    return answer
                with acting_as(replace(actor, door="api", request_id=getattr(request, "request_id", ""))):
                    return speaks_json(view)(request, *args, **named)

        return run  # type: ignore[no-any-return]

    return wrap
