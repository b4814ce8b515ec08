"""Files given to `dakehu open`, stored encrypted for a day until the person who imports them has signed in."""

from typing import Any

from dakehu.exchange.imports import service as imports
from dakehu.exchange.imports.batch_files import open_book, original_book, plan_of, save_plan
from dakehu.exchange.imports.ignored_columns import CALCULATED, ignored_columns
from dakehu.exchange.mapping import mapping as planning
from dakehu.exchange.mapping import profiles
from dakehu.exchange.mapping.detection import guess_mapping
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.files import store as files
from dakehu.foundation.imports import batches
from dakehu.foundation.records.recorded import add_audit_note

DAYS = 1


def keep_file(name: str, content: bytes, password: str | None, how: dict[str, str]) -> dict[str, str]:
    """Store a file and its import options (`how`, see open_file); return what `open_kept_file` takes. Run as the
    system.

    Raises Refused if the file cannot be opened, or whose password is missing.
    """
    open_book(content, name, password)
    with act("workbook.keep_file"):
        kept = files.save(name, content, days=DAYS)
        lock = files.save("password", password.encode(), days=DAYS).key if password else ""
        add_audit_note(file=kept.name)
    return {**how, "file": kept.key, "lock": lock}


def open_kept_file(kept: dict[str, str]) -> Any:
    """Open a stored file as an import of the actor, and return its batch. The stored file is deleted.

    Raises NotAllowed if the actor may not import, NotFound after the day has passed.
    """
    imports.can_import()
    how = dict(kept)
    key, lock = how.pop("file"), how.pop("lock")
    with acting_as(system_actor("open the file that dakehu open named", current_actor().door)):
        name, content = files.read(key)
        password = files.read(lock)[1].decode() if lock else None
        with act("workbook.release_file"):
            for one in filter(None, (key, lock)):
                files.delete(one)
    return open_file(name, content, password, how)


def open_file(name: str, content: bytes, password: str | None, how: dict[str, str]) -> Any:
    """Open a file as an import of the actor; return its batch. `how`: "mode", "key" and "profile" from the command
    line, "" if not given."""
    batch = imports.open_upload(name, content, password)
    mode, key, profile = (how.get(part, "") for part in ("mode", "key", "profile"))
    if mode not in ("", "both") or key or profile:
        with act("workbook.correct_mapping"):
            batch = batches.get_own(batch.pk, lock=True)
            plan = plan_of(batch)
            if profile:
                plan = profiles.find_profile(guess_mapping(original_book(batch)), profile)
            planning.set_mode(plan, mode or plan.mode, key or plan.key)
            save_plan(batch, plan)
            batch.save()
    return batch


def is_understood(batch: Any) -> bool:
    """Return whether a dry run can start immediately: every table has its kind, and every column with values its
    field, unless the desk computes it anyway.

    False for statements and price files, whose page requires confirmation first.
    """
    if imports.kind_of(batch):
        return False
    plan = plan_of(batch)
    if not plan.tables or not all(table.part for table in plan.tables):
        return False
    if not any(any(c.samples) and not c.feeds for table in plan.tables for c in table.columns):
        return True  # most files: no second read needed
    return all(c["reason"] == CALCULATED for c in ignored_columns(original_book(batch), plan))
