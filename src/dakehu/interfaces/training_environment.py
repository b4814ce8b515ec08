"""The environment of the training desk: a data directory of its own, and nothing that leads elsewhere. Knows no Django."""

from collections.abc import Mapping
from pathlib import Path

NAME = "training"
FLAG = "DAKEHU_TRAINING"
# How the desk is reached, and its time zone. Databases, mail servers, tokens and folders of the real desk stay out.
KEPT = (
    "DAKEHU_DEBUG",
    "DAKEHU_HOSTS",
    "DAKEHU_HTTPS",
    "DAKEHU_TIME_ZONE",
    "DAKEHU_TRUSTED_PROXIES",
    "DAKEHU_SESSION_HOURS",
)


def training_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the training desk beside the desk of another one; its own is returned as it is."""
    if environment.get(FLAG) == "1":
        return dict(environment)
    kept = {name: text for name, text in environment.items() if not name.startswith("DAKEHU_") or name in KEPT}
    desk = Path(environment.get("DAKEHU_HOME") or Path.home() / ".dakehu").expanduser()
    return {**kept, "DAKEHU_HOME": str(desk / NAME), FLAG: "1"}
