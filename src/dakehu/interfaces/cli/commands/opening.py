"""Open a file on the desk: on its import page, signed in where that is safe (decision 0075)."""

import argparse
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.db import connections

from dakehu.domains.team import first_account
from dakehu.domains.team import queries as team
from dakehu.domains.team.sign_in import backends, one_time_links
from dakehu.domains.team.sign_in.one_time_links import MINUTES, Purpose
from dakehu.exchange.imports import kept_files
from dakehu.exchange.imports import service as import_service
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual, in_language, language
from dakehu.foundation.imports import batches
from dakehu.interfaces.cli import links, server
from dakehu.interfaces.cli.commands.imports import error_line, report_lines
from dakehu.interfaces.cli.inputs import check_file, read_password
from dakehu.interfaces.cli.output import progress_of, write_message, write_result

POLL = 0.5  # seconds
TRIED = (BatchState.CHECKED, BatchState.REFUSED, BatchState.APPLIED)
SERVED = bilingual("工作台已在运行，文件已交给它：", "The desk is running already; the file is handed to it:")
READY = bilingual("工作台已就绪 (Ctrl+C 停止)，请打开：", "The desk is ready (Ctrl+C stops it); open:")
FIRST = bilingual(
    "工作台已就绪 (Ctrl+C 停止)。还没有人员：打开这个一次性链接，建立账号后直接看到您的表格（{minutes} 分钟内有效）：",
    "The desk is ready (Ctrl+C stops it). Nobody works here yet: this one-time link asks for an account and shows your table "
    "(it holds for {minutes} minutes):",
    minutes=MINUTES,
)


@dataclass
class Opened:
    """A file to be opened: `words` and `address(base)` to be shown; `token` of a file dry-run later."""

    words: Bilingual
    address: Callable[[str], str]
    token: str = ""


def open_file(line: argparse.Namespace) -> int:
    """Open a file on the desk, starting the server if needed; 1 where the file cannot be opened."""
    check_file(line.file)
    served = links.served_address()
    if not served:
        server.check_port(line.host, line.port)
    opened = _open_file(line, served)
    browser, spoken = not line.no_browser, language()
    if served:
        address = opened.address(served)
        if line.json:
            write_result(line, {"address": address})
        else:
            links.show(opened.words if opened.token else SERVED, address, browser=browser, spoken=spoken)
        return 0

    def announce(base: str) -> None:
        links.show(opened.words, opened.address(base), browser=browser, spoken=spoken)
        if opened.token:
            threading.Thread(target=_report_when_tried, args=(opened.token, spoken), daemon=True).start()

    return server.serve(line.host, line.port, announce=announce)


def _open_file(line: argparse.Namespace, served: str) -> Opened:
    """Open the file for the known user of this machine, else store it until a user has signed in."""
    content, password = line.file.read_bytes(), read_password(line.password_file)
    person = team.find_user(line.as_user) if line.as_user else first_account.find_only_person()
    if person is not None:
        return _opened_for(line, person, content, password, served)
    write_message(bilingual("正在检查文件…", "Checking the file …"))
    with acting_as(system_actor(f"dakehu open {line.file.name}", "cli")):
        kept = kept_files.keep_file(line.file.name, content, password, _import_choices(line))
        purpose = Purpose.FILE if first_account.has_staff() else Purpose.SET_UP
    if purpose == Purpose.SET_UP and not links.can_be_opened_here(line.host):
        raise Refused(links.NO_LINK)
    token = one_time_links.issue_link(purpose, file=kept)
    shown = {(Purpose.SET_UP, True): links.FIRST, (Purpose.SET_UP, False): FIRST}
    words = shown.get((purpose, bool(served)), SERVED if served else READY)
    return Opened(words, lambda base: links.link_address(base, token), token)


def _import_choices(line: argparse.Namespace) -> dict[str, str]:
    return {"mode": line.mode, "key": line.key, "profile": line.profile or ""}


def _opened_for(line: argparse.Namespace, person: Any, content: bytes, password: str | None, served: str) -> Opened:
    """Open a file as a user, dry-run it and report the result; the link leads to the next step."""
    with acting_as(replace(team.actor_of(person), door="cli")):
        write_message(bilingual("正在打开文件…", "Opening the file …"))
        batch = kept_files.open_file(line.file.name, content, password, _import_choices(line))
        target = f"/import/{batch.pk}/"
        if kept_files.is_understood(batch):
            write_message(bilingual("正在预览变化…", "Working out what would change …"))
            import_service.dry_run_batch(progress_of(line), batch=batch.pk)
            report = batches.report_of(batches.get_own(batch.pk))
            write_report(report)
            target += "corrections/" if report["errors"] else ""
    is_alone = first_account.find_only_person() == person
    if is_alone and backends.may_use_link(person) and links.can_be_opened_here(line.host):
        token = one_time_links.issue_link(Purpose.SIGN_IN, user=person.pk, target=target)
        return Opened(READY, lambda base: links.link_address(base, token))
    return Opened(READY, lambda base: base.rstrip("/") + target)


def write_report(report: dict[str, Any]) -> None:
    """Write the result of a dry run to standard error: the counts, and the first faulty cells with their remedies."""
    if sys.stderr.isatty():
        write_message("")  # ends the line of the progress
    for text in report_lines({**report, "batch": None}):
        write_message(text)
    for error in report.get("faults", [])[:20]:
        write_message(error_line(error))


def _report_when_tried(token: str, spoken: str) -> None:
    """Wait in the background until the file of a link was opened and dry-run, then report the result."""
    until = time.monotonic() + MINUTES * 60
    with in_language(spoken), acting_as(system_actor("report on the file that was opened", "cli")):
        while time.monotonic() < until:
            time.sleep(POLL)
            number = one_time_links.batch_of(token)
            if number is None:
                continue
            with suppress(NotFound):
                batch = batches.get_own(number)
                if batch.state in TRIED and batches.report_key(batch):
                    write_report(batches.report_of(batch))
                    break
    connections.close_all()
