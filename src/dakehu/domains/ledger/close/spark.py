"""Run the close on a Spark cluster: a task for each bucket, which reads its bucket from the journal itself.

The journal and the folder of the close are on every machine of the cluster under the same path. Spark carries the
names of buckets only. With SPARK_REMOTE (sc://host:port) the desk uses a Spark Connect server and needs no Java;
else the cluster, its memory and rights are configured as usual for Spark: in spark-defaults.conf of SPARK_CONF_DIR, or in
PYSPARK_SUBMIT_ARGS; by default Spark runs on this machine.
"""

import os
import shutil
import socket
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dakehu.domains.ledger.close import buckets
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close.buckets import Engine
from dakehu.domains.ledger.trades.compaction import damaged_bucket
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

LOOPBACK = "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1"
THIS_MACHINE = f"--master local[*] {LOOPBACK} --conf spark.ui.enabled=false pyspark-shell"
LOOK_EVERY = 1.0  # seconds between two progress checks
Task = Callable[[str], tuple[str, str]]  # a bucket's name to (bucket, worker)
DAMAGED = "damaged bucket "  # prefix of the message of a worker that finds its bucket damaged


def engine() -> Callable[[], AbstractContextManager[Engine]]:
    """Return the function that opens the engine. Raises Refused without the extra, or with neither Java nor server."""
    if _pyspark() is None or (is_remote() and find_spec("grpc") is None):
        extra = "spark-connect" if is_remote() else "spark"
        raise Refused(
            {
                "engine": [
                    bilingual(
                        "本机没有安装 Spark 组件，请先运行：pip install 'dakehu[{extra}]'",
                        "The extra for Spark is not installed here; first run: pip install 'dakehu[{extra}]'",
                        extra=extra,
                    )
                ]
            }
        )
    at_home = Path(os.environ.get("JAVA_HOME") or "/nowhere", "bin", "java")
    if not is_remote() and not at_home.is_file() and shutil.which("java") is None:
        raise Refused(
            {
                "engine": [
                    bilingual(
                        "本机没有 Java，Spark 需要 Java 17 或更新版本；请安装后再运行，或用 SPARK_REMOTE 指定 Spark Connect 服务器，或不加 --engine spark。",
                        "There is no Java here and Spark needs 17 or later: install it, name a Spark Connect server in SPARK_REMOTE, or leave out --engine spark.",
                    )
                ]
            }
        )
    return cluster


def is_remote() -> bool:
    """Return whether a Spark Connect server is named."""
    return bool(os.environ.get("SPARK_REMOTE"))


@contextmanager
def cluster() -> Iterator[Engine]:
    """Yield the engine of a cluster; its session begins with the first step and ends with the close."""
    sessions: list[Any] = []

    def perform(folder: Path, step: str, names: list[str], done: Callable[[int], None]) -> None:
        with failures_named():
            if not sessions:
                sessions.append(_session())
            run(sessions[0], folder, step, names, done)

    try:
        yield perform
    finally:
        for session in sessions:
            session.stop()


def run(session: Any, folder: Path, step: str, names: list[str], done: Callable[[int], None]) -> None:
    """Perform a step on each bucket on the cluster, and report progress by the files written."""

    def count() -> int:
        return sum(buckets.output_path(folder, step, name).is_file() for name in names)

    _run_on_cluster(session, folder, step, names, lambda: done(count()))
    done(count())


@contextmanager
def failures_named() -> Iterator[None]:
    """Raise Refused with a readable message if Spark fails."""
    try:
        yield
    except _failures() as error:
        if DAMAGED in str(error):
            raise damaged_bucket(str(error).split(DAMAGED)[1].split()[0]) from error
        raise Refused(
            {
                "engine": [
                    bilingual(
                        "Spark 未能完成：{error}。算好的部分已保留，再次运行即从断处继续。",
                        "Spark did not finish: {error}. Computed buckets are kept; run again to continue.",
                        error=_last_line(error),
                    )
                ]
            }
        ) from error


def _run_on_cluster(
    session: Any, folder: Path, step: str, names: list[str], report: Callable[[], None]
) -> list[tuple[str, str]]:
    """Perform one task for each bucket; return (bucket, worker) of each."""
    code, place, step_name = close_chunks.kernel_fingerprint(), str(folder), step

    def work(name: str) -> tuple[str, str]:
        if close_chunks.kernel_fingerprint() != code:
            raise RuntimeError(f"dakehu on {socket.gethostname()} is of another version than the desk's")
        try:
            buckets.perform_step(Path(place), step_name, name)
        except buckets.DamagedBucket as error:
            raise RuntimeError(f"{DAMAGED}{error} ") from error
        return name, f"{socket.gethostname()}/{os.getppid()}"

    collect = _over_connect(session, names, work) if is_remote() else _over_cluster(session, names, work)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(collect)
        while wait([running], LOOK_EVERY).not_done:
            report()
        return running.result()


def _over_cluster(session: Any, names: list[str], work: Task) -> Callable[[], list[tuple[str, str]]]:
    """Return a function that runs a task for each name as an RDD, which requires neither Arrow nor pandas."""
    collect: Callable[[], list[tuple[str, str]]] = session.sparkContext.parallelize(names, len(names)).map(work).collect
    return collect


def _over_connect(session: Any, names: list[str], work: Task) -> Callable[[], list[tuple[str, str]]]:
    """Return a function that runs a task for each name as a data frame, the only API that Spark Connect supports."""

    def on_worker(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow

        for batch in batches:
            rows = [work(names[number]) for number in batch.column(0).to_pylist()]
            yield pyarrow.RecordBatch.from_pylist([{"bucket": name, "worker": worker} for name, worker in rows])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pandas, which is checked for and not used
        # A number in each partition: a range is split into as many as requested, a list is not.
        tasks = session.range(0, len(names), 1, len(names)).mapInArrow(on_worker, "bucket string, worker string")
    return lambda: [(row.bucket, row.worker) for row in tasks.collect()]


def _session() -> Any:
    """Return a Spark session: of the server named in SPARK_REMOTE, else on this machine unless configured otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        if is_remote():
            return SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).appName("dakehu close").getOrCreate()
        pyspark = _pyspark()
        if not os.environ.get("PYSPARK_SUBMIT_ARGS") and not os.environ.get("SPARK_CONF_DIR"):
            os.environ["PYSPARK_SUBMIT_ARGS"] = THIS_MACHINE
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
        builder = SparkSession.builder.appName("dakehu close").config("spark.ui.showConsoleProgress", "false")
        return builder.config("spark.log.level", "ERROR").getOrCreate()


def _pyspark() -> Any:
    """Return the pyspark package or None. Its warnings about pandas, unused here, are suppressed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pyspark
        except ImportError:
            return None
        return pyspark


def _failures() -> tuple[type[Exception], ...]:
    """Return the exceptions of Spark."""
    from pyspark.errors import PySparkException

    if is_remote():
        from grpc import RpcError

        return (PySparkException, RpcError)
    from py4j.protocol import Py4JError

    return (Py4JError, PySparkException)


def _last_line(error: BaseException) -> str:
    """Return the message of a Spark failure without Python and Java traces."""
    lines = str(error).split("JVM stacktrace")[0].strip().splitlines()
    messages = [line.strip() for line in lines if line.strip() and not line.startswith(("\t", "  "))]
    return messages[-1].rstrip(".") if messages else type(error).__name__
