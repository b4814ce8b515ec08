"""Connect other systems: pull their rows, write back, list and remove connections."""

import argparse
import json
import os
from collections.abc import Iterable
from typing import Any

from dakehu.exchange.connectors import runs, write_back
from dakehu.exchange.connectors.queries import connection_of
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.cli.inputs import check_file
from dakehu.interfaces.cli.output import progress_of, write_message, write_result

CREDENTIALS = ("app_id", "app_secret", "grant", "acts_for")


def connect(line: argparse.Namespace) -> int:
    """Run `dakehu connect`; 0 if the run completed and nothing was set aside or left to decide."""
    if line.what == "list":
        rows = ask("connections.list", {})
        write_result(line, {"connections": rows}, [f"{row['name']}  {row['system']}  {row['address']}" for row in rows])
        return 0
    if line.what == "remove":
        perform("connections.remove", {"connection": line.step})
        write_result(
            line, {"removed": line.step}, [str(bilingual("已删除“{name}”。", "“{name}” is removed.", name=line.step))]
        )
        return 0
    if line.step not in ("pull", "write-back"):
        raise Refused({"step": [bilingual("应为 pull 或 write-back。", "Must be pull or write-back.")]})
    connection = _connection(line)
    if line.step == "write-back":
        report = write_back.write_back(connection, progress_of(line))
        write_result(line, report)
        return 1 if report["refused"] else 0
    report = runs.pull(connection, progress_of(line))
    write_result(line, report, list(_lines(report)))
    for note in report["notes"]:
        write_message(note[language()])
    return 0 if report["state"] == "done" and not report["aside"] else 1


def _connection(line: argparse.Namespace) -> Any:
    """Return the connection of the command line; with an address and credentials, a missing one is added.

    The person at the command line is the administrator of the machine, so it is enabled immediately.
    """
    found = connection_of(line.what, line.name, line.api)
    if found is not None:
        return found
    given = _credentials(line)
    if not line.api or not all(given.get(name) for name in CREDENTIALS[:3]):
        raise Refused(
            {
                "connection": [
                    bilingual(
                        "没有这样的连接。请给出 --api 和 --credentials 文件（JSON：app_id、app_secret、grant），或先在“外部连接”页新增。",
                        "There is no such connection. Give --api and a file of --credentials (JSON: app_id, app_secret, grant), or add one on the page Connections.",
                    )
                ]
            }
        )
    values = {
        "name": line.name or line.what,
        "kind": line.what,
        "address": line.api,
        "sign_in_address": line.accounts,
        "sign_in": line.sign_in,
    }
    row = perform("connections.add", {**{name: value for name, value in values.items() if value}, **given})
    return perform("connections.switch_on", {"connection": row.pk})


def _credentials(line: argparse.Namespace) -> dict[str, str]:
    """Return the credentials from the file, else from the environment. Raises Refused for a file that is not a JSON object."""
    if line.credentials is None:
        found = {name: os.environ.get(f"DAKEHU_CONNECT_{name.upper()}", "") for name in CREDENTIALS}
        return {name: value for name, value in found.items() if value}
    try:
        given = json.loads(check_file(line.credentials).read_text(encoding="utf-8"))
        return {name: str(given[name]) for name in CREDENTIALS if given.get(name)}
    except (ValueError, TypeError, AttributeError):
        raise Refused({"credentials": [bilingual("文件不是 JSON 对象。", "The file holds no JSON object.")]}) from None


def _lines(report: dict[str, Any]) -> Iterable[str]:
    """Yield a report as lines: the counts, then each table with its reasons."""
    words = {
        "created": bilingual("新增", "created"),
        "updated": bilingual("更新", "updated"),
        "unchanged": bilingual("不变", "unchanged"),
        "aside": bilingual("未导入", "set aside"),
        "kept": bilingual("暂存", "kept"),
    }
    yield " · ".join(f"{label} {report[name]}" for name, label in words.items())
    for table in report["tables"].values():
        yield f"{table['label']}: " + " · ".join(
            f"{label} {table[name]}" for name, label in words.items() if table[name]
        )
        for zh, en, count in table["reasons"]:
            yield f"  {en if language() == 'en' else zh} ({count})"
    if report["batch"]:
        yield str(bilingual("批次 {n}", "batch {n}", n=report["batch"]))
