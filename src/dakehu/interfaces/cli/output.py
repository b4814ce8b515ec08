"""Write the output of a command: its result to standard output, texts for people to standard error."""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any

from dakehu.foundation.audit import chain
from dakehu.foundation.base import system_faults
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.jobs.progress import no_progress


def write_message(words: Bilingual | str) -> None:
    """Write a text for a person to standard error."""
    print(str(words), file=sys.stderr)


def write_result(line: argparse.Namespace, result: Any, lines: Iterable[str] = ()) -> None:
    """Write a result to standard output: one JSON object with --json, else lines."""
    if line.json:
        sys.stdout.write(json.dumps(chain.plain_value(result), ensure_ascii=False) + "\n")
    else:
        for text in lines or [json.dumps(chain.plain_value(result), ensure_ascii=False, indent=2)]:
            print(text)


def write_refusal(line: argparse.Namespace, refusal: Refused) -> int:
    """Write why the desk refused; returns exit status 1."""
    plain = refusal.as_plain()
    if line.json:
        print(json.dumps({"refused": plain, "status": refusal.status}, ensure_ascii=False))
    for name, texts in plain.items():
        for text in texts:
            write_message(f"{name}: {text}" if name else text)
    return 1


def write_fault(line: argparse.Namespace, fault: Exception) -> int:
    """Write an unexpected error without its stack trace; returns exit status 1."""
    known = system_faults.explain(fault)
    if known is not None:
        return write_refusal(line, Refused(known))
    if line.json:
        print(json.dumps({"fault": type(fault).__name__, "status": 500}, ensure_ascii=False))
    write_message(
        bilingual(
            "程序出错（{kind}:{text}）。设置 DAKEHU_DEBUG=1 可查看细节。",
            "A fault ({kind}: {text}). Set DAKEHU_DEBUG=1 to see the details.",
            kind=type(fault).__name__,
            text=str(fault)[:300],
        )
    )
    return 1


def progress_of(line: argparse.Namespace) -> Any:
    """Return a function that draws progress on a terminal; with --json or without a terminal, nothing."""
    if line.json or not sys.stderr.isatty():
        return no_progress

    def print_progress(share: float, words: Bilingual | str = "") -> None:
        sys.stderr.write(f"\r{share * 100:5.1f}% {words!s:60.60}")
        sys.stderr.flush()

    return print_progress
