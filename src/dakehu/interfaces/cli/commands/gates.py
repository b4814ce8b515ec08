"""Call a query or perform an action by its name."""

import argparse
import sys

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.gates import QUERIES, ask, perform
from dakehu.foundation.gates.registry import answer
from dakehu.interfaces.cli.key_values import pairs
from dakehu.interfaces.cli.output import write_result


def ask_query(line: argparse.Namespace) -> None:
    """Call a query with `key=value` parameters; without a name, list all queries."""
    if not line.name:
        write_result(
            line,
            {name: str(q.label) for name, q in sorted(QUERIES.items())},
            [f"{n:32} {q.label}" for n, q in sorted(QUERIES.items())],
        )
        return
    _warn_of_old_name(Kind.QUERY, line.name)
    write_result(line, ask(line.name, pairs(line.values)))


def perform_action(line: argparse.Namespace) -> None:
    """Perform an action with `key=value` parameters; without a name, list all public actions."""
    if not line.name:
        known = {n: a for n, a in sorted(ACTIONS.items()) if a.is_public}
        write_result(line, {n: str(a.label) for n, a in known.items()}, [f"{n:32} {a.label}" for n, a in known.items()])
        return
    _warn_of_old_name(Kind.ACTION, line.name)
    result = answer(perform(line.name, pairs(line.values)))
    write_result(line, result if isinstance(result, dict) else {"result": result})


def _warn_of_old_name(kind: Kind, name: str) -> None:
    """Print to stderr the present name of a name of the previous version."""
    present = current_name(kind, name)
    if present != name:
        text = bilingual(
            "“{old}”已改名为“{new}”，旧名下一版不再接受。",
            "“{old}” is now called “{new}”; the next version accepts the new name only.",
            old=name,
            new=present,
        )
        print(text, file=sys.stderr)
