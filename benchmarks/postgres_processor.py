"""Processor seconds of the PostgreSQL server that a benchmark runs beside, whatever else the machine does meanwhile."""

import os
from pathlib import Path

import psutil


def server_seconds() -> float:
    """Return what the server and all its processes have used so far, those that have ended included; 0 on SQLite."""
    url = os.environ.get("DAKEHU_SUPERUSER_URL")
    if not url:
        return 0.0
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    server = psutil.Process(int((Path(row[0]) / "postmaster.pid").read_text().split()[0]))
    own = server.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for process in server.children(recursive=True):
        try:
            total += sum(process.cpu_times()[:2])
        except psutil.Error:
            continue
    return total
