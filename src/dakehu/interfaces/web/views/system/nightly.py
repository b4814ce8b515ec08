"""The nightly run on the system page: its last runs as text, and the button that starts one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dakehu.domains.firm import queries as firm
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import perform
from dakehu.foundation.nightly.models import NightState

TONES = {
    "done": "good",
    "unchanged": "",
    "running": "accent",
    "skipped": "warn",
    "interrupted": "warn",
    "failed": "bad",
}
ORIGINS = {
    "command": bilingual("命令", "Command"),
    "page": bilingual("本页", "This page"),
    "schedule": bilingual("定时", "On time"),
}


def shown_runs() -> dict[str, Any]:
    """Return the result of firm.nightly_runs as text."""
    seen = firm.nightly_runs()
    for run in seen["runs"]:
        _put_in_words(run)
        run["origin_text"] = ORIGINS.get(run["origin"], run["origin"])
        run["missing"] = [words[language()] for words in run["missing"]]
        for step in run["steps"]:
            _put_in_words(step)
            words = step["error"] or step["result"].get("words") or {}
            step["text"] = words.get(language(), "")
            refused = [file for file in step["result"].get("files", []) if file["state"] == "refused"]
            step["refused"] = [
                {"name": file["file"], "why": " ".join(error[language()] for error in file["errors"])}
                for file in refused
            ]
    return seen


def _put_in_words(part: dict[str, Any]) -> None:
    """Add the text and the colour of a state."""
    part["state_text"], part["tone"] = NightState.text_of(part["state"]), TONES.get(part["state"], "")


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start the nightly run and return to the page."""
    try:
        perform("firm.start_nightly_run", {})
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request,
            str(
                bilingual(
                    "每晚处理已开始，刷新本页查看进展。", "The nightly run has started; reload the page to follow it."
                )
            ),
        )
    return redirect("system")
