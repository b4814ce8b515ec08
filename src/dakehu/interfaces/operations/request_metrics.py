"""Counts and durations of requests, of all web processes together: each writes its own file, a scrape adds them up.

Files are in DAKEHU_HOME/run/metrics. Those of processes that have ended are added to one file, so that counts never fall
and files do not pile up.
"""

import os
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from dakehu.foundation.base.process_lock import ProcessLock

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where prometheus_client puts the files
RESERVED = 2 << 20  # bytes of each file: mapped pages must be allocated before the disk is full
KINDS = ("counter", "histogram", "gauge_livesum")
ENDED = "ended"


_home = Path(settings.DAKEHU_HOME)  # fixed for the lifetime of this process, as are its files


def folder() -> Path:
    """Return the folder of the files, created if missing."""
    path = _home / "run" / "metrics"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _reserve() -> None:
    """Reserve the files of this process. If that fails, metrics cover this process only."""
    try:
        for kind in KINDS:
            descriptor = os.open(folder() / f"{kind}_{os.getpid()}.db", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(descriptor, 0, RESERVED)
                else:
                    os.ftruncate(descriptor, RESERVED)
            finally:
                os.close(descriptor)
    except OSError:
        return
    os.environ[FOLDER] = str(folder())


_reserve()
if FOLDER in os.environ:
    values.ValueClass = (
        values.MultiProcessValue()
    )  # chosen when the library is imported, perhaps before it had a folder

OWN = CollectorRegistry()
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUESTS = Counter("dakehu_http_requests", "Requests answered.", ("route", "method", "status"), registry=OWN)
DURATION = Histogram(
    "dakehu_http_request_duration_seconds",
    "Time from the request to the start of its answer.",
    ("route", "method"),
    buckets=SECONDS,
    registry=OWN,
)
DATABASE_SECONDS = Counter(
    "dakehu_http_database_seconds", "Time that requests waited for the database.", ("route",), registry=OWN
)
DATABASE_STATEMENTS = Counter(
    "dakehu_http_database_statements", "Statements that requests sent to the database.", ("route",), registry=OWN
)
IN_PROGRESS = Gauge(
    "dakehu_http_requests_in_progress", "Requests being answered now.", registry=OWN, multiprocess_mode="livesum"
)


def register_requests(registry: CollectorRegistry) -> None:
    """Add the figures of all web processes to a registry."""
    if FOLDER in os.environ:
        MultiProcessCollector(registry, path=str(folder()))
    else:
        registry.register(_OwnProcess())


class _OwnProcess:
    """Return the metrics of this process only, where it could not reserve its files."""

    def collect(self) -> Any:
        return OWN.collect()


def web_processes() -> list[int]:
    """Return the ids of the running processes that have files."""
    named = {path.stem.rpartition("_")[2] for path in folder().glob("counter_*.db")}
    return sorted(int(number) for number in named if number.isdecimal() and psutil.pid_exists(int(number)))


def merge_ended() -> None:
    """Add the files of processes that have ended to one file for each kind, and remove them."""
    lock = ProcessLock(_home / "run" / "metrics.lock")
    if not lock.take():
        return  # another process is doing it
    try:
        for kind in KINDS:
            ended = [path for path in folder().glob(f"{kind}_*.db") if _is_process_gone(path)]
            if ended and not kind.startswith("gauge"):
                _merge(ended, folder() / f"{kind}_{ENDED}.db")
            for path in ended:
                path.unlink(missing_ok=True)
    finally:
        lock.release()


def _is_process_gone(path: Path) -> bool:
    number = path.stem.rpartition("_")[2]
    return number.isdecimal() and not psutil.pid_exists(int(number))


def _merge(ended: list[Path], target: Path) -> None:
    """Add the values of files to those of `target`. A crash before the files are removed counts their values twice."""
    totals: dict[str, float] = {}
    for path in [*([target] if target.exists() else []), *ended]:
        for key, value, *_ in MmapedDict.read_all_values_from_file(str(path)):
            totals[key] = totals.get(key, 0.0) + value
    part = target.with_suffix(".new")
    part.unlink(missing_ok=True)
    merged = MmapedDict(str(part))
    for key, value in totals.items():
        merged.write_value(key, value, 0.0)
    merged.close()
    part.replace(target)
