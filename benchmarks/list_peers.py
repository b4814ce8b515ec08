"""The contact list of two peers compared with dakehu's, each with the same number of contacts, on one PostgreSQL
server in one run.

    .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/list_peers.py [--contacts 100000]
        [--seconds 4] [--folder FOLDER]

The peers are creme-crm and Tryton's party module, each installed by pip into a separate environment under `--folder`
(kept for the next time), in the configuration that their documentation gives for production: gunicorn, as many
processes as cores. Creme renders its page of HTML; Tryton answers its desktop client's JSON call for the same rows;
dakehu answers its grid's. Each is requested by a signed-in user who sees everything, 50 rows per request, after a
warm-up. Peers have neither pinyin nor blind indexes: unsupported searches are omitted.
"""

import argparse
import atexit
import base64
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks import list_million  # noqa: E402  (the repository must be importable first)
from benchmarks.http_load import Ask, free_port, measure_latency  # noqa: E402

USERS = (1, 16)
PACKAGES = {
    "creme": ("creme-crm~=2.8", "gunicorn", "psycopg[binary]"),
    "tryton": ("trytond~=8.2", "trytond_party~=8.2", "gunicorn", "psycopg[binary]", "psycopg_pool"),
}
CASES = ("list page of 50", "filter and sort", "by fragment", "by last four")
FRAGMENTS = ("张伟", "娜", "王芳", "静", "洋", "建国", "曾", "志辉", "萧", "晓")
SURNAMES = "王李张刘陈"


def environment(folder: Path, name: str) -> Path:
    """Return the Python of a peer's environment, creating it if missing."""
    home = folder / name
    if not (home / "bin" / "gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "-q", *PACKAGES[name]], check=True)
    return home / "bin"


def four(dice: random.Random) -> str:
    return f"{dice.randrange(10_000):04}"


# --- the same contacts for all ---------------------------------------------------------------------


def contacts(count: int) -> Iterator[tuple[str, str, str]]:
    """Yield (surname, given name, mobile)."""
    from benchmarks.made_clients import FAMILY, GIVEN

    draw = random.Random(5)
    for _ in range(count):
        yield draw.choice(FAMILY), "".join(draw.choices(GIVEN, k=2)), f"1{draw.randrange(3_000_000_000, 9_999_999_999)}"


CREME_CHILD = """
    import json, sys
    import django
    django.setup()
    from django.contrib.auth import get_user_model
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction
    from creme.persons import get_contact_model
    rows = [line.rstrip("\\n").split("\\t") for line in open(sys.argv[1], encoding="utf-8")]
    Contact = get_contact_model()
    from creme.creme_core.models import CremeEntity
    from uuid import uuid4
    from django.utils.timezone import now
    user = get_user_model().objects.filter(is_superuser=True, is_staff=False).first() or get_user_model().objects.get(pk=1)
    if Contact.objects.count() < len(rows):
        kind = ContentType.objects.get_for_model(Contact)
        with transaction.atomic(), connection.cursor() as cursor:
            entities = [CremeEntity(user=user, entity_type=kind, created=now(), modified=now(), uuid=uuid4(),
                                    header_filter_search_field=f"{a} {b}") for a, b, _ in rows]
            CremeEntity.objects.bulk_create(entities, batch_size=5000)
            table = Contact._meta.db_table
            names = [f.column for f in Contact._meta.local_concrete_fields]
            blank = Contact()
            made = []
            for entity, (a, b, mobile) in zip(entities, rows):
                told = {f.column: f.get_db_prep_save(f.pre_save(blank, True), connection)
                        for f in Contact._meta.local_concrete_fields[1:]} if not made else dict(made[0])
                told.update(cremeentity_ptr_id=entity.pk, last_name=a, first_name=b, mobile=mobile)
                made.append(told)
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
                               [[one[n] for n in names] for one in made])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    from django.test import Client as Browser
    browser = Browser()
    browser.force_login(user)
    print(json.dumps({"cookie": "; ".join(f"{k}={v.value}" for k, v in browser.cookies.items()),
                      "address": Contact.get_lv_absolute_url(), "count": Contact.objects.count()}))
"""


def creme(
    folder: Path, url: str, rows: Path, port: int
) -> tuple[subprocess.Popen[bytes], dict[str, Callable[[], Ask]], str]:
    """Set creme up, fill and serve it."""
    bin_, home = environment(folder, "creme"), folder / "creme-project"
    if not home.exists():
        home.mkdir()
        subprocess.run(
            [str(bin_ / "creme"), "creme_start_project", "bench"], cwd=home, check=True, stdout=subprocess.DEVNULL
        )
    place = urlsplit(url)
    local = home / "bench" / "bench" / "measured.py"
    local.write_text(
        textwrap.dedent(f"""
        from .settings import *
        ADMINS = []
        SECRET_KEY = "benchmark"
        ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
        DEBUG = False
        DATABASES = {{"default": {{"ENGINE": "django.db.backends.postgresql", "NAME": "creme", "USER": {place.username!r},
            "PASSWORD": {place.password or ""!r}, "HOST": {place.hostname or ""!r}, "PORT": {str(place.port or "")!r}}}}}
    """),
        encoding="utf-8",
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench.measured", "PYTHONPATH": str(home / "bench")}
    for command in (("migrate", "-v", "0"), ("creme_populate", "-v", "0"), ("generatemedia",)):
        subprocess.run(
            [str(bin_ / "creme"), *command], env=env, cwd=home / "bench", check=True, stdout=subprocess.DEVNULL
        )
    child = subprocess.run(
        [str(bin_ / "python"), "-c", textwrap.dedent(CREME_CHILD), str(rows)],
        env=env,
        cwd=home / "bench",
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    ready = json.loads(child.stdout.splitlines()[-1])
    server = gunicorn(bin_, env, home / "bench", "bench.wsgi:application", port)
    dice, address = random.Random(3), ready["address"]

    def page(**given: str) -> Ask:
        report = {"rows": "50", **given}
        return "GET", f"{address}?" + "&".join(f"{k}={quote(v)}" for k, v in report.items()), None

    return (
        server,
        {
            "list page of 50": lambda: page(),
            "filter and sort": lambda: page(
                **{
                    "search-regular_field-last_name": dice.choice(SURNAMES),
                    "sort_key": "regular_field-first_name",
                    "sort_order": "DESC",
                }
            ),
            "by fragment": lambda: page(**{"search-regular_field-first_name": dice.choice(FRAGMENTS)[-1]}),
            "by last four": lambda: page(**{"search-regular_field-mobile": four(dice)}),
        },
        f"Cookie: {ready['cookie']}\r\nX-Requested-With: XMLHttpRequest",
    )


def tryton(
    folder: Path, url: str, rows: Path, port: int
) -> tuple[subprocess.Popen[bytes], dict[str, Callable[[], Ask]], str]:
    """Set Tryton up, fill and serve it."""
    bin_, config = environment(folder, "tryton"), folder / "trytond.conf"
    config.write_text(
        f"[database]\nuri = {url.rpartition('/')[0]}\n[web]\nlisten = 127.0.0.1:{port}\n", encoding="utf-8"
    )
    password = folder / "tryton-password"
    password.write_text("Benchmark-2026\n", encoding="utf-8")
    env = {
        **os.environ,
        "TRYTOND_CONFIG": str(config),
        "TRYTONPASSFILE": str(password),
        "TRYTOND_DATABASE_NAMES": "tryton",
    }
    subprocess.run(
        [
            str(bin_ / "trytond-admin"),
            "-c",
            str(config),
            "-d",
            "tryton",
            "--all",
            "-u",
            "party",
            "--activate-dependencies",
            "--email",
            "admin@example.com",
        ],
        env=env,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    pour_parties(url.rpartition("/")[0] + "/tryton", rows)
    server = gunicorn(bin_, env, folder, "trytond.application:app", port)
    login = call(port, "common.db.login", ["admin", {"password": "Benchmark-2026"}], {})
    session = base64.b64encode(f"admin:{login[0]}:{login[1]}".encode()).decode()
    dice, context = random.Random(3), {"language": "en"}
    fields = ["name", "code", "lang", "full_name", "active"]

    def search(domain: list[object], order: list[list[str]] | None = None) -> Ask:
        report = {"id": 1, "method": "model.party.party.search_read", "params": [domain, 0, 50, order, fields, context]}
        return "POST", "/tryton/rpc/", json.dumps(report).encode()

    return (
        server,
        {
            "list page of 50": lambda: search([]),
            "filter and sort": lambda: search([["name", "ilike", f"{dice.choice(SURNAMES)}%"]], [["name", "DESC"]]),
            "by fragment": lambda: search([["name", "ilike", f"%{dice.choice(FRAGMENTS)}%"]]),
            "by last four": lambda: search([["contact_mechanisms.value", "ilike", f"%{four(dice)}"]]),
        },
        f"Authorization: Session {session}\r\nContent-Type: application/json",
    )


def pour_parties(url: str, rows: Path) -> None:
    """Insert parties and their mobiles by SQL: its own models would take an hour."""
    import psycopg

    with psycopg.connect(url) as server, server.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM party_party")
        report = [line.rstrip("\n").split("\t") for line in rows.open(encoding="utf-8")]
        if (cursor.fetchone() or (0,))[0] >= len(report):
            return
        with cursor.copy("COPY party_party (id, name, code, active, create_date) FROM STDIN") as into:
            for number, (a, b, _) in enumerate(report, 1000):
                into.write_row((number, a + b, str(number), True, "2026-11-23"))
        with cursor.copy(
            "COPY party_contact_mechanism (id, party, type, value, value_compact, active, create_date) FROM STDIN"
        ) as into:
            for number, (_, _, mobile) in enumerate(report, 1000):
                into.write_row((number, number, "mobile", mobile, mobile, True, "2026-11-23"))
        for table in ("party_party", "party_contact_mechanism"):
            cursor.execute(f"SELECT setval('{table}_id_seq', 2000000)")
        cursor.execute("ANALYZE")


def call(port: int, method: str, params: list[object], headers: dict[str, str]) -> list[object]:
    body = json.dumps({"id": 0, "method": method, "params": params}).encode()
    with urlopen(
        Request(f"http://127.0.0.1:{port}/tryton/rpc/", body, {"Content-Type": "application/json", **headers}),
        timeout=30,
    ) as answer:
        report = json.load(answer)
    if "error" in report:
        raise SystemExit(f"Tryton: {report}")
    return report["result"]


def gunicorn(bin_: Path, env: dict[str, str], cwd: Path, app: str, port: int) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(
        [
            str(bin_ / "gunicorn"),
            "-w",
            str(os.cpu_count() or 2),
            "--threads",
            "8",
            "-b",
            f"127.0.0.1:{port}",
            "--log-level",
            "error",
            app,
        ],
        env=env,
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(server.terminate)
    for _ in range(120):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            time.sleep(2)
            return server
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"{app} does not answer")


def own_cases() -> dict[str, Callable[[], Ask]]:
    dice = random.Random(3)

    def rows(**given: str) -> Ask:
        asked = "".join(f"&{name}={quote(value)}" for name, value in given.items())
        return "GET", f"/clients/rows?size=50&show={list_million.SHOWN}{asked}", None

    return {
        "list page of 50": lambda: rows(),
        "filter and sort": lambda: rows(name=dice.choice(SURNAMES), sort="-name"),
        "by fragment": lambda: rows(q=dice.choice(FRAGMENTS)),
        "by last four": lambda: rows(q=four(dice)),
    }


def table(name: str, port: int, head: str, cases: dict[str, Callable[[], Ask]], seconds: float) -> None:
    for case in CASES:
        cells = [measure_latency(port, head, cases[case], users, seconds) for users in USERS]
        print(f"{name:8}{case:20}" + "".join(f"{cell:>26}" for cell in cells), flush=True)


def main() -> int:
    """Fill, serve and measure in turn; also print the load of the machine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "dakehu-peers")
    parser.add_argument("--only", default="", help="one of dakehu, creme, tryton")
    line = parser.parse_args()
    line.folder.mkdir(parents=True, exist_ok=True)
    owner = os.environ["DAKEHU_SUPERUSER_URL"]
    make_databases(owner)
    rows = line.folder / f"contacts-{line.contacts}.tsv"
    rows.write_text("".join(f"{a}\t{b}\t{c}\n" for a, b, c in contacts(line.contacts)), encoding="utf-8")
    print(f"{line.contacts:,} contacts; load of the machine {os.getloadavg()[0]:.1f}; p50 / p95 in ms")
    print(f"{'':28}" + "".join(f"{f'{users} users':>26}" for users in USERS))
    for name, make in {"creme": creme, "tryton": tryton}.items():
        if line.only in ("", name):
            with free_port() as port:
                server, cases, head = make(line.folder, owner, rows, port)
                try:
                    table(name, port, head, cases, line.seconds)
                finally:
                    server.terminate()
                    server.wait(timeout=30)
    if line.only in ("", "dakehu"):
        measure_dakehu(line)
    print(f"load afterwards {os.getloadavg()[0]:.1f}")
    return 0


def measure_dakehu(line: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as folder:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "dakehu.project.settings",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
            "DAKEHU_HOME": folder,
        }
        plain = {k: v for k, v in env.items() if k not in ("DAKEHU_DATABASE_URL", "DAKEHU_OWNER_URL")}
        cookies = {}
        for what, given in (("sqlite", plain), ("postgresql", env)):
            made = subprocess.run(
                [sys.executable, list_million.__file__, "--child", what, folder, str(line.contacts)],
                env=given,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            cookies = json.loads(made.stdout.splitlines()[-1])["cookies"]
        with list_million.running_server(env) as port:
            table(
                "dakehu",
                port,
                f"Cookie: {cookies['compliance']}\r\nAccept: application/json",
                own_cases(),
                line.seconds,
            )


def make_databases(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        have = {name for (name,) in server.execute("SELECT datname FROM pg_database")}
        for name in ("creme", "tryton"):
            if name not in have:
                server.execute(f"CREATE DATABASE {name}")


if __name__ == "__main__":
    sys.exit(main())
