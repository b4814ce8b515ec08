"""Evidence of practice: written on the training desk once every exercise is done, entered as training on the desk."""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from dakehu.domains.learning.choices import Topic
from dakehu.domains.learning.training.actions import enter_training
from dakehu.domains.support.training import rules
from dakehu.domains.support.training.exercises import exercises
from dakehu.domains.team import queries as team
from dakehu.foundation.access import keys
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files.store import Upload

HOURS = Decimal("1")  # for a complete set of exercises; house default, approved by a second person
FOLDER = Path("run") / "finished"  # in the data directory of the training desk


@dataclass(frozen=True)
class Finished:
    """A complete set of exercises: the day it was finished, and each exercise with its day."""

    finished_on: str
    exercises: list[list[str]]


@action(
    "support.finish_exercises",
    needs=Permission.SUPPORT_ASK,
    zh="完成全部练习",
    en="Finish the exercises",
    is_public=False,
)
def finish_exercises() -> None:
    """Record on the training desk that every exercise of the actor's role is done. Raises Refused if one is not."""
    user, rows = team.current_user(), exercises()
    if not settings.TRAINING or user is None:
        raise Refused(bilingual("这不是练习台。", "This is no training desk."))
    if not rows or not all(row["done_on"] for row in rows):
        raise Refused(bilingual("还有练习没有完成。", "Not every exercise is done."))
    found = Finished(clock.today().isoformat(), [[row["title"], row["done_on"]] for row in rows])
    path = _path(Path(settings.DAKEHU_HOME), rules.desk_name(str(user.username)))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys.write_private(path, json.dumps(asdict(found), ensure_ascii=False).encode())


def find_finished(home: Path, username: str) -> Finished | None:
    """Return the exercises that a person finished on the training desk at `home` and has not entered yet, None for none."""
    with suppress(OSError, ValueError, TypeError):
        return Finished(**json.loads(_path(home, username).read_text(encoding="utf-8")))
    return None


def find_my_finished(home: Path) -> Finished | None:
    """Return the exercises that the actor finished and has not entered yet, None for none."""
    user = team.current_user()
    return None if user is None else find_finished(home, str(user.username))


@action(
    "support.enter_practice",
    needs=Permission.SUPPORT_ASK,
    zh="登记练习学时",
    en="Enter practice as training",
    is_public=False,
)
def enter_practice(*, home: Path) -> Any:
    """Enter on the real desk the exercises that the actor finished at `home` as a training, with the list as evidence; once.

    Its hours are credited once a second person approved it (learning). Raises Refused if there is nothing to enter.
    """
    user = team.current_user()
    found = None if user is None else find_finished(home, str(user.username))
    if user is None or found is None:
        raise refusal("", "没有可登记的练习。", "There is no finished practice to enter.")
    lines = [f"{user.name} {found.finished_on}", *(f"{day} {title}" for title, day in found.exercises)]
    row = enter_training(
        name=str(bilingual("系统操作练习", "Practice on the desk")),
        provider=str(bilingual("练习台", "Training desk")),
        category=Topic.DESK.value,
        hours=HOURS,
        held_on=date.fromisoformat(found.finished_on),
        file=Upload("练习记录.txt", "\n".join(lines).encode()),
    )
    path = _path(home, str(user.username))
    path.rename(path.with_suffix(".entered"))
    return row


def _path(home: Path, username: str) -> Path:
    return home / FOLDER / f"{hashlib.sha256(username.encode()).hexdigest()}.json"
