"""Write the evidence pack of a client."""

import argparse

from dakehu.domains.clients import queries as clients
from dakehu.exchange.evidence import service
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.cli.inputs import read_day
from dakehu.interfaces.cli.output import progress_of, write_result


def write_evidence(line: argparse.Namespace) -> None:
    """Write the pack of a client and a period to a file that does not exist yet."""
    found = clients.clients(filters={"code": line.client}).first()
    if found is None:
        raise NotFound(bilingual("客户", "client"), line.client)
    since, until = read_day(line.since, "from"), read_day(line.until, "to")
    pack = service.save_pack(found, line.out, since, until, progress_of(line))
    report = {"file": str(line.out), **pack.as_plain()}
    words = bilingual(
        "{file}：{rows} 条记录、{audit} 条操作日志、{files} 个文件。核验：python3 -I verify.py {file} --key {key}",
        "{file}: {rows} rows, {audit} audit entries, {files} files. Verify: python3 -I verify.py {file} --key {key}",
        rows=sum(number for name, number in pack.counts.items() if name not in ("audit", "files")),
        audit=pack.counts["audit"],
        files=pack.counts["files"],
        file=line.out,
        key=pack.key,
    )
    write_result(line, report, [str(words)])
