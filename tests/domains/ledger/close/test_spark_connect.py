"""The close on a Spark Connect server in a process of its own: the desk connects by gRPC and gets the same figures."""

import os
import shutil
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import dakehu
from dakehu.domains.ledger.close import chunks as close_chunks
from dakehu.domains.ledger.close import history, spark
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Closing
from dakehu.domains.ledger.trades import compaction
from tests.cast import as_system
from tests.domains.ledger.close.test_buckets import CLIENTS, DAYS, firm  # noqa: F401  # forty clients in small buckets
from tests.domains.ledger.close.test_spark import QUICK_START

SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
WAIT_SECONDS = 90


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Start a Connect server on a free port and name it in SPARK_REMOTE; hide Java from the desk."""
    if spark._pyspark() is None or any(find_spec(name) is None for name in ("grpc", "grpc_status")):
        pytest.skip("the extra for Spark Connect (pip install 'dakehu[spark-connect]') is not installed")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("Java, which the server beside this desk needs, is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    spark_home = Path(spark._pyspark().__file__).parent
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.task.maxFailures": 1,
        "spark.sql.warehouse.dir": tmp_path / "warehouse",
    }
    line = [spark_home / "bin" / "spark-submit", "--class", SERVER, "--master", "local[1]"]
    line += ["--driver-java-options", QUICK_START]
    line += [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    environment = os.environ | {
        "SPARK_HOME": str(spark_home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join([str(Path(dakehu.__file__).parents[1]), str(Path.cwd())]),
    }
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(line, env=environment, cwd=tmp_path, stdout=log, stderr=log)
    try:
        until = time.monotonic() + WAIT_SECONDS
        while not _listens(port):
            assert process.poll() is None and time.monotonic() < until, (tmp_path / "server.log").read_text()
            time.sleep(0.1)
        monkeypatch.setenv("SPARK_REMOTE", f"sc://127.0.0.1:{port}")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("JAVA_HOME", raising=False)
        yield
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("firm", "server")
def test_a_connect_server_computes_what_this_machine_does_without_java_on_the_desk(monkeypatch):
    monkeypatch.setattr(compaction, "ROWS", 100)
    with as_system():
        close_run.close(day=DAYS[-1])  # first, so that the kernel is compiled once, for both
        path = history.path_of(Closing.objects.get().file)
        clients, alone = close_chunks.read(path)
        path.unlink()
        report = close_run.close(day=DAYS[-1], engine="spark")
        same_clients, by_connect = close_chunks.read(path)
    assert (report["clients"], report["unchanged"]) == (CLIENTS, False) and clients.tolist() == same_clients.tolist()
    assert by_connect.reasons.tobytes() == alone.reasons.tobytes()
    # A process that has just compiled the kernel may order sums differently; those that load it give the same bits.
    np.testing.assert_allclose(by_connect.values, alone.values, rtol=1e-11, atol=1e-11, equal_nan=True)
