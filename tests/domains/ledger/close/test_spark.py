"""The close on Spark, on a real cluster of two workers on this machine: the same figures as without it."""

import os
import shutil
import sys
from datetime import date

import numpy as np
import pytest

from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import history, spark
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Closing, Figures
from dakehu.domains.ledger.trades import compaction, journal
from dakehu.foundation.base.errors import Refused
from tests.cast import as_system
from tests.domains.ledger.close.test_buckets import CLIENTS, DAYS, firm  # noqa: F401  # forty clients in small buckets
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


@pytest.mark.django_db
@pytest.mark.usefixtures("firm")
def test_two_workers_of_a_cluster_compute_what_this_machine_does_alone(cluster, monkeypatch):
    monkeypatch.setattr(compaction, "ROWS", 100)
    workers, on_cluster = set(), spark._run_on_cluster

    def watched(*call):
        workers.update(worker for _, worker in on_cluster(*call))

    monkeypatch.setattr(spark, "_run_on_cluster", watched)
    with as_system():
        report = close_run.close(day=DAYS[-1], engine="spark")
        clients, on_many = close_chunks.read(history.path_of(Closing.objects.get().file))
        rows = list(Figures.objects.order_by("client").values_list("market_value", "reasons"))
        history.path_of(Closing.objects.get().file).unlink()
        assert not close_run.close(day=DAYS[-1])["unchanged"]
        same_clients, alone = close_chunks.read(history.path_of(Closing.objects.get().file))
        assert rows == list(Figures.objects.order_by("client").values_list("market_value", "reasons"))
    assert len(workers) == 2 and report["clients"] == CLIENTS and clients.tolist() == same_clients.tolist()
    assert on_many.reasons.tobytes() == alone.reasons.tobytes()
    # Sums may be reordered by the compiler, and processes that compile at the same time may differ in the last bits.
    np.testing.assert_allclose(on_many.values, alone.values, rtol=1e-11, atol=1e-11, equal_nan=True)


@pytest.mark.django_db
@pytest.mark.usefixtures("dealt", "priced")
def test_what_this_machine_has_begun_the_cluster_finishes_and_another_version_computes_nothing(cluster, monkeypatch):
    def stop_after_one(share, words=""):
        if share > 0.1:
            raise KeyboardInterrupt

    monkeypatch.setattr(compaction, "ROWS", 1)
    with as_system():
        with pytest.raises(KeyboardInterrupt):
            close_run.close(day=DAY, progress=stop_after_one)
        for path in sorted((journal.folder().parent / "close").glob("*/b-*[0-9a-f].parquet"))[:1]:
            path.unlink()  # the second was not finished
        with monkeypatch.context() as older:
            older.setattr(close_chunks, "kernel_fingerprint", lambda: "of an older release")
            with pytest.raises(Refused) as refusal:
                close_run.close(day=DAY, engine="spark")
        assert "of another version than the desk's" in str(refusal.value)
        assert "Traceback" not in str(refusal.value) and "\tat " not in str(refusal.value)
        report = close_run.close(day=DAY, engine="spark")
        assert report["chunks_kept"] >= 1 and (report["clients"], report["published"]) == (2, True)
        assert [str(row.market_value) for row in Figures.objects.order_by("client")] == ["6000.00", "600.00"]
        assert close_run.close(day=DAY)["unchanged"]


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
