"""Stop and start a real mail server while mail is sent, kill -9 the worker at random, and count the received mails.

    python scripts/kill_the_mail.py [MESSAGES]                                      (SQLite, in a separate directory)
    python scripts/with_postgres.py -- python scripts/kill_the_mail.py [MESSAGES]   (PostgreSQL, in a separate database)

Four of five messages are notices to staff, one of five is a text to a client. The server (aiosmtpd) is a separate
process that writes the Message-ID of each mail into a file before it responds, so that it can be killed in between;
the worker is `dakehu work` with delays in seconds instead of minutes. Afterwards every notice must have arrived; one
that arrived more than once must have been "unknown, sent again" in the log as often as it was duplicated; a text to a
client must have arrived at most once, and one with unknown delivery must state so. The counts of all states must add
up, and the audit chain must be intact. Prints the figures, and exits with 1 at the first fault.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks"), str(ROOT / "scripts")]

from import_far_trans import database, start  # noqa: E402
from kill_at_random import Wrong, as_system, require  # noqa: E402

ENDED = ("accepted", "unknown", "failed_final", "suppressed", "delivered", "bounced")
LONGEST = 1800  # seconds


def serve(port: int, received: Path, slowest: float) -> None:
    """Run the mail server: accept everything, record it, respond after a delay of at most `slowest` seconds."""
    import asyncio
    from email import message_from_bytes, policy

    from aiosmtpd.controller import Controller

    draw = random.Random()  # noqa: S311  a harness

    class Inbox:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            if draw.random() < 0.01:
                return "451 busy, come again"
            mail = message_from_bytes(envelope.content, policy=policy.default)
            with received.open("a", encoding="utf-8") as lines:
                lines.write(f"{mail['Message-ID']}\n")
            await asyncio.sleep(draw.uniform(0, slowest))
            return "250 taken"

    Controller(Inbox(), hostname="127.0.0.1", port=port).start()
    threading.Event().wait()


def run_worker() -> None:
    """Run the worker, with delays in seconds."""
    import django

    django.setup()
    from dakehu.domains.service.deliveries import rules, sending
    from dakehu.interfaces.cli import server

    rules.STEPS = tuple(step / 60 for step in rules.STEPS)
    sending.RETRY = timedelta(seconds=0.5)
    server.work()


class Child:
    """A process that is killed and restarted."""

    def __init__(self, *words: str) -> None:
        self.words, self.kills = words, 0
        self.run()

    def run(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, *self.words], stderr=subprocess.DEVNULL, start_new_session=True
        )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1


def begin(count: int, port: int) -> None:
    """Set up a desk with one manager and one client, and queue the messages."""
    from dakehu.domains.service.deliveries import outbox
    from dakehu.domains.service.models import MessageSettings
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.gates import perform

    with as_system():
        user = perform(
            "team.add_user", {"username": "lin", "name": "林晓", "role": "manager", "password": "Correct-horse-9"}
        )
        client = perform("clients.create", {"name": "张三", "code": "C0001"})
        with act("harness.settings"):
            MessageSettings(
                mail_on=True,
                mail_host="127.0.0.1",
                mail_port=port,
                mail_security="none",
                sender_address="desk@example.com",
                quiet_from="",
                quiet_until="",
            ).save()
        for first in range(0, count, 100):
            with act("harness.queue"):
                for number in range(first, min(first + 100, count)):
                    to_client = number % 5 == 4
                    outbox.queue(
                        channel="mail",
                        address="zhang@example.com" if to_client else "lin@example.com",
                        subject=f"第 {number} 条",
                        text="今天有 3 项跟进到期。",
                        key=f"message:{number}",
                        kind="client_mail" if to_client else "notice",
                        recipient=None if to_client else user.pk,
                        client=client.pk if to_client else None,
                    )


def states() -> Counter[str]:
    from dakehu.domains.service.models import Delivery

    with as_system():
        return Counter(Delivery.objects.values_list("state", flat=True))


def kill_processes(server: Child, worker: Child, count: int, received: Path, draw: random.Random) -> float:
    """Kill server and worker at random, from the first mail on, until every message has ended; return the seconds taken."""
    begun = time.monotonic()
    while not received.stat().st_size:
        require(time.monotonic() - begun < LONGEST, "nothing was sent")
        time.sleep(0.05)
    next_server, next_worker = (time.monotonic() + draw.uniform(0.1, 1.5) for _ in range(2))
    while sum(states()[state] for state in ENDED) < count:
        require(time.monotonic() - begun < LONGEST, f"not ended after {LONGEST} s: {states()}")
        time.sleep(0.1)
        if time.monotonic() > next_server:
            server.kill()
            time.sleep(draw.uniform(0, 1.5))
            server.run()
            next_server = time.monotonic() + draw.uniform(1, 8)
        if time.monotonic() > next_worker:
            worker.kill()
            worker.run()
            next_worker = time.monotonic() + draw.uniform(5, 25)
    return time.monotonic() - begun


def compare_with_received(count: int, received: Path) -> str:
    """Compare the log with the received mails; return the figures."""
    from dakehu.domains.service.models import Delivery
    from dakehu.foundation.audit import verification

    arrived = Counter(received.read_text(encoding="utf-8").split("\n"))
    arrived.pop("", None)
    with as_system():
        rows = list(Delivery.objects.order_by("pk"))
        require(
            len(rows) == count and sum(states().values()) == count, f"{len(rows)} deliveries of {count}: {states()}"
        )
        verdict = verification.verify()
    require(verdict.broken is None, f"the audit chain: {verdict}")
    known = {row.message_id for row in rows}
    require(set(arrived) <= known, f"unknown to the log: {set(arrived) - known}")
    notices = [row for row in rows if row.kind == "notice"]
    texts = [row for row in rows if row.kind == "client_mail"]
    for row in notices:
        require(row.state == "accepted", f"{row.key} is {row.state}: {row.answer}")
        require(arrived[row.message_id] >= 1, f"{row.key} is lost")
        require(arrived[row.message_id] - 1 <= row.was_unknown, f"{row.key} arrived {arrived[row.message_id]} times")
        again = sum("再次发送" in step["zh"] for step in row.history)
        require(again == 0 if row.was_unknown == 0 else again >= row.was_unknown, f"{row.key}: the log does not say it")
    for row in texts:
        require(arrived[row.message_id] <= 1, f"{row.key} went to a client {arrived[row.message_id]} times")
        require(row.state in ("accepted", "unknown"), f"{row.key} is {row.state}: {row.answer}")
        require(row.state == "unknown" or arrived[row.message_id] == 1, f"{row.key} is lost")
    doubles = [row for row in notices if arrived[row.message_id] > 1]
    unknown = [row for row in texts if row.state == "unknown"]
    came = sum(arrived[row.message_id] for row in unknown)
    tried = sum(row.attempts for row in rows)
    return (
        f"{count} messages, {tried} attempts, {sum(arrived.values())} received; lost 0; notices sent again after "
        f"unknown {sum(row.was_unknown > 0 for row in notices)}, of these received twice or more {len(doubles)}; "
        f"texts to clients unknown and left to a person {len(unknown)} (arrived {came}), received twice 0"
    )


def main(count: int) -> int:
    os.environ |= {"DAKEHU_HOME": tempfile.mkdtemp(prefix="dakehu-mail-"), **database()}
    os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
    start()
    from tests.smtp_server import free_port

    port, received = free_port(), Path(os.environ["DAKEHU_HOME"]) / "received.txt"
    received.touch()
    begin(count, port)
    draw = random.Random(time.time_ns())  # noqa: S311  a harness
    server, worker = Child("--serve", str(port), str(received), str(max(0.02, 6 / count))), Child("--work")
    try:
        seconds = kill_processes(server, worker, count, received, draw)
        print(f"{server.kills} kills of the server, {worker.kills} of the worker in {seconds:.0f} s")
        print(compare_with_received(count, received))
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    finally:
        for child in (server, worker):
            with contextlib.suppress(ProcessLookupError):
                child.process.kill()
            child.process.wait()
    return 0


if __name__ == "__main__":
    if "--serve" in sys.argv:
        serve(int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
    elif "--work" in sys.argv:
        run_worker()
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
