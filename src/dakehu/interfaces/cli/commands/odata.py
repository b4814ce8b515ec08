"""Test the OData interface as a user."""

import argparse

from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.cli.odata_check.run import check
from dakehu.interfaces.cli.output import write_result


def run_odata(line: argparse.Namespace) -> int:
    """Replay the requests of real programs; returns 1 where an answer is not as required."""
    report = check(line.as_user, line.node_folder)
    words = bilingual("{requests} 个请求，{failed} 个不符。", "{requests} requests, {failed} failed.", **report)
    faults = [f"{number}: {wrong}" for number, wrong in report["faults"].items()]
    write_result(
        line, report, [str(words), *faults, *(f"{name}: {state}" for name, state in report["clients"].items())]
    )
    return int(bool(report["failed"]))
