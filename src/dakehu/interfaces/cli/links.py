"""One-time links in the terminal: issued, printed, and opened in the browser of this machine."""

import sys
import webbrowser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http.request import validate_host

from dakehu.domains.team import first_account
from dakehu.domains.team.sign_in import one_time_links
from dakehu.domains.team.sign_in.one_time_links import MINUTES, Purpose
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.process_lock import ProcessLock

HERE = ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::")  # noqa: S104  addresses under which this machine is served to itself
FIRST = bilingual(
    "还没有人员。请打开这个一次性链接，建立第一个账号（{minutes} 分钟内有效，只能用一次）：",
    "Nobody works here yet. Open this one-time link to create the first account (it holds for {minutes} minutes and once):",
    minutes=MINUTES,
)
NO_LINK = bilingual(
    "还没有人员。第一个账号请在本机建立：运行 dakehu serve（不加 --host），或 dakehu user add。",
    "Nobody works here yet. Create the first account on this machine: dakehu serve without --host, or dakehu user add.",
)


def serve_lock() -> ProcessLock:
    """Return the lock held by the process that serves this home."""
    return ProcessLock(Path(settings.DAKEHU_HOME) / "run" / "serve.lock")


def served_address() -> str:
    """Return the address at which this home is served now, "" where it is not."""
    return str((serve_lock().holder() or {}).get("address", ""))


def can_be_opened_here(host: str) -> bool:
    """Return whether a one-time link may be used on a desk served at `host`: at this machine's own address, without HTTPS."""
    return host in HERE and not settings.HTTPS and validate_host("localhost", settings.ALLOWED_HOSTS)


def link_address(base: str, token: str) -> str:
    return f"{base}begin/link?token={token}"


def has_staff() -> bool:
    with acting_as(system_actor("look whether anybody works here", "cli")):
        return first_account.has_staff()


def issue_first_link(base: str, file: dict[str, str] | None = None) -> tuple[str, str]:
    """Issue the link of an empty desk; returns (token, address)."""
    token = one_time_links.issue_link(Purpose.SET_UP, file=file)
    return token, link_address(base, token)


def show(words: Bilingual | str, address: str, *, browser: bool, spoken: str) -> None:
    """Print a sentence and the address below it, and open that in the browser if requested."""
    text = words.in_(spoken) if isinstance(words, Bilingual) else words
    print(f"{text}\n  {address}", flush=True, file=sys.stdout)
    if browser:
        webbrowser.open(address)


def as_result(address: str) -> dict[str, Any]:
    return {"link": address, "minutes": MINUTES}
