"""Choose what performs the steps of a close on its buckets: this machine, or a cluster that shares the same folder."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from dakehu.domains.ledger.close import buckets
from dakehu.domains.ledger.close.buckets import Engine
from dakehu.domains.ledger.trades.compaction import damaged_bucket


def get_engine(name: str) -> Callable[[], AbstractContextManager[Engine]]:
    """Return the function that opens an engine, by name. Raises Refused if Spark is not available."""
    if name == "spark":
        from dakehu.domains.ledger.close import spark  # an extra: imported only when requested

        return spark.engine()
    return this_machine


@contextmanager
def this_machine() -> Iterator[Engine]:
    """Yield the engine of this machine: a bucket on each core."""
    yield perform_here


def perform_here(folder: Path, step: str, names: list[str], done: Callable[[int], None]) -> None:
    """Perform a step on some buckets, as many at a time as there are cores. Raises Refused for a damaged bucket."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = [pool.submit(buckets.perform_step, folder, step, name) for name in names]
        try:
            for count, finished in enumerate(as_completed(running), 1):
                finished.result()
                done(count)
        except buckets.DamagedBucket as error:
            raise damaged_bucket(str(error)) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
