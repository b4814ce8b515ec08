"""The operational endpoints: /health, /ready and /metrics."""

import hmac

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from dakehu.foundation.audit import anchor
from dakehu.foundation.jobs.queue import worker_state
from dakehu.interfaces.client_address import is_from_this_machine
from dakehu.interfaces.operations import readiness, request_metrics
from dakehu.interfaces.operations.desk_metrics import DeskCollector

AGAIN = 3  # attempts to read metrics while the files of ended processes are removed


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Report that this process is alive. To requests from this machine also whether the worker is, when it was last seen and
    whether the audit record is valid."""
    if not is_from_this_machine(request):
        return JsonResponse({"state": "ok"})
    try:
        worker = worker_state()
    except DatabaseError:
        return JsonResponse({"state": "no database"})
    seen = worker["seen"].isoformat(timespec="seconds") if worker["seen"] else None
    audit = "alarm" if anchor.read_alarm() else "ok"
    state = "ok" if worker["alive"] else "no worker"
    return JsonResponse({"state": state, "worker": worker["alive"], "worker_seen": seen, "audit": audit})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Report whether requests can be answered: 200 or 503, and nothing else."""
    is_ready = readiness.is_ready()
    return JsonResponse({"ready": is_ready}, status=200 if is_ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return all metrics in the OpenMetrics format; 403 without the right to read them."""
    if not _may_measure(request):
        return HttpResponseForbidden(content_type="text/plain; charset=utf-8")
    request_metrics.merge_ended()
    for attempt in range(AGAIN):
        registry = CollectorRegistry()
        request_metrics.register_requests(registry)
        registry.register(DeskCollector())
        try:
            return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
        except FileNotFoundError:  # another process has just removed the file of one that ended
            if attempt == AGAIN - 1:
                raise
    raise AssertionError("unreachable")


def _may_measure(request: HttpRequest) -> bool:
    """Return whether a request has the token, or comes from this machine where that is sufficient."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if settings.METRICS_TOKEN and hmac.compare_digest(sent, settings.METRICS_TOKEN.encode()):
        return True
    return settings.METRICS_LOCAL and is_from_this_machine(request)
