"""Rows per second and peak memory of importing FAR-Trans, compared with django-import-export into the same table.

    .venv/bin/python benchmarks/import_far_trans.py [FILE]
    .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/import_far_trans.py [FILE]

Each line is a separate process with an empty database. dakehu reads the whole file (32,468 rows): it finds the newest
row of each of the 29,090 clients, stores the older ones as history, evaluates every row, writes and seals the audit.
The peer does not do this: it gets the newest rows with columns already mapped and parsed, and a plain copy of the
client model without scope, audit or row versions.
"""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dakehu.foundation.access.actor import acting_as, system_actor

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "../shared/data/far-trans/customer_information.csv"
RUNS = {
    "dakehu, first import": "ours",
    "dakehu, same file again": "again",
    "django-import-export, default": "peer",
    "django-import-export, use_bulk": "peer-bulk",
}
ONE_BY_ONE = 5000  # rows for the peer's default mode, which is too slow for all rows


def database() -> dict[str, str]:
    """Return the URLs of a new, empty database for one run; {} if the run uses SQLite."""
    if not os.environ.get("DAKEHU_OWNER_URL"):
        return {}
    from tests.postgres import make_database

    name = f"bench_{time.time_ns()}"
    make_database(os.environ["DAKEHU_OWNER_URL"], name)
    return {
        key: urlsplit(os.environ[key])._replace(path=f"/{name}").geturl()
        for key in ("DAKEHU_DATABASE_URL", "DAKEHU_OWNER_URL")
    }


def start() -> None:
    import django
    from django.core.management import call_command
    from django.db import connections

    from dakehu.foundation.database.migration_state import rendered_in_place

    django.setup()
    with rendered_in_place():
        call_command("migrate", database="owner" if "owner" in connections else "default", verbosity=0)


def let_the_peer_count() -> None:
    """Allow the peer on PostgreSQL to reset the sequence, which the application's role may not do."""
    from django.db import connections

    if "owner" in connections:
        role = connections["default"].settings_dict["USER"]
        with connections["owner"].cursor() as cursor:
            cursor.execute(f'GRANT UPDATE ON ALL SEQUENCES IN SCHEMA public TO "{role}"')


def ours(path: Path, twice: bool) -> int:
    from dakehu.exchange.imports import service as imports

    if twice:
        imports.run_import(path)
    begun = time.perf_counter()
    report = imports.run_import(path)
    record_seconds(begun)
    assert (report["created"], report["unchanged"]) == ((0, 29090) if twice else (29090, 0)), report
    return 32468


def newest_rows(path: Path) -> list[dict[str, str]]:
    """Return the newest row of each client, with values in the model's storage form."""
    from dakehu.domains.clients.choices import Capacity, RiskLevel

    kept: dict[str, dict[str, str]] = {}
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["customerID"] not in kept or row["timestamp"] >= kept[row["customerID"]]["timestamp"]:
                kept[row["customerID"]] = row
    return [
        {
            "code": row["customerID"],
            "name": row["customerID"],
            "segment": row["customerType"],
            "kind": "institution" if row["customerType"] == "Legal Entity" else "person",
            "risk_level": str(RiskLevel.read(row["riskLevel"].removeprefix("Predicted_")) or ""),
            "risk_basis": "estimated" if row["riskLevel"].startswith("Predicted_") else "tested",
            "capacity": str(Capacity.read(row["investmentCapacity"].removeprefix("Predicted_")) or ""),
            "risk_tested_on": row["lastQuestionnaireDate"],
            "as_of_on": row["timestamp"],
        }
        for row in kept.values()
    ]


def plain_model(label: str = "clients.Client") -> Any:
    """Return a plain model over the table of clients, or of another model."""
    from django.db import models

    from dakehu.foundation.schema.fields import model_of

    fields: dict[str, Any] = {}
    meant = model_of(label)._meta
    for field in meant.concrete_fields:
        if field.is_relation:
            fields[field.name] = models.BigIntegerField(null=True, db_column=field.column)
        else:
            fields[field.name] = field.clone()
    meta = type("Meta", (), {"app_label": "clients", "db_table": meant.db_table, "managed": False})
    return type(f"Twin{meant.object_name}", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})


def peer(path: Path, bulk: bool) -> int:
    import tablib
    from import_export import resources

    let_the_peer_count()
    rows = newest_rows(path)
    rows = rows if bulk else rows[:ONE_BY_ONE]
    meta = {
        "model": plain_model(),
        "import_id_fields": ["code"],
        "fields": list(rows[0]),
        "use_bulk": bulk,
        "skip_diff": bulk,
        "batch_size": 1000,
    }
    resource_class = type("Clients", (resources.ModelResource,), {"Meta": type("Meta", (), meta)})
    begun = time.perf_counter()
    data = tablib.Dataset(headers=list(rows[0]))
    for row in rows:
        data.append(list(row.values()))
    result = resource_class().import_data(data, raise_errors=True)
    record_seconds(begun)
    assert result.totals["new"] == len(rows), result.totals
    return len(rows)


SECONDS: list[float] = []


def record_seconds(begun: float) -> None:
    SECONDS.append(time.perf_counter() - begun)


def child(kind: str, path: Path) -> None:
    start()

    with acting_as(system_actor("benchmark", "cli")):
        rows = ours(path, kind == "again") if kind in ("ours", "again") else peer(path, kind == "peer-bulk")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"rows": rows, "seconds": round(SECONDS[0], 2), "peak_mb": peak}))


def main() -> int:
    """Run each line in turn and print one table. Return 2 if the data are missing."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    if not path.exists():
        print(f"{path.name} is not here: give its path as the argument", file=sys.stderr)
        return 2
    where = "PostgreSQL" if os.environ.get("DAKEHU_OWNER_URL") else "SQLite"
    print(f"{where:32} {'rows':>8} {'seconds':>8} {'rows/s':>8} {'peak MB':>8}")
    for label, kind in RUNS.items():
        with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as home:
            given = {
                **os.environ,
                **database(),
                "DAKEHU_HOME": home,
                "DJANGO_SETTINGS_MODULE": "dakehu.project.settings",
            }
            run = subprocess.run(
                [sys.executable, __file__, "--child", kind, str(path)],
                env=given,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
        if run.returncode:
            print(run.stderr[-3000:], file=sys.stderr)
            return run.returncode
        report = json.loads(run.stdout.splitlines()[-1])
        speed = report["rows"] / report["seconds"]
        print(f"{label:32} {report['rows']:>8,} {report['seconds']:>8} {speed:>8,.0f} {report['peak_mb']:>8,}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main())
