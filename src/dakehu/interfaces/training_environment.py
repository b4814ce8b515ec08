"""The environment of the training desk: its own data directory, and no external connection. Independent of Django."""

from collections.abc import Mapping
from pathlib import Path

NAME = "training"
FLAG = "DAKEHU_TRAINING"
# Address settings and time zone. Databases, mail servers, tokens and folders of the real desk are excluded.
KEPT = (
    "DAKEHU_DEBUG",
    "DAKEHU_HOSTS",
    "DAKEHU_HTTPS",
    "DAKEHU_TIME_ZONE",
    "DAKEHU_TRUSTED_PROXIES",
    "DAKEHU_SESSION_HOURS",
)


def training_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the training desk next to the desk of a given one; its own is returned unchanged."""
    if environment.get(FLAG) == "1":
        return dict(environment)
    kept = {name: text for name, text in environment.items() if not name.startswith("DAKEHU_") or name in KEPT}
    desk = Path(environment.get("DAKEHU_HOME") or Path.home() / ".dakehu").expanduser()
    return {**kept, "DAKEHU_HOME": str(desk / NAME), FLAG: "1"}
