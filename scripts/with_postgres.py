"""Run a command with a temporary PostgreSQL server: `python scripts/with_postgres.py [--source wheel] -- pytest …`.

`--set shared_buffers=6GB` changes a setting of the server, for measurements with a production server's settings.

The command gets DAKEHU_DATABASE_URL (the application's role) and DAKEHU_OWNER_URL (the owner of the tables) in its
environment, and DAKEHU_SUPERUSER_URL for operations that require the server's administrator. The exit status is the
command's own; the server is always stopped.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.postgres import NoPostgres, throw_away_server  # the repository must be importable first


def main() -> int:
    """Parse the command line, start, run, stop. Return the command's exit status, 2 if there is no server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", choices=("any", "system", "wheel"), default="any", help="where the server is from")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the server")
    parser.add_argument("command", nargs="+", help="the command, after --")
    line = parser.parse_args()
    # SIGTERM (CI's time limit) must still stop the server: convert it to an ordinary exit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with throw_away_server(source=line.source, settings=dict(one.split("=", 1) for one in line.set)) as urls:
            addresses = {
                "DAKEHU_DATABASE_URL": urls.app,
                "DAKEHU_OWNER_URL": urls.owner,
                "DAKEHU_SUPERUSER_URL": urls.superuser,
            }
            return subprocess.run(line.command, env={**os.environ, **addresses}, check=False).returncode
    except NoPostgres as absent:
        print(absent, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
