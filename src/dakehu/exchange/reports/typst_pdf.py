"""From what a report tells to the pages: typst with the project's own fonts, never those of the machine."""

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
_one_at_a_time = Lock()  # a compiler is not for two threads


@cache
def _compiler() -> typst.Compiler:
    """Kept for the life of the process: reading the fonts costs more than a report."""
    return typst.Compiler(HERE / "page.typ", root=HERE, font_paths=[FONTS], ignore_system_fonts=True)


def render_pdf(told: dict[str, Any]) -> bytes:
    """The PDF of what `telling.told` made. Every word travels as data: nothing in it is read as instructions of typst."""
    with _one_at_a_time:
        made = _compiler().compile(format="pdf", sys_inputs={"told": json.dumps(told, ensure_ascii=False)})
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single file")
    return made
