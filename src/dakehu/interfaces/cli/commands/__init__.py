"""Run a command as a user or the system: one module per group of commands."""

import argparse
from dataclasses import replace

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import Actor, acting_as, system_actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema import custom_fields
from dakehu.interfaces.cli import server
from dakehu.interfaces.cli.commands import (
    calendars,
    connect,
    evidence,
    exports,
    gates,
    imports,
    mail,
    maintenance,
    nightly,
    odata,
    opening,
    processes,
    sheets,
    staff,
)

WITHOUT_DATABASE = ("restore", "demo", "training", "migrate", "check")

COMMANDS = {
    "connect": connect.connect,
    "sheets": sheets.sheets,
    "quotes": imports.fetch_prices,
    "mail": mail.pull_mail,
    "calendars": calendars.calendars,
    "ask": gates.ask_query,
    "do": gates.perform_action,
    "import": imports.import_file,
    "undo": imports.undo_batch,
    "export": exports.export_file,
    "report": exports.write_reports,
    "evidence": evidence.write_evidence,
    "template": exports.write_template,
    "seal": maintenance.print_seal,
    "verify": maintenance.verify_records,
    "reindex": maintenance.rebuild_search_index,
    "close": maintenance.close_day,
    "nightly": nightly.run_night,
    "check": maintenance.check_installation,
    "odata": odata.run_odata,
    "user": staff.manage_users,
    "keys": maintenance.manage_keys,
    "backup": maintenance.write_backup,
    "restore": maintenance.restore_backup,
    "migrate": maintenance.migrate_database,
    "serve": processes.serve,
    "open": opening.open_file,
    "link": processes.print_link,
    "restart": processes.restart,
    "work": processes.work,
    "demo": processes.build_demo,
    "training": processes.serve_training,
}


def run(line: argparse.Namespace) -> int:
    """Run one command as the actor of the command line; returns its exit status."""
    if line.command not in WITHOUT_DATABASE:
        server.make_ready()
        custom_fields.load()
    with acting_as(actor_of(line)):
        return int(COMMANDS[line.command](line) or 0)


def actor_of(line: argparse.Namespace) -> Actor:
    """Return the actor: `--as USER`, or the system with a reason.

    Commands other than do, export, report and evidence supply a reason of their own when none is given.
    """
    if line.as_user:
        with acting_as(system_actor("who is at the command line", "cli")):
            return replace(team.actor_of(team.find_user(line.as_user)), door="cli", reason=line.reason)
    reason = line.reason
    if not reason and line.command not in ("do", "export", "report", "evidence"):
        about = getattr(line, "file", "") or getattr(line, "name", "")
        reason = f"dakehu {line.command} {about or ''}".strip()
    if not reason:
        raise Refused(
            bilingual(
                "请用 --as 指明人员，或用 --reason 说明系统操作的原因。",
                "Say who acts with --as, or give the system's reason with --reason.",
            )
        )
    return system_actor(reason, "cli")
