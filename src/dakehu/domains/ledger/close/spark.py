"""Run the close on a Spark cluster: the same kernel over buckets of clients, one task per bucket.

Buckets and figures are in the folder of the close, which every machine of the cluster sees under the same path. Spark
carries only their names, so it needs neither Arrow nor pandas. The cluster, its memory and rights are configured as
usual for Spark: in spark-defaults.conf of SPARK_CONF_DIR, or in PYSPARK_SUBMIT_ARGS; by default Spark runs on this
machine.
"""

import os
import shutil
import socket
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from dakehu.analytics import kernel, month_ends
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close.chunks import Chunk
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

LOOPBACK = "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1"
THIS_MACHINE = f"--master local[*] {LOOPBACK} --conf spark.ui.enabled=false pyspark-shell"
SHARED = ("prices", "ordinals", "market", "kind")
OWN = ("offsets", "asset", "day", "quantity", "value", "fee", "flow")
LOOK_EVERY = 1.0  # seconds between two progress checks


def engine() -> close_chunks.Engine:
    """Return the Spark engine. Raises Refused where the extra or Java is missing."""
    if _pyspark() is None:
        raise Refused(
            {
                "engine": [
                    bilingual(
                        "本机没有安装 Spark 组件，请先运行：pip install 'dakehu[spark]'",
                        "The extra for Spark is not installed here; first run: pip install 'dakehu[spark]'",
                    )
                ]
            }
        )
    at_home = Path(os.environ.get("JAVA_HOME") or "/nowhere", "bin", "java")
    if not at_home.is_file() and shutil.which("java") is None:
        raise Refused(
            {
                "engine": [
                    bilingual(
                        "本机没有 Java，Spark 需要 Java 17 或更新版本；请安装后再运行，或不加 --engine spark。",
                        "There is no Java here and Spark needs 17 or later: install it, or leave out --engine spark.",
                    )
                ]
            }
        )
    return run


def run(book: kernel.Book, clients: np.ndarray, chunks: list[Chunk], done: Callable[[int], None]) -> None:
    """Write the buckets, compute each on the cluster, and report progress by the files written."""
    if not chunks:
        return
    folder = chunks[0].path.parent
    np.savez(folder / "shared.npz", **{name: getattr(book, name) for name in SHARED})
    for chunk in chunks:
        part = close_book.slice_book(book, chunk.begin, chunk.end)
        client_arrays = {name: getattr(part, name) for name in OWN}
        np.savez(_bucket(chunk.path), clients=clients[chunk.begin : chunk.end], **client_arrays)
    try:
        _run_on_cluster([str(chunk.path) for chunk in chunks], lambda: done(_finished_clients(chunks)))
    except _failures() as error:
        raise Refused(
            {
                "engine": [
                    bilingual(
                        "Spark 未能完成：{error}。算好的部分已保留，再次运行即从断处继续。",
                        "Spark did not finish: {error}. Computed chunks are kept; run again to continue.",
                        error=_last_line(error),
                    )
                ]
            }
        ) from error
    done(_finished_clients(chunks))


def compute(path: Path) -> int:
    """Compute the figures of one bucket on one core, as a worker; return its number of clients."""
    with np.load(_bucket(path)) as stored:
        client_arrays = {name: stored[name] for name in OWN}
        clients = stored["clients"]
    book = kernel.Book(**client_arrays, **_shared(path.with_name("shared.npz")))
    close_chunks.write(path, clients, kernel.compute(book, threads=1), month_ends.compute(book))
    return len(clients)


@lru_cache(maxsize=1)
def _shared(path: Path) -> dict[str, np.ndarray]:
    """Return prices and calendar, read once per worker. The folder is named after the inputs' digest."""
    with np.load(path) as stored:
        return {name: stored[name] for name in SHARED}


def _bucket(path: Path) -> Path:
    """Return the path of a chunk's input."""
    return path.with_suffix(".npz")


def _finished_clients(chunks: list[Chunk]) -> int:
    """Return the number of clients whose chunk is written."""
    return sum(chunk.end - chunk.begin for chunk in chunks if chunk.path.is_file())


def _run_on_cluster(paths: list[str], report: Callable[[], None]) -> list[tuple[int, str]]:
    """Run one task per path; return (clients, worker) of each bucket."""
    code = close_chunks.kernel_fingerprint()

    def work(path: str) -> tuple[int, str]:
        if close_chunks.kernel_fingerprint() != code:
            raise RuntimeError(f"dakehu on {socket.gethostname()} is of another version than the desk's")
        return compute(Path(path)), f"{socket.gethostname()}/{os.getppid()}"

    spark = _session()
    try:
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(spark.sparkContext.parallelize(paths, len(paths)).map(work).collect)
            while wait([running], LOOK_EVERY).not_done:
                report()
            return running.result()
    finally:
        spark.stop()


def _session() -> Any:
    """Return a Spark session, on this machine unless configured otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

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
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (Py4JError, PySparkException)


def _last_line(error: BaseException) -> str:
    """Return the message of a Spark failure without Python and Java traces."""
    lines = str(error).split("JVM stacktrace")[0].strip().splitlines()
    messages = [line.strip() for line in lines if line.strip() and not line.startswith(("\t", "  "))]
    return messages[-1].rstrip(".") if messages else type(error).__name__
