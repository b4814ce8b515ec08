"""Write workbooks, templates and clients' reports."""

import argparse

from dakehu.domains.clients import queries as clients
from dakehu.exchange.exports import service as export_service
from dakehu.exchange.feeds import template as feed_template
from dakehu.exchange.feeds.layouts import stated_feed
from dakehu.exchange.reports import service as report_service
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.interfaces.cli.inputs import read_password
from dakehu.interfaces.cli.key_values import pairs
from dakehu.interfaces.cli.output import progress_of, write_result


def export_workbook(line: argparse.Namespace) -> None:
    """Export the chosen clients as a workbook."""
    chosen = _chosen_clients(line)
    language = line.lang or None
    counts = export_service.write_filled(
        path=line.file, clients=chosen, password=read_password(line.password_file), language=language, live=line.live
    )
    write_result(
        line,
        {"file": str(line.file), "counts": counts},
        [f"{line.file}: " + ", ".join(f"{k} {v}" for k, v in counts.items())],
    )


def write_template(line: argparse.Namespace) -> None:
    """Write an empty import template, of clients or of a daily feed."""
    if line.feed:
        feed_template.write_template(stated_feed(line.feed), line.file, line.lang or language())
    else:
        export_service.write_template(line.file, language=line.lang or None)
    write_result(line, {"file": str(line.file)}, [str(line.file)])


def write_reports(line: argparse.Namespace) -> None:
    """Write clients' reports: one PDF, or a ZIP of several."""
    report = report_service.write_reports(line.file, _chosen_clients(line), line.lang or None, progress_of(line))
    words = bilingual("{file}：{clients} 份报告。", "{file}: {clients} reports.", file=line.file, **report["counts"])
    write_result(
        line, report, [str(words), *(f"{failure['client']}: {failure['why']}" for failure in report["failed"])]
    )


def _chosen_clients(line: argparse.Namespace) -> list[int] | None:
    """Return the visible clients that --clients and --filter name; None without either option."""
    if not line.clients and not line.filter:
        return None
    rows = clients.clients(filters=pairs(line.filter))
    codes = [code.strip() for code in line.clients.split(",") if code.strip()]
    rows = rows.filter(code__in=codes) if codes else rows
    missing = sorted(set(codes) - set(rows.values_list("code", flat=True)))
    if missing:
        raise Refused(
            {"clients": [bilingual("找不到客户：{names}。", "No such clients: {names}.", names="、".join(missing))]}
        )
    return list(rows.values_list("pk", flat=True))
