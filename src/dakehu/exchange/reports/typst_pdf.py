"""Typeset a document with typst and the project's own fonts, never system fonts."""

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
_compiler_lock = Lock()  # a compiler is not thread-safe


@cache
def _compiler(page: str) -> typst.Compiler:
    """Return the compiler of a page, cached for the life of the process: loading fonts takes longer than a report."""
    return typst.Compiler(HERE / page, root=HERE, font_paths=[FONTS], ignore_system_fonts=True)


def render_pdf(content: dict[str, Any], page: str = "page.typ") -> bytes:
    """Return the PDF of some content, such as report_content. Texts are passed as data and never interpreted as typst code."""
    with _compiler_lock:
        pdf = _compiler(page).compile(format="pdf", sys_inputs={"report": json.dumps(content, ensure_ascii=False)})
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single file")
    return pdf
