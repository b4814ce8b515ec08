"""Run the night: every declared step in order, each independent, recorded with seconds, memory and result.

One run at a time per home. A step writes in acts of its own, so after a killed run each step is either old or new; the
next run completes the rest. A run without new data does nothing.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.audit.chain import plain_value
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base import clock, system_faults
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual, in_language
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.progress import Cancelled, no_progress
from dakehu.foundation.jobs.queue import job
from dakehu.foundation.nightly import memory
from dakehu.foundation.nightly.models import NightlyRun, NightlyStepRun, NightState
from dakehu.foundation.schema import nightly
from dakehu.foundation.schema.nightly import Night, NightlyStep

log = logging.getLogger("dakehu.jobs")
DOOR = "night"  # reason in the audit entries of its acts
JOB = "nightly.run"
COMPLETE = (NightState.DONE, NightState.UNCHANGED)
SHOWN = 6  # maximum messages of a failed step
KEPT = timedelta(days=400)  # how long the record of a run is kept


def folder() -> Path:
    """Return the drop folder for files of other systems, created if missing."""
    path = Path(settings.INBOX or Path(settings.DAKEHU_HOME) / "inbox")
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def lock() -> ProcessLock:
    """Return the lock of this home's nightly run."""
    return ProcessLock(Path(settings.DAKEHU_HOME) / "run" / "nightly.lock")


def run_night(
    *,
    day: date | None = None,
    inbox: Path | None = None,
    origin: str = "command",
    progress: Callable[..., None] = no_progress,
) -> dict[str, Any]:
    """Run every declared step for a day, by default the last trading day whose prices are final.

    Returns {run, day, state, seconds, steps: [{step, label, state, seconds, peak_mb, result, error}], missing: [{zh,
    en}]}. A step that fails does not stop those that do not depend on it. Raises NotAllowed, and Refused while another
    run is active.
    """
    actor = current_actor()
    if not actor.may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("每晚处理", "the nightly run"), Permission.SYSTEM_WRITE)
    held = lock()
    if not held.take():
        raise Refused(
            bilingual(
                "每晚处理正在进行，请等它结束后再运行。", "A nightly run is going on; run it again when it has ended."
            )
        )
    try:
        with acting_as(system_actor(f"nightly run ({origin}), started by {actor.name}", DOOR)):
            _mark_interrupted()
            night = Night(day or trading_days.last_complete_day(), inbox or folder(), progress)
            return _run_steps(night, origin)
    finally:
        held.release()


def _run_steps(night: Night, origin: str) -> dict[str, Any]:
    """Run the steps of a night and record them."""
    row = NightlyRun(day=night.day, origin=origin, started_at=clock.now())
    row.save()
    done: dict[str, NightlyStepRun] = {}
    declared = list(nightly.steps())
    for place, step in enumerate(declared):
        share = _share(night.progress, place, len(declared), step)
        share(0.0)
        done[step.name] = _run_step(row, place, step, replace(night, progress=share), done)
    row.missing = [both_languages(words) for words in nightly.missing_data(night.day)]
    row.state = _state_of([one.state for one in done.values()])
    row.ended_at = clock.now()
    row.save()
    NightlyRun.objects.filter(started_at__lt=clock.now() - KEPT).delete()
    return render_run(row)


def _state_of(states: list[str]) -> str:
    """Return the state of a run from those of its steps."""
    if NightState.FAILED in states:
        return NightState.FAILED.value
    return NightState.DONE.value if NightState.DONE in states else NightState.UNCHANGED.value


def _share(report: Callable[..., None], place: int, count: int, step: NightlyStep) -> Callable[..., None]:
    """Return a function that reports the progress of one of several steps as that of the whole run."""

    def share(part: float, words: Any = "") -> None:
        report((place + part) / count, words or step.label)

    return share


def _run_step(
    row: NightlyRun, place: int, step: NightlyStep, night: Night, done: dict[str, NightlyStepRun]
) -> NightlyStepRun:
    """Run one step, or record why it was not run."""
    record = NightlyStepRun(run=row, step=step.name, place=place, started_at=clock.now())
    record.save()
    needed = [done[name] for name in step.depends if name in done]
    blocking = [one for one in needed if one.state not in COMPLETE]
    begun = time.perf_counter()
    if blocking:
        record.state = NightState.SKIPPED.value
        record.error = both_languages(_blocked_reason(blocking))
    else:
        memory.reset_peak()
        try:
            _fill(record, step, night, needed)
        except Cancelled:
            record.state = NightState.INTERRUPTED.value
            raise
        except Exception as fault:  # a failing step must not stop the others
            record.state, record.error = NightState.FAILED.value, _words_of(step, fault)
        finally:
            record.peak_mb, record.seconds = memory.peak_mb(), time.perf_counter() - begun
            record.save()
        return record
    record.save()
    return record


def _fill(record: NightlyStepRun, step: NightlyStep, night: Night, needed: list[NightlyStepRun]) -> None:
    """Run a step unless its inputs are unchanged, and record its outcome."""
    before = _last_complete(step, night.day)
    behind = [night.day.isoformat(), *(one.digest for one in needed)]
    if step.inputs is not None:
        digest = _digest([step.name, *behind, step.inputs(night)])
        if before is not None and before.digest == digest:
            record.state, record.digest = NightState.UNCHANGED.value, digest
            return
    result = step.run(night)
    is_same = bool(result.get("unchanged"))
    record.state = (NightState.UNCHANGED if is_same else NightState.DONE).value
    record.result = plain_value({name: value for name, value in result.items() if name != "words"})
    if "words" in result:
        record.result["words"] = both_languages(result["words"])
    if step.inputs is not None:
        record.digest = digest
    elif is_same and before is not None:
        record.digest = before.digest
    else:
        record.digest = _digest([step.name, *behind, record.pk])


def _last_complete(step: NightlyStep, day: date) -> NightlyStepRun | None:
    """Return the last record of a step that ran to its end for a day."""
    rows = NightlyStepRun.objects.filter(step=step.name, run__day=day).order_by("-pk")
    last = rows.filter(state__in=[*COMPLETE, NightState.FAILED, NightState.INTERRUPTED]).first()
    return last if last is not None and last.state in COMPLETE else None


def _digest(values: Any) -> str:
    """Return the SHA-256 of plain values."""
    return hashlib.sha256(json.dumps(plain_value(values), sort_keys=True).encode()).hexdigest()


def _blocked_reason(blocking: list[NightlyStepRun]) -> Bilingual:
    """Return why a step was not run."""
    return bilingual(
        "未运行，因为它所依赖的“{steps}”没有完成。处理该步骤的问题后再运行一次即可。",
        "Not run, because “{steps}”, on which it depends, did not end well. Mend that step and run again.",
        steps=join_messages([nightly.label_of(one.step) for one in blocking]),
    )


def _words_of(step: NightlyStep, fault: Exception) -> dict[str, str]:
    """Return the error in both languages, without a stack trace; the log has the trace of an unexpected error."""
    if isinstance(fault, Refused):
        return both_languages(join_messages([words for texts in fault.messages.values() for words in texts]))
    log.error("the nightly step %s failed", step.name, exc_info=fault)
    known = system_faults.explain(fault)
    if known is not None:
        return both_languages(known)
    return both_languages(
        bilingual(
            "程序出错（{kind}），详情见服务日志。已写入的内容保持完整，可以再次运行。",
            "An error in the program ({kind}); the server's log says more. What was written is whole; it may be run again.",
            kind=type(fault).__name__,
        )
    )


def join_messages(texts: list[Any]) -> Bilingual:
    """Return several messages as one, limited to the first few."""
    both = [both_languages(text) for text in texts[:SHOWN]]
    rest = len(texts) - len(both)
    if rest:
        both.append(both_languages(bilingual("另有 {n} 条", "{n} more", n=rest)))
    return Bilingual("；".join(one["zh"] for one in both), "; ".join(one["en"] for one in both))


def both_languages(words: Any) -> dict[str, str]:
    """Return a message as {zh, en}, with its values in the same language."""
    found = {}
    for code in ("zh", "en"):
        with in_language(code):
            found[code] = str(words)
    return found


def _mark_interrupted() -> None:
    """Record that runs ended with their process: this process has the lock, so none of them is running."""
    for model in (NightlyRun, NightlyStepRun):
        models.QuerySet(model).filter(state=NightState.RUNNING).update(state=NightState.INTERRUPTED)


def desk_state(ignoring: tuple[str, ...] = ()) -> int:
    """Return the id of the last audit entry, except those of the night itself, of maintenance and of some actions."""
    rows = AuditEntry.objects.exclude(door=DOOR).exclude(door="worker", actor_ref=None).exclude(action__in=ignoring)
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def render_run(row: NightlyRun) -> dict[str, Any]:
    """Return a run with its steps as plain values; see run_night."""
    steps = list(row.steps.order_by("place"))
    return {
        "run": row.pk,
        "day": row.day.isoformat(),
        "origin": row.origin,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "state": str(row.state),
        "seconds": round(sum(one.seconds for one in steps), 2),
        "steps": [
            {
                "step": one.step,
                "label": nightly.label_of(one.step),
                "state": str(one.state),
                "seconds": round(one.seconds, 2),
                "peak_mb": None if one.peak_mb is None else round(one.peak_mb),
                "result": one.result,
                "error": one.error,
            }
            for one in steps
        ],
        "missing": row.missing,
    }


def recent_runs(count: int) -> list[dict[str, Any]]:
    """Return the last runs, newest first."""
    return [render_run(row) for row in NightlyRun.objects.order_by("-pk")[:count]]


@job(JOB)
def run_in_background(progress: Callable[..., None], origin: str = "page", day: str = "") -> dict[str, Any]:
    """Run the night as a job."""
    result = run_night(day=date.fromisoformat(day) if day else None, origin=origin, progress=progress)
    return {name: result[name] for name in ("run", "day", "state")}
