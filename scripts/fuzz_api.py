"""Fuzz every operation of the OpenAPI document as each role: no response may be a server error or undocumented.

    python scripts/fuzz_api.py --schemathesis /path/to/schemathesis [--examples 20] [--seconds 110] [--port 8177]

Creates an example desk in a separate directory, serves it without rate limits, and runs Schemathesis, which is not
among the dependencies: install it in a separate virtual environment. Prints a line of figures for each role; exits
with 1 if any check failed. --seconds ends the run of a role after that time: the requests sent until then are
evaluated.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROLES = {"manager": "lin", "lead": "zhou", "compliance": "he", "analyst": "an", "administrator": "admin"}
DAKEHU = str(Path(sys.executable).with_name("dakehu"))
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"


def token_of(user: str) -> str:
    """Create a token with all the permissions of a member of staff."""
    made = subprocess.run(
        [DAKEHU, "do", "team.create_token", "name=fuzz", "--as", user, "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(made.stdout)["token"])


def wait_until_served(url: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):  # noqa: S310  our own server
                return
        except OSError:
            time.sleep(1)
    raise SystemExit("the server does not answer")


def fuzz(schemathesis: str, url: str, user: str, examples: int, seconds: int) -> tuple[int, str]:
    """Run all operations as one user, for at most `seconds`; return (exit code, what Schemathesis printed)."""
    command = [
        schemathesis,
        "run",
        f"{url}/api/v1/openapi.json",
        "--url",
        url,
        "--header",
        f"Authorization: Bearer {token_of(user)}",
        "--checks",
        CHECKS,
        "--max-examples",
        str(examples),
        "--phases",
        "examples,coverage,fuzzing",
        "--continue-on-failure",
        "--exclude-path-regex",
        "(do|actions)/team.(create_token|revoke_token|end_token|change_user|reset_)",
    ]
    with tempfile.TemporaryFile("w+") as printed:
        running = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, text=True)
        ended = None
        for number, wait in ((signal.SIGINT, seconds or None), (signal.SIGINT, 20), (signal.SIGKILL, 20), (None, 20)):
            with suppress(subprocess.TimeoutExpired):
                ended = running.wait(wait)
                break
            if number is not None:
                running.send_signal(number)
        printed.seek(0)
        text = printed.read()
    early = ended is None or ended < 0 or "interrupt" in text.lower()
    return (int("FAILURES" in text) if early else int(ended or 0)), text


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--schemathesis", default="schemathesis")
    wanted.add_argument("--examples", type=int, default=20)
    wanted.add_argument("--seconds", type=int, default=0, help="of each role; 0: until all is asked")
    wanted.add_argument("--port", type=int, default=8177)
    wanted.add_argument("--home", default="", help="an example desk that is there already")
    wanted.add_argument("--roles", default=",".join(ROLES))
    line = wanted.parse_args()
    with tempfile.TemporaryDirectory(prefix="dakehu-fuzz-") as folder:
        os.environ["DAKEHU_HOME"] = line.home or f"{folder}/home"
        os.environ["DAKEHU_REQUESTS_PER_MINUTE"] = os.environ["DAKEHU_LOOKUPS_PER_HOUR"] = "0"
        if not line.home:
            subprocess.run([DAKEHU, "demo", "--no-serve"], check=True, capture_output=True)
        url = f"http://127.0.0.1:{line.port}"
        server = subprocess.Popen([DAKEHU, "serve", "--port", str(line.port), "--no-browser"])
        failed = 0
        try:
            wait_until_served(url)
            for role in line.roles.split(","):
                code, printed = fuzz(line.schemathesis, url, ROLES[role], line.examples, line.seconds)
                failed |= code
                counts = re.findall(r"(\d[\d,]*) (generated|passed|failed|test cases)", printed)
                print(role, "ok" if code == 0 else "FAILED", counts, flush=True)
                if code:
                    print(printed[-6000:], flush=True)
        finally:
            server.terminate()
            server.wait(30)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
