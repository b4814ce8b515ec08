"""A PostgreSQL server for the drives that stop, recover and copy servers: runs as an ordinary user, not root."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import postgres  # the repository must be importable first


class Cluster:
    """Servers in one folder, all with the same password; `programs` is the folder of PostgreSQL's programs."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dakehu-cluster-"))
        self.folder.chmod(0o755)
        self.user = postgres._unprivileged_user()
        self.programs = postgres.find_programs()
        if self.user is not None:
            self.programs = postgres._readable_copy(self.programs, self.folder)
        self.password = secrets.token_hex(12)
        self.password_file = self.folder / "password"
        self.password_file.write_text(self.password)
        pass_file = self.folder / "pgpass"
        pass_file.write_text(f"*:*:*:*:{self.password}\n")
        pass_file.chmod(0o600)
        self.environment = {
            "PATH": f"{self.programs}:{os.environ.get('PATH', '')}",
            "LC_ALL": "C",
            "HOME": str(self.folder),
            "PGPASSFILE": str(pass_file),
        }
        self.give()

    def give(self) -> None:
        """Make the user who runs the servers the owner of the folder."""
        if self.user is not None:
            postgres._give(self.folder, self.user)

    def _as_user(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def run(self, *words: Any, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run a program to completion, as the user of the servers."""
        return subprocess.run(
            [str(word) for word in words],
            cwd=self.folder,
            env=self.environment,
            check=check,
            text=True,
            capture_output=True,
            **self._as_user(),
        )

    def begin(self, *words: Any) -> "subprocess.Popen[bytes]":
        """Start a long-running program."""
        return subprocess.Popen(
            [str(word) for word in words],
            cwd=self.folder,
            env=self.environment,
            start_new_session=True,
            **self._as_user(),
        )

    def initialise(self, data: Path) -> None:
        """Create a data directory."""
        self.run(
            self.programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--pwfile",
            self.password_file,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--no-locale",
        )

    def start(self, data: Path, port: int, **settings: Any) -> "subprocess.Popen[bytes]":
        """Start a server on a data directory, and wait until it accepts connections."""
        every = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": 100}
        options = [part for name, value in (every | settings).items() for part in ("-c", f"{name}={value}")]
        log = (self.folder / f"log-{port}-{time.monotonic_ns()}").open("wb")
        server = subprocess.Popen(
            [str(self.programs / "postgres"), "-D", str(data), *options],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **self._as_user(),
        )
        postgres._wait_until_ready(self.superuser(port), server, Path(log.name))
        return server

    def superuser(self, port: int) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{port}/postgres"

    def urls(self, port: int) -> postgres.Urls:
        """Create the two roles and the database of a desk; return its URLs."""
        return postgres._roles_and_database(self.superuser(port), self.password, port)

    def remove(self, *processes: "subprocess.Popen[bytes] | None") -> None:
        """Stop the processes and remove everything."""
        for process in processes:
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    return postgres._free_port()
