"""Write workbooks, templates and clients' reports."""

import argparse

from dakehu.domains.clients import queries as clients
from dakehu.exchange.exports import service as export_service
from dakehu.exchange.feeds import template as feed_template
from dakehu.exchange.feeds.layouts import get_feed_by_name
from dakehu.exchange.powerbi.project import archive
from dakehu.exchange.reports import service as report_service
from dakehu.exchange.tableau import service as extract_service
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask
from dakehu.interfaces.cli.inputs import read_password
from dakehu.interfaces.cli.key_values import pairs
from dakehu.interfaces.cli.output import progress_of, write_result

PROJECT, EXTRACTS = ".pbip.zip", (".hyper", ".tdsx")


def export_file(line: argparse.Namespace) -> None:
    """Export by the file's name: a workbook, a Power BI project, or an extract for Tableau."""
    name = line.file.name.lower()
    is_workbook = not name.endswith((PROJECT, *EXTRACTS))
    if line.password_file and not is_workbook:
        raise Refused(bilingual("只有工作簿可以设打开密码。", "Only a workbook takes a password."))
    if name.endswith(PROJECT):
        _export_project(line)
    elif is_workbook:
        _export_workbook(line)
    else:
        counts = extract_service.write_extract(
            path=line.file, clients=_chosen_clients(line), language=line.lang or None
        )
        _write_counts(line, counts)


def _export_project(line: argparse.Namespace) -> None:
    """Export a Power BI project, which contains no data: it reads the OData at --live."""
    if not line.live:
        raise Refused(
            {
                "live": [
                    bilingual(
                        "请用 --live 给出 OData 的地址，如 https://主机/odata/v4/。",
                        "Give the address of OData with --live, such as https://HOST/odata/v4/.",
                    )
                ]
            }
        )
    if line.clients or line.filter:
        raise Refused(bilingual("项目文件不含数据，不能选客户。", "A project holds no data: clients cannot be chosen."))
    made = ask("powerbi.project", {"address": line.live})
    line.file.write_bytes(archive(made["files"]))
    report = {"file": str(line.file), "json_files": sum(not path.endswith(".tmdl") for path in made["files"])}
    report |= {name: made[name] for name in ("tables", "measures", "relations")} | {"faults": len(made["faults"])}
    words = bilingual(
        "{file}：{tables} 张表，{measures} 个度量值。", "{file}: {tables} tables, {measures} measures.", **report
    )
    write_result(line, report, [str(words), *made["faults"]])


def _write_counts(line: argparse.Namespace, counts: dict[str, int]) -> None:
    words = ", ".join(f"{k} {v}" for k, v in counts.items())
    write_result(line, {"file": str(line.file), "counts": counts}, [f"{line.file}: {words}"])


def _export_workbook(line: argparse.Namespace) -> None:
    """Export the chosen clients as a workbook."""
    chosen = _chosen_clients(line)
    language = line.lang or None
    counts = export_service.write_filled(
        path=line.file, clients=chosen, password=read_password(line.password_file), language=language, live=line.live
    )
    _write_counts(line, counts)


def write_template(line: argparse.Namespace) -> None:
    """Write an empty import template, of clients or of a daily feed."""
    if line.feed:
        feed_template.write_template(get_feed_by_name(line.feed), line.file, line.lang or language())
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
        raise Refused({"clients": [bilingual("找不到客户：{names}。", "No such clients: {names}.", names=missing)]})
    return list(rows.values_list("pk", flat=True))
