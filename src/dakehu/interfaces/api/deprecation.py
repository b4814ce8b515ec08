"""Mark answers to names and addresses of the previous version (RFC 9745), for one version."""

import functools
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.interfaces.api.responses import View

SINCE = "@1795910400"  # 2026-11-29 00:00 UTC, as RFC 9745 writes a date


def marks_former_names(kind: Kind, route: str) -> Any:
    """Wrap a view that takes a public name: an answer at any address but the present one carries `Deprecation` and
    a `Link` to the address that replaces it. `route` is the name of the present address."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def run(request: HttpRequest, name: str) -> HttpResponseBase:
            answer = view(request, name)
            present = reverse(route, kwargs={"name": current_name(kind, name)})
            if request.path != present:
                answer.headers["Deprecation"] = SINCE
                answer.headers["Link"] = f'<{present}>; rel="successor-version"'
            return answer

        return run

    return wrap
