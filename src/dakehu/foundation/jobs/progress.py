"""Progress and cancellation of running jobs, in small files under DAKEHU_HOME/run.

Files can be updated while a long transaction locks the database.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from dakehu.foundation.base.i18n import Bilingual


class Cancelled(Exception):
    """The owner asked to stop; the job's writes are rolled back."""


def run_file(number: int, ending: str) -> Path:
    """Return the path of a job's progress or cancel file."""
    folder = Path(settings.DAKEHU_HOME) / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"job-{number}.{ending}"


@dataclass
class Progress:
    """Reports progress of a job: `progress(0.3, bilingual(…))`. Raises Cancelled after a request to stop."""

    number: int

    def __call__(self, share: float, words: Bilingual | str = "") -> None:
        if self.number and run_file(self.number, "cancel").exists():
            raise Cancelled
        if self.number:
            both = [words.in_("zh"), words.in_("en")] if isinstance(words, Bilingual) else [str(words)] * 2
            path = run_file(self.number, "progress")
            part = path.with_suffix(".part")
            part.write_text(json.dumps({"share": round(share, 4), "zh": both[0], "en": both[1]}))
            part.replace(path)


def no_progress(share: float, words: Bilingual | str = "") -> None:
    """Ignore progress, for work that runs synchronously."""
