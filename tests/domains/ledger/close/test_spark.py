"""The close on Spark, on a real cluster of two workers on this machine: the same figures as without it."""

import os
import shutil
import sys
from datetime import date

import numpy as np
import pytest

from dakehu.analytics import kernel
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.close import spark
from dakehu.domains.ledger.close.chunks import Chunk
from dakehu.domains.ledger.models import Figures
from dakehu.foundation.base.errors import Refused
from tests.cast import as_system
from tests.domains.ledger.close.test_run import DAY, dealt, priced  # noqa: F401  # the same two clients

QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
TWO_WORKERS = (
    f"--master local-cluster[2,1,1024] --conf spark.cores.max=2 --conf spark.scheduler.minRegisteredResourcesRatio=1 "
    f"--conf spark.executor.memory=512m {spark.LOOPBACK} --conf spark.ui.enabled=false "
    "--conf spark.task.maxFailures=1 "
    f"--conf 'spark.executor.extraJavaOptions={QUICK_START}' --driver-java-options '{QUICK_START}' pyspark-shell"
)


@pytest.fixture
def cluster(monkeypatch):
    if spark._pyspark() is None:
        pytest.skip("the extra for Spark (pip install 'dakehu[spark]') is not installed")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("Java, which Spark needs, is not installed")
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", TWO_WORKERS)


def book_of(clients: int) -> kernel.Book:
    """Trades at random, from a seed: buys, part sales, a restless price, some clients with a single trade."""
    chance = np.random.default_rng(20241105)
    days, assets = 260, 40
    counts = chance.integers(1, 30, clients)
    offsets = np.append(0, np.cumsum(counts)).astype(np.int64)
    total = int(offsets[-1])
    owner = np.repeat(np.arange(clients), counts)
    asset, day = chance.integers(0, assets, total), chance.integers(0, days, total)
    order = np.lexsort((day, asset, owner))
    asset, day = asset[order].astype(np.int32), day[order].astype(np.int32)
    quantity = np.where(chance.random(total) < 0.7, 1, -1) * chance.integers(1, 50, total) * 100_000
    prices = 20 * np.exp(np.cumsum(chance.normal(0, 0.02, (assets, days)), axis=1))
    value = np.abs(quantity) / 1000 * prices[asset, day]
    fee = value * 0.0003
    return kernel.Book(
        offsets=offsets,
        asset=asset,
        day=day,
        quantity=quantity,
        value=value,
        fee=fee,
        flow=kernel.securities_flow(quantity, value, fee),
        prices=prices,
        ordinals=np.arange(days) + 19_000,
        market=3000 * np.exp(np.cumsum(chance.normal(0, 0.01, days))),
        kind=(np.arange(assets) % 6).astype(np.int8),
    )


def chunks_in(folder, clients: int, size: int) -> list[Chunk]:
    folder.mkdir()
    return [Chunk(at, min(at + size, clients), folder / f"{at}.parquet") for at in range(0, clients, size)]


def test_two_workers_of_a_cluster_compute_what_this_machine_does_alone(cluster, tmp_path, monkeypatch):
    book, clients = book_of(900), np.arange(900, dtype=np.int64) + 5000
    alone, many = chunks_in(tmp_path / "here", 900, 100), chunks_in(tmp_path / "cluster", 900, 100)
    close_chunks.compute_chunks(book, clients, alone, lambda count: None)
    progress, workers, on_cluster = [], set(), spark._run_on_cluster

    def watched(paths, look):
        workers.update(worker for _, worker in on_cluster(paths, look))

    monkeypatch.setattr(spark, "_run_on_cluster", watched)
    spark.run(book, clients, many, progress.append)
    assert len(workers) == 2 and progress[-1] == 900
    for one, other in zip(alone, many, strict=True):
        (mine, figures), (theirs, same) = close_chunks.read(one.path), close_chunks.read(other.path)
        assert mine.tolist() == theirs.tolist()
        assert figures.reasons.tobytes() == same.reasons.tobytes()
        # Sums may be reordered by the compiler, and processes that compile at the same time may differ in the last bits.
        np.testing.assert_allclose(same.values, figures.values, rtol=1e-11, atol=1e-11, equal_nan=True)


@pytest.mark.django_db
@pytest.mark.usefixtures("dealt", "priced")
def test_what_this_machine_has_begun_the_cluster_finishes(cluster):
    def stop_after_one(share, words=""):
        if share > 0.1:
            raise KeyboardInterrupt

    with as_system():
        with pytest.raises(KeyboardInterrupt):
            close_run.close(day=DAY, at_once=1, progress=stop_after_one)
        told = close_run.close(day=DAY, at_once=1, engine="spark")
        assert (told["chunks_kept"], told["clients"], told["published"]) == (1, 2, True)
        assert [str(row.market_value) for row in Figures.objects.order_by("client")] == ["6000.00", "600.00"]
        assert close_run.close(day=DAY)["unchanged"]


def test_workers_of_another_version_compute_nothing_and_the_close_says_why(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(close_chunks, "kernel_fingerprint", lambda: "of an older release")
    chunks = chunks_in(tmp_path / "cluster", 20, 10)
    with pytest.raises(Refused) as refusal:
        spark.run(book_of(20), np.arange(20), chunks, lambda count: None)
    assert "of another version than the desk's" in str(refusal.value)
    assert "Traceback" not in str(refusal.value) and "\tat " not in str(refusal.value)
    assert not any(chunk.path.exists() for chunk in chunks)


@pytest.mark.django_db
def test_without_the_extra_or_java_the_close_is_refused_and_says_what_to_install(lin, monkeypatch, tmp_path):
    with as_system():
        monkeypatch.setitem(sys.modules, "pyspark", None)
        with pytest.raises(Refused, match=r"dakehu\[spark\]"):
            close_run.close(day=date(2024, 1, 9), engine="spark")
        monkeypatch.setitem(sys.modules, "pyspark", sys)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("JAVA_HOME", raising=False)
        with pytest.raises(Refused, match="Java 17"):
            close_run.close(day=date(2024, 1, 9), engine="spark")
