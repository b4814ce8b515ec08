"""The close on a Spark cluster: the same kernel over buckets of clients, one Spark task for each bucket.

Buckets and figures lie in the folder of the close, which every machine of the cluster sees under the same path. Spark
carries only their names, so that it needs neither Arrow nor pandas. Which cluster, with how much memory and whose rights, is said as always with Spark: in the
spark-defaults.conf of SPARK_CONF_DIR, or in PYSPARK_SUBMIT_ARGS; said nowhere, Spark runs on this machine.
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

from dakehu.analytics import kernel
from dakehu.domains.ledger.close import book as close_book
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close.chunks import Chunk
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

LOOPBACK = "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1"
THIS_MACHINE = f"--master local[*] {LOOPBACK} --conf spark.ui.enabled=false pyspark-shell"
SHARED = ("prices", "ordinals", "market", "kind")
OWN = ("offsets", "asset", "day", "quantity", "value", "fee", "flow")
LOOK_EVERY = 1.0  # seconds between two looks at how many chunks are there


def engine() -> close_chunks.Engine:
    """Refused where the extra or Java is absent."""
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
    """Write the buckets, have the cluster turn each into a file of figures, and look at the files meanwhile."""
    if not chunks:
        return
    folder = chunks[0].path.parent
    np.savez(folder / "shared.npz", **{name: getattr(book, name) for name in SHARED})
    for chunk in chunks:
        part = close_book.slice_book(book, chunk.begin, chunk.end)
        own = {name: getattr(part, name) for name in OWN}
        np.savez(_bucket(chunk.path), clients=clients[chunk.begin : chunk.end], **own)
    try:
        _on_cluster([str(chunk.path) for chunk in chunks], lambda: done(_there(chunks)))
    except _failures() as fault:
        raise Refused(
            {
                "engine": [
                    bilingual(
                        "Spark 未能完成：{told}。算好的部分已保留，再次运行即从断处继续。",
                        "Spark did not finish: {told}. What is computed is kept; run again to go on from there.",
                        told=_last_line(fault),
                    )
                ]
            }
        ) from fault
    done(_there(chunks))


def compute(path: Path) -> int:
    """What a worker does: the figures of one bucket, on one core; returns how many clients it had."""
    with np.load(_bucket(path)) as stored:
        own = {name: stored[name] for name in OWN}
        clients = stored["clients"]
    book = kernel.Book(**own, **_shared(path.with_name("shared.npz")))
    close_chunks.write(path, clients, kernel.compute(book, threads=1))
    return len(clients)


@lru_cache(maxsize=1)
def _shared(path: Path) -> dict[str, np.ndarray]:
    """Prices and calendar, read once by each worker. Their folder is named after the digest of what is closed."""
    with np.load(path) as stored:
        return {name: stored[name] for name in SHARED}


def _bucket(path: Path) -> Path:
    return path.with_suffix(".npz")


def _there(chunks: list[Chunk]) -> int:
    return sum(chunk.end - chunk.begin for chunk in chunks if chunk.path.is_file())


def _on_cluster(paths: list[str], look: Callable[[], None]) -> list[tuple[int, str]]:
    """One task for each path; returns (clients, worker) of each bucket."""
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
                look()
            return running.result()
    finally:
        spark.stop()


def _session() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        pyspark = _pyspark()
        if not os.environ.get("PYSPARK_SUBMIT_ARGS") and not os.environ.get("SPARK_CONF_DIR"):
            os.environ["PYSPARK_SUBMIT_ARGS"] = THIS_MACHINE
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
        told = SparkSession.builder.appName("dakehu close").config("spark.ui.showConsoleProgress", "false")
        return told.config("spark.log.level", "ERROR").getOrCreate()


def _pyspark() -> Any:
    """The package, or None. It warns of pandas, which nothing here uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pyspark
        except ImportError:
            return None
        return pyspark


def _failures() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (Py4JError, PySparkException)


def _last_line(fault: BaseException) -> str:
    """What a failure says, without the traces of Python and Java that Spark puts around it."""
    lines = str(fault).split("JVM stacktrace")[0].strip().splitlines()
    told = [line.strip() for line in lines if line.strip() and not line.startswith(("\t", "  "))]
    return told[-1].rstrip(".") if told else type(fault).__name__
