"""Drive a survey over HTTP as 300 clients, and try to deanonymise an anonymous one.

    dakehu demo --no-serve          with DAKEHU_HOME=SOMEWHERE
    python scripts/survey_drive.py SOMEWHERE [--port 8898] [--surveys 100]

The mails are sent through a mail server of this script, so that the links are those that a client receives. Prints
what was sent, answered, refused and stored, the results with their intervals, and how often an auditor with a copy of
the database between every two answers guesses right. Exits with 1 if anything is wrong.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from random import Random
from typing import Any

import httpx
from aiosmtpd.controller import Controller

INVITED, ANSWERED, PARALLEL, PROBES, GUESTS = 300, 200, 100, 80, 30
LINK = re.compile(r"/s/([\w-]{36})")
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SATISFIED, RECOMMENDED = (5, 5, 5, 4, 4, 4, 3, 2), (10, 10, 9, 9, 8, 8, 7, 6, 3)


class Inbox:
    """The mail server's side: {address: token} of the received links."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self.count = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail: Any = message_from_bytes(envelope.content, policy=policy.default)
        self.count += 1
        found = LINK.search(mail.get_body().get_content())
        if found:
            self.tokens[envelope.rcpt_tos[0]] = found[1]
        return "250 taken"


class Check:
    """Print each finding and remember whether all passed."""

    def __init__(self) -> None:
        self.is_good = True

    def __call__(self, said: str, holds: bool = True) -> None:
        print(("  " if holds else "! ") + said, flush=True)
        self.is_good = self.is_good and holds


@contextmanager
def running_server(home: Path, port: int, limit: int) -> Iterator[str]:
    """Serve the desk of a directory with a rate limit per minute, 0 for none."""
    command = [sys.executable, "-m", "dakehu.interfaces.cli.main", "serve", "--port", str(port), "--no-browser"]
    environment = {**os.environ, "DAKEHU_HOME": str(home), "DAKEHU_REQUESTS_PER_MINUTE": str(limit)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    base = f"http://localhost:{port}"
    try:
        for _ in range(240):
            try:
                if httpx.get(f"{base}/health", timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.5)
        yield base
    finally:
        process.terminate()
        process.wait(60)


def answer_of(random: Random) -> dict[str, str]:
    return {"q1": str(random.choice(SATISFIED)), "q2": str(random.choice(RECOMMENDED)), "q3": ""}


def post(base: str, token: str, answer: dict[str, str]) -> tuple[int, str]:
    """Open the form of a link as an anonymous visitor and submit it; return the status and the page."""
    with httpx.Client(base_url=base, timeout=60) as browser:
        form = browser.get(f"/s/{token}")
        found = CSRF.search(form.text)
        values = {**answer, "csrfmiddlewaretoken": found[1] if found else ""}
        done = browser.post(f"/s/{token}", data=values, headers={"Origin": base})
        return done.status_code, done.text


def prepare(check: Check, inbox: Inbox, port: int) -> tuple[int, dict[str, str]]:
    """Create 300 clients, a confidential survey of them by branch, and send its mails; return the survey and the links."""
    from dakehu.domains.service.deliveries import sending
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.gates import perform
    from dakehu.foundation.jobs import queue as jobs
    from dakehu.foundation.schema.fields import model_of

    with as_user("admin"):
        settings = {
            "mail_on": "1",
            "mail_host": "127.0.0.1",
            "mail_port": str(port),
            "mail_security": "none",
            "sender_address": "desk@example.com",
            "desk_address": "https://desk.example.com",
            "quiet_from": "",
            "quiet_until": "",
        }
        perform("service.change_message_settings", settings)
    for place, name in enumerate(("lin", "wang")):
        with as_user(name):
            for number in range(INVITED // 2):
                code = f"DRIVE{place}{number:03}"
                perform("clients.create", {"name": f"演示客户{place}{number:03}", "code": code})
                perform("clients.add_contact", {"client": code, "kind": "mail", "value": f"{code.lower()}@example.com"})
    with as_user("he"):
        made = perform("care.add_survey", {"title_zh": "满意度演练（演示）", "anonymity": "confidential"})
        perform("care.open_survey", {"survey": made.pk})
        sent = perform("care.send_survey", {"survey": made.pk, "text": "演示客户", "split_by": "branch"})
    check(f"invited {sent['invited']}, left out {sent['refused']}", sent["invited"] == INVITED)
    jobs.run_due_jobs()
    with acting_as(system_actor("drive a survey", "cli")):
        while model_of("service.Delivery").objects.filter(kind="survey", state__in=("queued", "planned")).exists():
            sending.send_deliveries(None)
    check(
        f"mails at the mail server {len(inbox.tokens)}, {len(set(inbox.tokens.values()))} links",
        len(inbox.tokens) == INVITED,
    )
    check(f"longest address {max(len(f'/s/{one}') for one in inbox.tokens.values())} characters after the host")
    return int(made.pk), inbox.tokens


def as_user(name: str) -> Any:
    """Return a context that acts as a member of staff."""
    from dakehu.domains.team.queries import actor_of, find_user
    from dakehu.foundation.access.actor import acting_as, system_actor

    with acting_as(system_actor("drive a survey", "cli")):
        user = find_user(name)
        return acting_as(actor_of(user))


def count_answers(survey: int) -> int:
    """Return how many answers of a survey are stored."""
    from dakehu.foundation.gates import ask

    with as_user("he"):
        return int(ask("care.survey_results", {"survey": survey})["response"]["finished"])


def drive(check: Check, base: str, survey: int, tokens: list[str], random: Random) -> None:
    """Answer 200 of the links, each a second time, one in parallel, and try invalid links."""
    began = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda token: post(base, token, answer_of(random))[0], tokens[:ANSWERED]))
    seconds = time.perf_counter() - began
    check(
        f"answered {Counter(done)} in {seconds:.1f} s, stored {count_answers(survey)}",
        count_answers(survey) == ANSWERED,
    )
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda token: post(base, token, answer_of(random)), tokens[:ANSWERED]))
    are_thanks = all(status == 200 and "谢谢您" in page for status, page in again)
    check(
        f"second posts: thanked {are_thanks}, stored {count_answers(survey)}",
        are_thanks and count_answers(survey) == ANSWERED,
    )
    one = tokens[ANSWERED]
    with ThreadPoolExecutor(PARALLEL) as pool:
        statuses = Counter(pool.map(lambda _: post(base, one, answer_of(random))[0], range(PARALLEL)))
    check(
        f"{PARALLEL} parallel posts of one link: {dict(statuses)}, stored {count_answers(survey) - ANSWERED}",
        count_answers(survey) == ANSWERED + 1,
    )


def probe(check: Check, base: str, survey: int, fresh: str) -> None:
    """Compare the page and the response time of altered, unknown and expired links."""
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.base import clock
    from dakehu.foundation.schema.fields import model_of

    with acting_as(system_actor("drive a survey", "cli")), act("drive.expire"):
        for row in model_of("care.SurveyBatch").objects.filter(survey=survey):
            row.expires_on = clock.today() - timedelta(days=1)
            row.save()
    altered = fresh[:20] + ("A" if fresh[20] != "A" else "B") + fresh[21:]
    wrong = {"altered": altered, "unknown": "A" * 36, "expired": fresh}
    times: dict[str, list[float]] = {name: [] for name in wrong}
    pages = set()
    with httpx.Client(base_url=base, timeout=60) as browser:
        for _ in range(PROBES):
            for name, token in wrong.items():
                began = time.perf_counter()
                page = browser.get(f"/s/{token}")
                times[name].append((time.perf_counter() - began) * 1000)
                pages.add((page.status_code, re.sub(r'(value|content)="[\w]{64}"', "", page.text.replace(token, ""))))
    medians = {name: statistics.median(found) for name, found in times.items()}
    check(f"pages of wrong links: {len(pages)}, status {[status for status, _ in pages]}", len(pages) == 1)
    gap = max(medians.values()) - min(medians.values())
    check(f"median milliseconds { ({name: round(ms, 2) for name, ms in medians.items()}) }, gap {gap:.2f}", gap <= 5)


def results(check: Check, survey: int) -> None:
    """Print the content of the results page."""
    from dakehu.foundation.gates import ask

    with as_user("he"):
        found = ask("care.survey_results", {"survey": survey})
    response, (csat, nps, *_) = found["response"], found["questions"]
    rate, share, net = response["rate"], csat["satisfaction"], nps["recommendation"]
    check(
        f"response {response['finished']} of {response['delivered']}: {rate['share']:.3f} ({rate['low']:.3f} to {rate['high']:.3f})"
    )
    check(f"satisfied {share['share']:.3f} ({share['low']:.3f} to {share['high']:.3f}), n {share['n']}")
    check(f"NPS {net['value']:.3f} ({net['low']:.3f} to {net['high']:.3f}), n {net['n']}")
    for group in found["groups"]:
        print("   ", group["name"], group["n"], {key: group["satisfaction"][key] for key in ("share", "low", "high")})
    print("    weighted", found["weighted"])


def guess(check: Check, surveys: int, random: Random) -> None:
    """Run anonymous surveys of 30 and guess authors from the order of written rows; chance is one hit per survey."""
    from dakehu.domains.care.surveys import links, sending, texts
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.gates import ask, perform
    from dakehu.foundation.schema.fields import model_of

    hits = {"by number of the answer": 0, "by number of the link": 0, "by digest": 0}
    tables = [model_of(f"care.{name}") for name in ("SurveyAnswer", "SurveyToken")]
    for _ in range(surveys):
        with as_user("he"):
            made = perform("care.add_survey", {"title_zh": "匿名演练（演示）", "anonymity": "anonymous"})
            perform("care.open_survey", {"survey": made.pk})
            batch = perform("care.make_event_links", {"survey": made.pk, "count": str(GUESTS)})["batch"]
        with acting_as(system_actor("drive a survey", "cli")):
            # One link per person in sending order; the auditor sees that order, and every row after each answer.
            drawn = [str(sending.link_for(f"survey:{batch}:invitation:{n}", texts.LINK)) for n in range(GUESTS)]
            order = random.sample(range(GUESTS), GUESTS)
            seen: set[int] = set()
            rows = []
            for person in order:
                raw = {name: (value,) for name, value in answer_of(random).items() if value}
                links.submit(drawn[person].rpartition("/")[2], raw)
                answer, token = (table.objects.filter(batch=batch).exclude(pk__in=seen).get() for table in tables)
                seen |= {answer.pk, token.pk}
                rows.append((answer.pk, token.pk, token.digest, person))
        for place, name in enumerate(hits):
            ranked = [row[3] for row in sorted(rows, key=lambda row: row[place])]
            hits[name] += sum(rank == person for rank, person in enumerate(ranked))
        with as_user("he"):
            perform("care.close_survey", {"survey": made.pk})
            ask("care.survey_results", {"survey": made.pk})
    for name, count in hits.items():
        mean = count / surveys
        check(f"auditor {name}: {mean:.2f} of {GUESTS} right a survey (chance 1.00)", abs(mean - 1) <= 4 / surveys**0.5)


def main() -> int:
    """Drive, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--port", type=int, default=8898)
    parser.add_argument("--surveys", type=int, default=100)
    given = parser.parse_args()
    os.environ["DAKEHU_HOME"] = str(given.home.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
    import django

    django.setup()
    check, inbox, random = Check(), Inbox(), Random(5)  # noqa: S311
    mail = Controller(inbox, hostname="127.0.0.1", port=given.port + 1)
    mail.start()
    try:
        survey, tokens = prepare(check, inbox, given.port + 1)
    finally:
        mail.stop()
    links = sorted(tokens.values())
    with running_server(given.home, given.port, 0) as base:
        drive(check, base, survey, links, random)
        results(check, survey)
        probe(check, base, survey, links[-1])
    with running_server(given.home, given.port, 200) as base:
        statuses = [httpx.get(f"{base}/s/{'A' * 36}").status_code for _ in range(60)]
        check(f"wrong links of one address in a minute: {dict(Counter(statuses))}", 429 in statuses)
    guess(check, given.surveys, random)
    return 0 if check.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
