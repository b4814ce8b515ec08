"""Branches and colleagues named in a file but unknown to the desk: a user who manages staff can create them in one
step.

A table of a whole team names them in every row, so that a new desk could import none of it. No one is created unseen:
the page lists the names first. A colleague gets an account with an unknown password, to be set on the staff page.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from dakehu.domains.team import first_account
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import ROLES, RoleName
from dakehu.exchange.imports import service as imports
from dakehu.exchange.sheets.definitions import worksheets
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import perform
from dakehu.foundation.gates.input import field_behind
from dakehu.foundation.imports import batches
from dakehu.foundation.schema.parameters import Parameter

LONGEST = {"team.Branch": 80, "team.User": 60}  # a longer text is not a name


@dataclass
class UnknownNames:
    """Names in the order of the file."""

    branches: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.branches or self.people)


def unknown_names(report: dict[str, Any]) -> UnknownNames:
    """Return the names among the errors of a report that the actor may create: none if the actor may not manage staff.

    Colleagues only for a team lead, whose clients they then serve: clients cannot be assigned outside the actor's
    scope.
    """
    actor, found = current_actor(), UnknownNames()
    if not actor.may(Permission.TEAM_WRITE):
        return found
    targets = {name: {p.name: _target(p) for p in part.parameters} for name, part in worksheets().items()}
    for fault in report.get("faults", []):
        name, target = str(fault["value"]).strip(), targets.get(fault["part"], {}).get(fault["field"], "")
        if not name or len(name) > LONGEST.get(target, 0):
            continue
        names = found.branches if target == "team.Branch" else found.people
        if name not in names:
            names.append(name)
    found.branches = _drop_known_names(found.branches, [(row.name, row.code) for row in team.branches()])
    leads = bool(actor.role in ROLES and ROLES[actor.role].leads and actor.extra.get("teams"))
    found.people = _drop_known_names(found.people, [(row.name, row.username) for row in team.users()]) if leads else []
    return found


def enter_unknown_names(number: int) -> UnknownNames:
    """Create the unknown branches and colleagues named in a batch, in one act, and repeat the dry run; return
    them. Colleagues become relationship managers of the actor's team."""
    imports.can_import()
    names = unknown_names(batches.report_of(batches.get_own(number)))
    if names:
        with act("workbook.enter_names"):
            for name in names.branches:
                perform("team.create_branch", {"code": _free_code(), "name": name})
            for name in names.people:
                perform("team.add_user", _account(name))
    imports.start_dry_run(number)
    return names


def _target(parameter: Parameter) -> str:
    """Return the model whose rows a parameter references, "" for a plain value."""
    behind = field_behind(parameter)
    remote = getattr(behind, "remote_field", None)
    return str(remote.model._meta.label if remote else "" if behind is not None else parameter.model)


def _drop_known_names(names: list[str], known: list[tuple[str, str]]) -> list[str]:
    taken = {text for pair in known for text in pair}
    return [name for name in names if name not in taken]


def _free_code() -> str:
    taken = {row.code for row in team.branches()}
    return next(code for number in range(1, len(taken) + 2) if (code := f"B{number:02d}") not in taken)


def _account(name: str) -> dict[str, Any]:
    taken = {row.username for row in team.users()}
    wanted = first_account.default_username(name)
    spellings = (wanted, *(f"{wanted}{number}" for number in range(2, len(taken) + 3)))
    me = team.current_user()
    return {
        "username": next(one for one in spellings if one not in taken),
        "name": name,
        "role": RoleName.MANAGER.value,
        "team": me.team_id if me else None,
        "password": f"{secrets.token_urlsafe(24)}aA1",
    }
