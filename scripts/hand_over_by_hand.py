#!/usr/bin/env python
"""Hand many clients over in a real browser: plan, view the hours, apply, read and sign, undo; the giver sees nothing.

    DAKEHU_HOME=/scratch/home python scripts/hand_over_by_hand.py --clients 300

Creates a desk in an empty DAKEHU_HOME with a lead, a giver and two receivers, serves it, and drives three browsers.
Prints the seconds of each step and what the giver still sees (0).
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "Correct-horse-9"  # noqa: S105  of invented people in an empty desk
PEOPLE = (("zhou", "周宁", "lead"), ("lin", "林晓", "manager"), ("gu", "顾明", "manager"), ("shen", "沈悦", "manager"))


def main() -> int:
    """Run the drive; return 1 if the giver still sees something, or something is not undone."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--port", type=int, default=8731)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
    prepare(given.clients)
    command = [sys.executable, "-m", "dakehu.interfaces.cli.main", "serve", "--port", str(given.port), "--no-browser"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return drive(f"http://127.0.0.1:{given.port}", given.clients)
    finally:
        server.terminate()
        server.wait()


def prepare(count: int) -> None:
    """Create the staff and the clients of the giver, each with a plan and a task, every tenth with a promise."""
    import django

    django.setup()
    from dakehu.domains.team.queries import actor_of
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.gates import perform
    from dakehu.interfaces.cli import server

    server.make_ready()
    users = {}
    with acting_as(system_actor("set up the drive of a hand-over", "cli")):
        perform("team.create_branch", {"code": "SH01", "name": "营业部", "city": "上海"})
        perform("team.create_team", {"name": "一队", "branch": "SH01"})
        for username, name, role in PEOPLE:
            raw = {"username": username, "name": name, "role": role, "team": "一队", "password": PASSWORD}
            users[username] = perform("team.add_user", raw)
            with act("drive.settle"):
                users[username].must_change = False
                users[username].save()
    with acting_as(actor_of(users["lin"])):
        for number in range(count):
            client = perform(
                "clients.create", {"name": f"客户{number:04d}", "code": f"H{number:05d}", "segment": "私人财富"}
            )
            perform("service.plan_follow_up", {"client": client.pk, "due_on": "2099-01-05", "subject": "回访"})
            perform("service.create_task", {"client": client.pk, "due_on": "2099-01-05", "subject": "补齐资料"})
            if number % 10 == 0:
                said = {"client": client.pk, "held_at": "2026-01-05", "summary": "电话", "promise": "寄送报告"}
                perform("service.log_interaction", said)


@contextmanager
def print_duration(what: str):
    """Print how long a step took."""
    began = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - began:.1f} s", flush=True)


def drive(base: str, count: int) -> int:
    """Hand over in three browsers; return the exit status."""
    from playwright.sync_api import sync_playwright

    wait_for(base)
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        lead, lin, gu, shen = (sign_in(browser, base, name) for name in ("zhou", "lin", "gu", "shen"))
        with print_duration(f"plan with {count} clients and everybody's hours"):
            lead.goto(f"{base}/hand-overs/new")
            lead.select_option("[name=user]", label="林晓")
            lead.click("button[type=submit] >> text=查看主办客户")
            expect(lead.locator("[name=clients]").count() == count, "every client can be chosen")
            lead.select_option("[name=receiver]", label="顾明")
            lead.locator("select[name^='to.']").first.select_option(label="沈悦")
            lead.fill("[name=reason]", "轮岗")
            lead.click("text=预览工时")
            expect(f"{count} → 0" in lead.inner_text("#preview"), "hours before and after")
            lead.click("button[name=confirm]")
        with print_duration("take effect"):
            lead.click("text=现在生效")
            lead.wait_for_selector("#undo")
        address = lead.url
        seen = [rows_of(lin, base), tasks_of(lin, base)]
        print(f"the giver sees {seen[0]} clients and {seen[1]} tasks", flush=True)
        with print_duration("read one pack and sign all"):
            for receiver in (gu, shen):
                receiver.goto(address)
                receiver.locator("a[href^='/hand-overs/packs/']").first.click()
                expect("SHA-256" in receiver.content(), "the pack shows its digest")
                receiver.goto(address)
                receiver.click("#sign button")
                receiver.wait_for_selector("#sign", state="detached")
        lead.goto(address)
        signed = lead.locator("dd", has_text=f"/ {count}").inner_text()
        received = [rows_of(gu, base), rows_of(shen, base)]
        print(f"receivers see {received} clients; signed {signed}", flush=True)
        with print_duration("take all back"):
            lead.goto(address)
            lead.fill("#undo [name=reason]", "取消")
            lead.click("#undo button")
            lead.wait_for_selector("text=已撤回")
        back = rows_of(lin, base)
        left = [rows_of(gu, base), rows_of(shen, base)]
        print(f"the giver sees {back} clients again, the receivers {left}", flush=True)
        browser.close()
    return int(seen != [0, 0] or received != [count - 1, 1] or back != count or left != [0, 0])


def expect(holds: bool, what: str) -> None:
    """Abort the drive if a condition fails."""
    if not holds:
        raise SystemExit(f"does not hold: {what}")


def wait_for(base: str) -> None:
    """Wait until the desk responds."""
    from urllib.error import URLError
    from urllib.request import urlopen

    for _ in range(240):
        try:
            urlopen(f"{base}/health", timeout=2)  # noqa: S310  our own address
            return
        except (URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("the desk did not come up")


def sign_in(browser, base: str, username: str):
    """Return the page of a signed-in user."""
    page = browser.new_context(locale="zh-CN").new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{base}/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def rows_of(page, base: str) -> int:
    """Return how many clients a user sees, by the API in their session."""
    return int(page.request.get(f"{base}/api/v1/clients?limit=1").json()["count"])


def tasks_of(page, base: str) -> int:
    """Return how many tasks a user sees."""
    return int(page.request.get(f"{base}/api/v1/tasks?limit=1").json()["count"])


if __name__ == "__main__":
    if not os.environ.get("DAKEHU_HOME") or any(Path(os.environ["DAKEHU_HOME"]).glob("*")):
        raise SystemExit("name an empty directory in DAKEHU_HOME")
    sys.exit(main())
