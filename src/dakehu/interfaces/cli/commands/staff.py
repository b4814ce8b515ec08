"""Manage members of staff from the command line."""

import argparse

from dakehu.foundation.gates import ask, perform
from dakehu.foundation.gates.registry import answer
from dakehu.interfaces.cli.inputs import read_password
from dakehu.interfaces.cli.key_values import pairs
from dakehu.interfaces.cli.output import write_result


def manage_users(line: argparse.Namespace) -> None:
    """Add a member of staff, set a password, or list all members."""
    raw = pairs(line.values)
    password = read_password(line.password_file)
    if password:
        raw["password"] = password
    name = {"add": "team.add_user", "password": "team.reset_password"}.get(line.what)
    write_result(line, ask("team.users", {}) if name is None else answer(perform(name, raw)))
