"""Processor seconds of the PostgreSQL server used by a benchmark, independent of other load on the machine."""

import os
from pathlib import Path

import psutil


def server_seconds() -> float:
    """Return what the server and all its processes have used so far, including ended ones; 0 on SQLite."""
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
