"""The files in deploy/: units that systemd accepts, scripts that shells accept, an image that does not run as root."""

import itertools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dakehu.foundation.base.env import SETTINGS
from dakehu.interfaces.cli.arguments import parser

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
PROGRAM = "/opt/dakehu/bin/dakehu"


def value_of(unit, name):
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not on this machine (apt-get install systemd)"
)
def test_systemd_accepts_every_unit_and_finds_the_desk_well_shut_in(tmp_path):
    for path in UNITS:  # with an existing program in place of the installed one
        text = path.read_text().replace(PROGRAM, sys.executable).replace("/usr/bin/pg_receivewal", sys.executable)
        (tmp_path / path.name).write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    verified = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in verified.stderr.splitlines() if "dakehu" in line]
    assert verified.returncode == 0 and ours == [], verified.stderr
    words = ["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(tmp_path / "dakehu.service")]
    judged = subprocess.run(words, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout[-300:]  # an exposure of 2.5 of 10 at most


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_every_service_runs_as_nobody_special_and_can_write_to_its_own_folders_only(unit):
    assert value_of(unit, "User")[0].startswith("dakehu")
    assert value_of(unit, "ProtectSystem") == ["strict"] and value_of(unit, "NoNewPrivileges") == ["yes"]
    written = {"/var/lib/dakehu", "/var/backups/dakehu", "/var/backups/dakehu/received"}
    assert {path for line in value_of(unit, "ReadWritePaths") for path in line.split()} <= written


def test_every_command_in_a_unit_is_one_that_the_program_has():
    read = parser()
    for unit in SERVICES:
        for line in value_of(unit, "ExecStart"):
            found = re.search(rf"{PROGRAM} ([^'\n]+)", line)
            if found:
                words = re.sub(r'"[^"]*"', "a-path", found[1]).replace("%d", "/run/credentials").split()
                assert read.parse_args(words).command == words[0], unit.name


def test_every_setting_named_in_deploy_is_one_that_the_desk_reads():
    named = set()
    for path in [*UNITS, DEPLOY / "dakehu.env.example", DEPLOY / "Containerfile"]:
        named |= set(re.findall(r"\bDAKEHU_[A-Z_]+(?==)", path.read_text()))
    assert {name.removesuffix("_FILE") if name.removesuffix("_FILE") in SETTINGS else name for name in named} <= set(
        SETTINGS
    )


@pytest.mark.parametrize("script", sorted((DEPLOY / "postgres").glob("*.sh")), ids=lambda path: path.stem)
def test_a_shell_reads_every_script(script):
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    assert script.stat().st_mode & 0o111


def test_the_image_is_not_roots_copies_what_is_there_and_says_whether_it_lives():
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    known = "FROM RUN COPY ENV USER WORKDIR VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split()
    assert {word for word, _ in lines} <= set(known)
    last = lines[max(place for place, (word, _) in enumerate(lines) if word == "FROM") :]
    assert [rest for word, rest in last if word == "USER"] == ["10001"]
    assert "/health" in next(rest for word, rest in last if word == "HEALTHCHECK")
    assert json.loads(next(rest for word, rest in last if word == "CMD"))[0] == "serve"
    for word, rest in lines:
        if word == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / source).exists() for source in rest.split()[:-1]), rest


def test_the_proxy_keeps_figures_to_operators_and_streams_unbuffered():
    text = (DEPLOY / "nginx.conf").read_text()
    assert text.count("{") == text.count("}")
    assert re.search(r"location = /metrics \{ return 404; \}", text) and "proxy_buffering off" in text
    assert "X-Forwarded-For $remote_addr" in text  # not what the client sent


@pytest.mark.skipif(
    shutil.which("nginx") is None or shutil.which("openssl") is None,
    reason="nginx is not on this machine (apt-get install nginx-light)",
)
def test_nginx_accepts_the_proxys_file(tmp_path):
    key, certificate = str(tmp_path / "privkey.pem"), str(tmp_path / "fullchain.pem")
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*words, "-subj", "/CN=desk", "-keyout", key, "-out", certificate], capture_output=True, check=True)
    site = (DEPLOY / "nginx.conf").read_text().replace("/etc/ssl/dakehu", str(tmp_path))
    places = itertools.count()  # nginx binds the addresses too: sockets of the test instead of 80 and 443
    sockets = re.sub(r"listen (\[::\]:)?(443|80)\b", lambda _: f"listen unix:{tmp_path}/{next(places)}", site)
    (tmp_path / "site.conf").write_text(sockets)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    tried = subprocess.run(
        ["nginx", "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert tried.returncode == 0, tried.stderr
