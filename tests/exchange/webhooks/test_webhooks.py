"""Webhooks: what is sent to other programs, in whose scope, signed, retried, and never to a private address."""

import ipaddress
import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from dakehu.exchange.webhooks import delivering, sending
from dakehu.exchange.webhooks.models import Endpoint, Message
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import acting, as_system

pytestmark = pytest.mark.django_db


class Receiver:
    """A receiving program: it stores the requests and answers with the statuses given, then 204."""

    def __init__(self) -> None:
        self.came, self.statuses, self.location = [], [], ""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.came.append((self.path, dict(self.headers.items()), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/hook"


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = (ipaddress.ip_network("127.0.0.0/8"),)
    delivering.clear_subscriber_cache()
    made = Receiver()
    yield made
    made.http.shutdown()
    made.http.server_close()
    delivering.clear_subscriber_cache()


def endpoint(admin, owner, receiver, **values) -> tuple[Endpoint, str]:
    given = {"name": "OA", "address": receiver.url, "owner": owner.username, "events": "interaction.logged", **values}
    with acting(admin):
        made = perform("webhooks.add", given)
        perform("webhooks.switch_on", {"endpoint": made["endpoint"]})
    with acting(owner):
        perform("webhooks.confirm", {"endpoint": made["endpoint"]})
    return Endpoint.objects.get(pk=made["endpoint"]), made["secret"]


def log_interaction(user, client="C0001") -> None:
    with acting(user):
        perform("service.log_interaction", {"client": client, "held_at": "2026-01-05 10:00", "summary": "谈了养老安排"})


def verified(secret, came):
    _, headers, body = came
    return Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})


@pytest.mark.postgres
def test_an_event_arrives_signed_and_says_the_event_and_codes_only(lin, admin, zhang, receiver):
    _, secret = endpoint(admin, lin, receiver)
    log_interaction(lin)
    jobs.run_due_jobs()
    found = verified(secret, receiver.came[0])
    assert found["type"] == "interaction.logged" and found["data"]["client"] == "C0001"
    assert set(found["data"]) == {"client", "number"} and "张三" not in receiver.came[0][2]
    row = Message.objects.get()
    assert (str(row.state), row.attempts) == ("sent", 1)
    with as_system():
        entries = str(list(AuditEntry.objects.filter(action="webhooks.send").values()))
        assert "OA" in entries and secret not in str(list(AuditEntry.objects.values()))
    with acting(admin):
        shown = ask("webhooks.detail", {"endpoint": row.endpoint_id})
        assert secret not in str(shown) and shown["messages"][0]["status"] == 204


def test_more_is_told_only_where_the_endpoint_may_and_as_its_owner_sees_it(lin, an, admin, zhang, receiver):
    endpoint(admin, lin, receiver, detail="personal")
    endpoint(admin, an, receiver, name="分析", detail="personal")
    log_interaction(lin)
    jobs.run_due_jobs()
    told = {}
    for came in receiver.came:
        data = json.loads(came[2])["data"]
        told[data["fields"]["summary"]] = data["client"]
    assert "谈了养老安排" in told and len(told) == 2  # the analyst's is masked


def test_an_endpoint_is_told_nothing_of_clients_its_owner_does_not_see(lin, wang, admin, zhang, receiver):
    endpoint(admin, wang, receiver)
    log_interaction(lin)
    jobs.run_due_jobs()
    assert receiver.came == [] and not Message.objects.exists()


def test_nothing_is_queued_while_an_endpoint_is_off_or_its_owner_has_not_agreed(lin, wang, admin, zhang, receiver):
    with acting(admin):
        made = perform(
            "webhooks.add", {"name": "OA", "address": receiver.url, "owner": "lin", "events": "interaction.logged"}
        )
        perform("webhooks.switch_on", {"endpoint": made["endpoint"]})
    log_interaction(lin)
    with acting(wang):
        with pytest.raises(NotAllowed):
            perform("webhooks.confirm", {"endpoint": made["endpoint"]})
        with pytest.raises(NotFound):
            ask("webhooks.detail", {"endpoint": made["endpoint"]})
    jobs.run_due_jobs()
    assert receiver.came == [] and not Message.objects.exists()


def test_a_failure_is_tried_again_with_the_same_id_a_redirect_is_not_followed_and_one_may_send_again(
    lin, admin, zhang, receiver, monkeypatch
):
    _, secret = endpoint(admin, lin, receiver)
    receiver.statuses, receiver.location = [302, 503], receiver.url + "/elsewhere"
    log_interaction(lin)
    jobs.run_due_jobs()
    message = Message.objects.get()
    assert (str(message.state), len(receiver.came)) == ("retrying", 1) and message.next_at > clock.now()
    for _ in range(2):
        now = Message.objects.get().next_at + timedelta(seconds=1)
        monkeypatch.setattr("dakehu.foundation.jobs.queue.now", lambda now=now: now)
        jobs.run_due_jobs()
    monkeypatch.undo()
    message = Message.objects.get()
    assert (str(message.state), message.attempts) == ("sent", 3)
    assert [attempt["status"] for attempt in message.log] == [302, 503, 204]
    assert {came[0] for came in receiver.came} == {"/hook"}
    with acting(admin):
        perform("webhooks.send_again", {"message": message.pk})
    jobs.run_due_jobs()
    assert len({came[1]["webhook-id"] for came in receiver.came}) == 1 and len(receiver.came) == 4
    assert all(verified(secret, came) for came in receiver.came)


def test_a_receiver_that_is_gone_is_told_no_more(lin, admin, zhang, receiver):
    row, _ = endpoint(admin, lin, receiver)
    receiver.statuses = [410]
    log_interaction(lin)
    jobs.run_due_jobs()
    row.refresh_from_db()
    assert (row.is_on, str(Message.objects.get().state)) == (False, "failed")


def test_a_name_that_points_to_a_private_address_is_not_connected_to(settings, receiver):
    settings.WEBHOOK_NETWORKS = ()
    port = receiver.http.server_port
    answer = sending.send(f"https://localhost:{port}/", "{}", {})
    assert answer.is_final and answer.status == 0 and receiver.came == []


def test_what_was_checked_is_what_is_connected_to_whatever_the_name_says_later(receiver, monkeypatch):
    answers = iter(["127.0.0.1", "192.0.2.1"])  # a second look-up would return another address

    def resolve(host, port, *rest, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr("dakehu.exchange.webhooks.sending.resolve", lambda h, p: [resolve(h, p)[0][4][0]])
    port = receiver.http.server_port
    answer = sending.send(f"http://hooks.example.com:{port}/a?b=1", "{}", {})
    assert answer.is_success and receiver.came[0][0] == "/a?b=1"
    assert receiver.came[0][1]["Host"] == f"hooks.example.com:{port}"


def test_the_secret_is_shown_once_and_a_new_one_signs_beside_the_old(lin, admin, zhang, receiver):
    row, old = endpoint(admin, lin, receiver)
    with acting(admin):
        new = perform("webhooks.rotate_secret", {"endpoint": row.pk})["secret"]
        assert old not in str(ask("webhooks.list", {})) and new not in str(ask("webhooks.list", {}))
        perform("webhooks.test", {"endpoint": row.pk})
    jobs.run_due_jobs()
    assert verified(old, receiver.came[0]) == verified(new, receiver.came[0])
