"""Kill -9 the synchronisation of a Google sheet at random moments, and check both sides.

    python scripts/kill_linked_sheet.py [ROUNDS]

Each round a person edits two cells and types a row with Google's own client, `dakehu sheets sync` is started in a
separate process and killed at a random moment within the duration of a run; then it is run to completion, and once
more. The last run must change nothing, the typed row must be on the desk and in the sheet once, and the audit chain
must be intact. Prints one line per round; exits with 1 at the first fault.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.exchange.sheets_sync.google_person import NUMBER, Person  # noqa: E402
from tests.exchange.sheets_sync.google_server import GoogleServer  # noqa: E402
from tests.program import Desk  # noqa: E402

CLIENTS, INVESTMENTS, NAME = "基本信息", "投资历史", "表"


def start(home: Path, server: GoogleServer) -> Desk:
    """Create a desk with three clients of Lin and a linked sheet."""
    desk = Desk(home)
    if desk.run("migrate").returncode:
        raise SystemExit("the desk was not made")
    said = ["--reason", "kill the sheet"]
    desk.report("do", "team.add_user", "username=lin", "name=林晓", "role=manager", "password=Correct-horse-9", *said)
    for number in range(3):
        desk.report("do", "clients.create", f"code=K{number}", f"name=客户{number}", "occupation=教师", "--as", "lin")
    given = [f"name={NAME}", f"spreadsheet={NUMBER}", "owner=lin", f"address={server.url}", "sensitivity=personal"]
    desk.report("do", "sheets.add", *given, f"service_key={server.service_key()}", *said)
    desk.report("do", "sheets.switch_on", f"sheet={NAME}", *said)
    return desk


def edit(person: Person, round_number: int) -> None:
    """Edit two cells and type a row."""
    person.type(CLIENTS, person.find(CLIENTS, "客户号", "K1"), "职业", f"医生{round_number}")
    row = len(person.rows(INVESTMENTS))
    typed = {"客户号": "K2", "投资日期": "2025-03-04", "投资金额": 5000, "投资产品": f"基金{round_number}"}
    for heading, value in typed.items():
        person.type(INVESTMENTS, row, heading, value)


def run_and_kill(desk: Desk, within: float, draw: random.Random) -> float:
    """Start a run and kill it at a random moment; return the seconds until the kill."""
    words = [sys.executable, "-m", "dakehu.interfaces.cli.main", "sheets", "sync", NAME, "--as", "lin", "--json"]
    moment = draw.uniform(0.3, 1.05) * within
    with subprocess.Popen(
        words, env=desk.around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    return moment


def main() -> int:
    """Run the rounds; return the exit status."""
    rounds, draw = int(sys.argv[1]) if len(sys.argv) > 1 else 10, random.Random(20261129)  # noqa: S311
    server = GoogleServer()
    person = Person(server)
    with tempfile.TemporaryDirectory(prefix="dakehu-") as folder:
        desk = start(Path(folder) / "home", server)
        begun = time.monotonic()
        desk.report("sheets", "sync", NAME, "--as", "lin")
        whole = time.monotonic() - begun
        for number in range(1, rounds + 1):
            edit(person, number)
            moment = run_and_kill(desk, whole, draw)
            desk.report("sheets", "sync", NAME, "--as", "lin")
            again = desk.report("sheets", "sync", NAME, "--as", "lin")
            shown = sum(f"基金{number}" in line for line in person.rows(INVESTMENTS))
            stored = desk.report("ask", "ledger.investments", "client=K2", "--as", "lin")["count"]
            moved = again["pulled"], again["pushed"], again["left"]
            print(
                f"round {number}: killed after {moment:.1f} s of {whole:.1f}, then {moved}, {shown} shown, {stored} stored"
            )
            if moved != (0, 0, 0) or shown != 1 or stored != number:
                return 1
        if desk.run("verify", "--json").returncode:
            print("the audit chain is broken")
            return 1
    person.api.close()
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
