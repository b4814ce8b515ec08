"""Metrics of the desk in the OpenMetrics format: complete, by route, for all processes, and for authorized readers only."""

import subprocess
import sys

import pytest
from django.test import Client as Browser
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.jobs import queue
from dakehu.interfaces.operations import request_metrics
from tests.cast import PASSWORD

TOKEN = "a-token-for-tests-of-metrics"


@pytest.fixture
def scrape(settings, db):
    """Return what a scraper with the token reads: {name of the sample: [(labels, value)]}."""
    settings.METRICS_TOKEN = TOKEN

    def read():
        answer = Browser().get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
        assert answer.status_code == 200 and answer["Content-Type"].startswith("application/openmetrics-text")
        found: dict[str, list[tuple[dict[str, str], float]]] = {}
        for family in text_string_to_metric_families(answer.content.decode()):  # prometheus_client's own parser
            for sample in family.samples:
                found.setdefault(sample.name, []).append((sample.labels, sample.value))
        return found

    return read


def value_of(found, name, **labels):
    return sum(value for given, value in found[name] if labels.items() <= given.items())


@pytest.mark.postgres
def test_the_figures_are_valid_openmetrics_and_say_how_the_desk_fares(scrape):
    found = scrape()
    assert value_of(found, "dakehu_database_up") == 1
    assert {given["state"] for given, _ in found["dakehu_jobs"]} == {"queued", "running"}
    assert value_of(found, "dakehu_deliveries", state="queued") == 0
    assert value_of(found, "dakehu_process_resident_memory_bytes", process="web") > 10_000_000
    assert {"dakehu_worker_up", "dakehu_feeds_waiting", "dakehu_audit_entries", "dakehu_disk_free_bytes"} <= set(found)
    assert value_of(found, "dakehu_nightly_last_run_state") == 0  # no night has run yet


def test_a_job_that_waits_is_counted(scrape):
    with acting_as(system_actor("queue a job", "test")):
        queue.start("nightly.run")
    found = scrape()
    assert value_of(found, "dakehu_jobs", state="queued") == 1
    assert value_of(found, "dakehu_jobs_oldest_wait_seconds") >= 0


def test_requests_are_counted_by_route_and_never_by_client_or_text(scrape, lin):
    browser = Browser(HTTP_ACCEPT="text/html")
    before = scrape()
    browser.post("/sign-in", {"username": "lin", "password": PASSWORD})
    browser.get("/clients/?q=张伟")
    browser.get("/clients/987654/")
    browser.get("/no-such-page/张伟")
    after = scrape()

    def more(name, **labels):
        return value_of(after, name, **labels) - (value_of(before, name, **labels) if name in before else 0)

    assert more("dakehu_http_requests_total", route="clients", method="GET", status="200") == 1
    assert more("dakehu_http_requests_total", route="unknown", status="404") == 1
    assert more("dakehu_http_request_duration_seconds_count", route="clients") == 1
    assert more("dakehu_http_database_statements_total", route="clients") > 3
    assert more("dakehu_http_database_seconds_total", route="clients") > 0
    labels = {text for samples in after.values() for given, _ in samples for text in given.values()}
    assert not [text for text in labels if "987654" in text or "张" in text]


def test_what_a_process_counted_stays_counted_when_it_has_ended(scrape):
    request_metrics.REQUESTS.labels("trial", "GET", "200").inc()
    count = (
        "import os, sys; os.environ['PROMETHEUS_MULTIPROC_DIR'] = sys.argv[1]\n"
        "from prometheus_client import CollectorRegistry, Counter\n"
        "Counter('dakehu_http_requests', 'Requests answered.', ('route', 'method', 'status'), "
        "registry=CollectorRegistry()).labels('trial', 'GET', '200').inc(41)"
    )
    subprocess.run([sys.executable, "-c", count, str(request_metrics.folder())], check=True)
    assert value_of(scrape(), "dakehu_http_requests_total", route="trial") == 42
    files = {path.name for path in request_metrics.folder().glob("counter_*")}
    assert len(files) == 2 and "counter_ended.db" in files  # this process and all that ended
    assert value_of(scrape(), "dakehu_http_requests_total", route="trial") == 42


def test_without_the_token_nobody_reads_them(settings, db):
    settings.METRICS_TOKEN = TOKEN
    assert Browser().get("/metrics").status_code == 403
    assert Browser().get("/metrics", HTTP_AUTHORIZATION="Bearer wrong").status_code == 403
    settings.METRICS_TOKEN = ""
    assert Browser().get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 403


def test_this_machine_may_read_where_the_setting_says_so_and_nobody_through_a_proxy(settings, db):
    settings.METRICS_LOCAL = True
    local = Browser(HTTP_HOST="localhost", REMOTE_ADDR="127.0.0.1")
    assert local.get("/metrics").status_code == 200
    assert local.get("/metrics", HTTP_X_FORWARDED_FOR="10.0.0.9").status_code == 403
    assert Browser(HTTP_HOST="localhost", REMOTE_ADDR="10.0.0.9").get("/metrics").status_code == 403


def test_without_files_of_its_own_a_process_still_says_what_it_counted(monkeypatch):
    monkeypatch.delenv(request_metrics.FOLDER)
    registry = CollectorRegistry()
    request_metrics.register_requests(registry)
    assert "dakehu_http_requests" in {family.name for family in registry.collect()}
