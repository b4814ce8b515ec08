"""Fetch the third-party browser files again, exactly as listed in `vendor.lock.json`.

    python scripts/vendor_refresh.py            # fetch, write, and record the sums

Only a maintainer needs npm, and only for this: the files are committed. To move to a newer release
edit `version` in the lock and run this; the test in `tests/interfaces/web/test_vendor.py` recomputes the sums.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "src/dakehu/interfaces/web/static/vendor/vendor.lock.json"

# Hashed static storage follows these comments and would require source maps that we do not ship.
SOURCE_MAP = re.compile(rb"\s*(//[#@] sourceMappingURL=\S+|/\*[#@] sourceMappingURL=\S+ \*/)\s*$")


def pack(name: str, version: str, folder: Path) -> tarfile.TarFile:
    """Download one npm package into `folder` and open it."""
    done = subprocess.run(
        ["npm", "pack", f"{name}@{version}", "--silent"], cwd=folder, check=True, capture_output=True, text=True
    )
    return tarfile.open(folder / done.stdout.split()[-1])


def member(archive: tarfile.TarFile, path: str) -> bytes:
    """Return the bytes of one file of the package; KeyError if it no longer exists."""
    handle = archive.extractfile(f"package/{path}")
    if handle is None:
        raise KeyError(f"{path} is not a file in {archive.name}")
    return handle.read()


def sprite(archive: tarfile.TarFile, icons: list[str]) -> bytes:
    """Return one SVG with a `<symbol>` per icon, drawn in the surrounding text colour."""
    symbols = []
    for icon in icons:
        svg = member(archive, f"icons/{icon}.svg").decode()
        drawing = svg.split(">", 2)[2] if svg.startswith("<!--") else svg.split(">", 1)[1]
        drawing = re.sub(r"\s+", " ", drawing.replace("</svg>", "")).strip()
        symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{drawing}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def write(place: str, data: bytes) -> str:
    """Write `data` at `place` below the repository and return its sha256."""
    target = ROOT / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def refresh() -> None:
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    for package in lock["packages"]:
        with tempfile.TemporaryDirectory() as folder:
            archive = pack(package["name"], package["version"], Path(folder))
            with archive:
                for entry in package["files"]:
                    data = SOURCE_MAP.sub(b"\n", member(archive, entry["from"]))
                    entry["sha256"] = write(entry["to"], data)
                if drawn := package.get("sprite"):
                    drawn["sha256"] = write(drawn["to"], sprite(archive, drawn["icons"]))
        print(f"{package['name']} {package['version']} ({package['licence']})", file=sys.stderr)
    LOCK.write_text(json.dumps(lock, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    refresh()
