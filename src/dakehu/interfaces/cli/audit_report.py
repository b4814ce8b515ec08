"""`dakehu verify`: the integrity of the desk's audit record, as text and as plain values."""

import argparse
from pathlib import Path
from typing import Any

from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit import anchor, verification
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask


def verify(line: argparse.Namespace) -> tuple[dict[str, Any], list[str], bool]:
    """Return (plain values, sentences, whether all is valid) of the chain, current rows and the files of clients."""
    seals = [seal for given in line.seal for seal in anchor.read_seals(_text_or_file(given))]
    verdict = verification.verify(seals=seals, rows=line.rows)
    if line.accept_head:
        with act("audit.accept_head", "told by the operator") as record:
            record.note.update(broken=verdict.broken, why=str(verdict.why))
    if verdict.holds or line.accept_head:
        anchor.remember_head(accept=line.accept_head)
    if verdict.broken is not None:
        words = bilingual(
            "第 {id} 条操作日志不可信：{why}",
            "Audit entry {id} does not hold: {why}",
            id=verdict.broken,
            why=verdict.why,
        )
    else:
        words = bilingual(
            "{n} 条操作日志完好，首尾相接；{rows} 行现有数据与记录对照过。",
            "{n} audit entries hold, each sealed to the one before; {rows} current rows were compared with them.",
            n=verdict.entries,
            rows=verdict.rows,
        )
    changed = [
        str(bilingual("{model} {id} {field}：{why}", "{model} {id} {field}: {why}", **fault.as_plain()))
        for fault in verdict.changed
    ]
    if not verdict.anchored:
        changed.append(
            str(
                bilingual(
                    "数据目录里此前没有记住的链尾：链尾被截去的部分看不出来，请用 --seal 与另存的校验值核对。",
                    "No head of the chain was remembered here before: a cut at its end would not show. Compare with a seal "
                    "kept elsewhere (--seal).",
                )
            )
        )
    kept = ask("service.verify_attachments", {})
    spoiled = [
        str(bilingual("客户文件 {attachment}：{why}", "Client's file {attachment}: {why}", **fault))
        for fault in kept["faults"]
    ]
    lines = [
        str(words),
        *changed,
        str(bilingual("{checked} 份客户文件已核对。", "{checked} files of clients were checked.", **kept)),
        *spoiled,
    ]
    report = {**verdict.as_plain(), "files": kept}
    return report, lines, verdict.holds and not kept["faults"]


def _text_or_file(given: str) -> str:
    """Return the seal itself, or the content of the file of this name."""
    if given.lstrip().startswith("{"):
        return given
    return Path(given).read_text(encoding="utf-8") if Path(given).is_file() else given
