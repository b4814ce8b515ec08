"""Run many random edit scripts on a linked Google sheet, against a server built from Google's discovery document.

    python scripts/drive_linked_sheets.py [--scripts 100] [--first 0]

Each script edits as a person with Google's own client while colleagues edit on the desk; a third of them receive a
quota error, a third lose a response while writing. Prints one JSON object: how many passed, and the seconds.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEST = "tests/exchange/sheets_sync/test_edit_scripts.py"


def main() -> int:
    """Run the scripts as the test does; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scripts", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    line = parser.parse_args()
    around = {**os.environ, "DAKEHU_SHEET_SCRIPTS": str(line.scripts), "DAKEHU_SHEET_FIRST": str(line.first)}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", TEST], cwd=ROOT, env=around, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stdout[-4000:], file=sys.stderr)
    seconds = round(time.monotonic() - begun)
    print(json.dumps({"scripts": line.scripts, "first": line.first, "held": not done.returncode, "seconds": seconds}))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
