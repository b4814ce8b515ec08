"""Middleware of every request: its id, and its duration and database time, by route. Never the user or the parameters."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from dakehu.foundation.base.request_number import new_number, within_request
from dakehu.interfaces.operations import request_metrics as metrics
from dakehu.interfaces.routes import route_of
from dakehu.interfaces.survey_log_filter import PREFIX as SURVEYS

log = logging.getLogger("dakehu.request")
STATIC = "/static/"
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
)  # other methods are counted as one: clients can send any


class DatabaseTime:
    """Sums the statements of one request and their duration in seconds."""

    def __init__(self) -> None:
        self.seconds, self.statements = 0.0, 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - begun
            self.statements += 1


class Requests:
    """Outermost middleware: numbers and measures each request; with DAKEHU_LOG_FORMAT=json writes one line for each."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        metrics.merge_ended()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked: Any = request
        asked.request_id = new_number()
        with within_request(asked.request_id):
            if request.path.startswith(STATIC):
                return self.get_response(request)
            return self._measured(request)

    def _measured(self, request: HttpRequest) -> HttpResponse:
        database, begun = DatabaseTime(), time.perf_counter()
        metrics.IN_PROGRESS.inc()
        status = 500
        try:
            with connection.execute_wrapper(database):
                response = self.get_response(request)
            status = response.status_code
            return response
        finally:
            metrics.IN_PROGRESS.dec()
            _record(request, status, time.perf_counter() - begun, database)


def _record(request: HttpRequest, status: int, seconds: float, database: DatabaseTime) -> None:
    route = route_of(request)
    method = request.method if request.method in METHODS else "other"
    metrics.REQUESTS.labels(route, method, str(status)).inc()
    metrics.DURATION.labels(route, method).observe(seconds)
    metrics.DATABASE_SECONDS.labels(route).inc(database.seconds)
    metrics.DATABASE_STATEMENTS.labels(route).inc(database.statements)
    if settings.LOG_FORMAT == "json" and not request.path.startswith(SURVEYS):
        facts = {
            "route": route,
            "method": method,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "database_ms": round(database.seconds * 1000, 1),
            "statements": database.statements,
        }
        log.info("request", extra={"facts": facts})
